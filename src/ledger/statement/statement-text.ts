/** A statement as a file, a piece at a time: CSV for spreadsheets, JSON for programs. Amounts are decimal strings in both. */
import { formatDecimal } from '../../kernel/money';
import { instant } from '../../kernel/times';
import { currencyOf } from '../../kernel/words';
import type { LedgerEntry } from '../wallet';
import { cell, csvLine } from './csv';
import { type KindTotal, type Period, type Statements, type StatementWallet, Tally } from './statement';

export interface StatementAsked {
  readonly accountId: string;
  /** As it was asked for: `2026-11`. */
  readonly month: string;
  readonly period: Period;
  readonly wallets: readonly StatementWallet[];
}

export type StatementFormat = (asked: StatementAsked, statements: Pick<Statements, 'entries'>) => AsyncGenerator<string>;

const CSV_COLUMNS = ['account', 'month', 'wallet', 'currency', 'line', 'time', 'kind', 'amount', 'balance'];
const CSV_REFERENCES = ['entry', 'receipt', 'api_key', 'run', 'entries', 'memo'];

/**
 * RFC 4180. `line` says what a line is: OPENING, ENTRY, TOTAL (of a kind) or CLOSING.
 * @throws InvariantBroken, in the midst of it, when the entries do not lead from the opening to the closing balance
 */
export async function* csvStatement({ accountId, month, period, wallets }: StatementAsked, statements: Pick<Statements, 'entries'>) {
  yield csvLine([...CSV_COLUMNS, ...CSV_REFERENCES]);
  for (const wallet of wallets) {
    const { walletId, bucket, opening, closing } = wallet;
    const start = [cell(accountId), month, cell(walletId), currencyOf(bucket)];
    const tally = new Tally(wallet);
    yield csvLine([...start, 'OPENING', instant(period.from), '', '', formatDecimal(opening), '', '', '', '', '', '']);
    for await (const entry of statements.entries(wallet)) {
      tally.add(entry);
      yield csvLine([...start, 'ENTRY', ...csvEntry(entry)]);
    }
    for (const { kind, amount, entries } of tally.close()) {
      yield csvLine([...start, 'TOTAL', '', kind, formatDecimal(amount), '', '', '', '', '', String(entries), '']);
    }
    yield csvLine([...start, 'CLOSING', instant(period.to), '', '', formatDecimal(closing), '', '', '', '', '', '']);
  }
}

function csvEntry({ id, kind, amount, balanceAfter, receiptId, apiKeyId, runId, memo, createdAt }: LedgerEntry): string[] {
  const references = [id, receiptId, apiKeyId, runId].map((reference) => cell(reference ?? ''));
  return [instant(createdAt), kind, formatDecimal(amount), formatDecimal(balanceAfter), ...references, '', cell(memo ?? '')];
}

/** One object; its entries stand one a line. @throws as `csvStatement` */
export async function* jsonStatement({ accountId, month, period, wallets }: StatementAsked, statements: Pick<Statements, 'entries'>) {
  const head = { account: accountId, month, from: instant(period.from), to: instant(period.to) };
  yield `${JSON.stringify(head).slice(0, -1)},"wallets":[`;
  let separator = '\n';
  for (const wallet of wallets) {
    yield separator;
    yield* jsonWallet(wallet, statements);
    separator = ',\n';
  }
  yield '\n]}\n';
}

async function* jsonWallet(wallet: StatementWallet, statements: Pick<Statements, 'entries'>) {
  const { walletId, bucket, opening, closing } = wallet;
  const tally = new Tally(wallet);
  const head = { wallet: walletId, bucket, currency: currencyOf(bucket), opening: formatDecimal(opening) };
  yield `${JSON.stringify(head).slice(0, -1)},"entries":[`;
  let separator = '\n';
  for await (const entry of statements.entries(wallet)) {
    tally.add(entry);
    yield separator + JSON.stringify(jsonEntry(entry));
    separator = ',\n';
  }
  yield `],"totals":${JSON.stringify(tally.close().map(jsonTotal))},"closing":${JSON.stringify(formatDecimal(closing))}}`;
}

function jsonEntry({ id, kind, amount, balanceAfter, receiptId, apiKeyId, runId, memo, createdAt }: LedgerEntry): object {
  const money = { amount: formatDecimal(amount), balanceAfter: formatDecimal(balanceAfter) };
  return { id, time: instant(createdAt), kind, ...money, receipt: receiptId, apiKey: apiKeyId, run: runId, memo };
}

function jsonTotal({ kind, entries, amount }: KindTotal): object {
  return { kind, entries, amount: formatDecimal(amount) };
}
