/**
 * What happened to an account's wallets in a month: the balance at its start, every entry, the balance at its end. Opening
 * plus entries is closing, to the nano, and the closing of a month is the opening of the next one.
 */
import { wrong } from '../../kernel/fault';
import { invariant } from '../../kernel/invariant';
import { sumOf } from '../../kernel/lists';
import { type Nano, nano } from '../../kernel/money';
import { shown } from '../../kernel/shown';
import { type Bucket, ENTRY_KINDS, type EntryKind } from '../../kernel/words';
import type { LedgerEntry } from '../wallet';

/** Milliseconds since 1970; from inclusive, to exclusive. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** A wallet over a period. */
export interface StatementWallet {
  readonly walletId: string;
  readonly bucket: Bucket;
  /** The balance when the period began. */
  readonly opening: Nano;
  /** The balance when it ended; of a period that still runs, the balance when it was asked for. */
  readonly closing: Nano;
  /** Links of the wallet's chain before the period, and up to its end: what lies between them is the period. */
  readonly links: { readonly before: bigint; readonly until: bigint };
}

export interface KindTotal {
  readonly kind: EntryKind;
  readonly entries: number;
  /** Signed: charges are negative. */
  readonly amount: Nano;
}

/** The port. An entry belongs to the month of the instant at which it was written, in UTC, by the clock of its wallet's chain. */
export interface Statements {
  /** Both wallets, RMB first; none for an account that does not exist. */
  wallets(accountId: string, period: Period): Promise<readonly StatementWallet[]>;
  /** Every entry of the period, the oldest first, in portions: as many as there are, in memory that does not grow. */
  entries(wallet: StatementWallet): AsyncIterable<LedgerEntry>;
  /** Summed in the database. Kinds without an entry are left out. */
  totals(wallet: StatementWallet): Promise<readonly KindTotal[]>;
}

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;
/** An instant behind the year 9999 has five digits of the year, which no reader takes; whoever asks for so late a month has mistyped it. */
const YEARS = { first: 1970, last: 2999 };

/** A month in UTC, from text such as `2026-11`. @throws Fault `invalid_request` that says which months there are */
export function monthOf(text: string): Period {
  const [, year = '0', month = '1'] = MONTH.exec(text) ?? [];
  const [inYear, inMonth] = [Number.parseInt(year, 10), Number.parseInt(month, 10)];
  if (inYear < YEARS.first || inYear > YEARS.last) {
    const wanted = `must be a month from ${YEARS.first}-01 to ${YEARS.last}-12, such as 2026-11`;
    throw wrong('month', `${wanted}, not "${shown(text)}"`);
  }
  return { from: Date.UTC(inYear, inMonth - 1), to: Date.UTC(inYear, inMonth) };
}

/** Adds up the entries of a wallet as they pass, and sees to it that they lead from the opening balance to the closing one. */
export class Tally {
  private readonly byKind = new Map<EntryKind, { entries: number; amount: bigint }>();
  private balance: bigint;

  constructor(private readonly wallet: StatementWallet) {
    this.balance = wallet.opening;
  }

  /** @throws InvariantBroken when it does not continue the balance before it */
  add({ id, kind, amount, balanceBefore, balanceAfter }: LedgerEntry): void {
    invariant(balanceBefore === this.balance, `the entry ${id} begins at another balance than the one before it ended at`);
    this.balance = balanceAfter;
    const known = this.byKind.get(kind) ?? { entries: 0, amount: 0n };
    this.byKind.set(kind, { entries: known.entries + 1, amount: known.amount + amount });
  }

  /** What was added, by kind. @throws InvariantBroken when it does not end at the closing balance */
  close(): readonly KindTotal[] {
    const totals = totalsInOrder(this.byKind);
    checkTotals(this.wallet, totals);
    return totals;
  }
}

/** The kinds always stand in one order. */
export function totalsInOrder(byKind: ReadonlyMap<EntryKind, { readonly entries: number; readonly amount: bigint }>): KindTotal[] {
  return ENTRY_KINDS.flatMap((kind) => {
    const total = byKind.get(kind);
    return total === undefined ? [] : [{ kind, entries: total.entries, amount: nano(total.amount) }];
  });
}

/** @throws InvariantBroken unless opening plus totals is closing */
export function checkTotals({ walletId, opening, closing }: StatementWallet, totals: readonly KindTotal[]): void {
  const sum = sumOf(totals.map(({ amount }) => amount));
  invariant(opening + sum === closing, `the entries of ${walletId} do not lead from its opening to its closing balance`);
}
