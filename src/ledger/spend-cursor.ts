/**
 * Where a reader of spend stands: for each wallet that it follows the last step it has seen whole, and how many entries of
 * the next one. As text it is opaque to clients. It names the wallet beside the numbers, so that a cursor of one account
 * says nothing about another; where that would be too many, `SpendPlace` says which are named.
 */
import { type Fault, wrong } from '../kernel/fault';
import { placeIn, wholeText } from '../kernel/whole-text';
import { accountOfWallet } from './wallet';

export interface WalletPosition {
  readonly seq: bigint;
  /** Entries of the step after `seq` that were seen already. */
  readonly seen: number;
}

/** Where the wallets stand that are not named. */
export interface RestPosition {
  /** Behind their last step up to this time, in microseconds. */
  readonly atUs: bigint;
  /** How many steps those are in all. */
  readonly steps: bigint;
}

export interface SpendPosition {
  readonly named: ReadonlyMap<string, WalletPosition>;
  /** null: what is not named stands at its beginning. */
  readonly rest: RestPosition | null;
}

const PLACE = /^([\x21-\x7e]{1,80}) (\d{1,18}) (\d{1,6})$/;
/** Of more words than a place has: a process that does not know it refuses the cursor. */
const REST = /^all others until (\d{1,18}) are (\d{1,18})$/;
const WALLETS_MAX = 10_000;

export function spendCursor({ named, rest }: SpendPosition): string {
  const places = [...named].map(([walletId, { seq, seen }]) => `${walletId} ${seq} ${seen}`);
  return wholeText([...(rest === null ? [] : [`all others until ${rest.atUs} are ${rest.steps}`]), ...places].join('\n'));
}

/** @throws Fault `invalid_request` for a text that is no cursor of spend */
export function positionOfCursor(cursor: string): SpendPosition {
  const text = placeIn(cursor);
  if (text === null) throw notACursor();
  // Empty: of a ledger without a wallet.
  const lines = text === '' ? [] : text.split('\n');
  const rest = restOf(lines[0] ?? '');
  const places = lines.slice(rest === null ? 0 : 1);
  if (places.length > WALLETS_MAX) throw notACursor();
  return { named: new Map(places.map(placeOf)), rest };
}

function placeOf(line: string): [walletId: string, position: WalletPosition] {
  const [, walletId, seq, seen] = PLACE.exec(line) ?? [];
  if (walletId === undefined || seq === undefined || seen === undefined) throw notACursor();
  return [walletId, { seq: BigInt(seq), seen: Number.parseInt(seen, 10) }];
}

function restOf(line: string): RestPosition | null {
  const [, atUs, steps] = REST.exec(line) ?? [];
  return atUs === undefined || steps === undefined ? null : { atUs: BigInt(atUs), steps: BigInt(steps) };
}

/**
 * Every event covers its own wallet, so a cursor without a wallet of the account was told to somebody else: whoever went on
 * there would be told its whole history again.
 * @throws Fault `invalid_request`
 */
export function refuseOfOthers({ named }: SpendPosition, accountId: string): void {
  if (![...named.keys()].some((walletId) => accountOfWallet(walletId) === accountId)) throw notACursor();
}

/** For a place that the wallet has not come to: of another database, or of one that was put back to an earlier state. */
export function beyondTheEnd(walletId: string): Fault {
  return wrong('after', `stands beyond the last entry of ${walletId}: it is of another ledger. Begin without it`);
}

/** For a cursor before whose time more is written than it has seen. */
export function writtenLate(): Fault {
  return wrong('after', 'leaves out entries that were written later, with an earlier time. Begin without it, and read `ledgerEntries`');
}

function notACursor(): Fault {
  return wrong('after', 'must be the cursor of an event of this subscription');
}
