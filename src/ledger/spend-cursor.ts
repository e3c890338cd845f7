/**
 * Where a reader of spend stands: for each wallet that it follows the last step it has seen whole, and how many entries of
 * the next one. As text it is opaque to clients. It names the wallet beside the numbers, so that a cursor of one account
 * says nothing about another.
 */
import { type Fault, wrong } from '../kernel/fault';
import { placeIn, wholeText } from '../kernel/whole-text';
import { accountOfWallet } from './wallet';

export interface WalletPosition {
  readonly seq: bigint;
  /** Entries of the step after `seq` that were seen already. */
  readonly seen: number;
}

export type SpendPosition = ReadonlyMap<string, WalletPosition>;

const PLACE = /^([\x21-\x7e]{1,80}) (\d{1,18}) (\d{1,6})$/;
const WALLETS_MAX = 10_000;

/**
 * A wallet that stands at its beginning is left out: the cursor of whoever follows every account is sent back in one message. Where all
 * do, one of them says whose cursor it is.
 */
export function spendCursor(position: SpendPosition): string {
  const moved = [...position].filter(([, { seq, seen }]) => seq > 0n || seen > 0);
  const named = moved.length > 0 ? moved : [...position].slice(0, 1);
  return wholeText(named.map(([walletId, { seq, seen }]) => `${walletId} ${seq} ${seen}`).join('\n'));
}

/** @throws Fault `invalid_request` for a text that is no cursor of spend */
export function positionOfCursor(cursor: string): SpendPosition {
  const position = new Map<string, WalletPosition>();
  const text = placeIn(cursor);
  if (text === null) throw notACursor();
  // Of a ledger without a wallet.
  const lines = text === '' ? [] : text.split('\n');
  for (const line of lines.length > WALLETS_MAX ? [''] : lines) {
    const [, walletId, seq, seen] = PLACE.exec(line) ?? [];
    if (walletId === undefined || seq === undefined || seen === undefined) throw notACursor();
    position.set(walletId, { seq: BigInt(seq), seen: Number.parseInt(seen, 10) });
  }
  return position;
}

/**
 * Every event covers its own wallet, so a cursor without a wallet of the account was told to somebody else: whoever went on
 * there would be told its whole history again.
 * @throws Fault `invalid_request`
 */
export function refuseOfOthers(position: SpendPosition, accountId: string): void {
  if (![...position.keys()].some((walletId) => accountOfWallet(walletId) === accountId)) throw notACursor();
}

/** For a place that the wallet has not come to: of another database, or of one that was put back to an earlier state. */
export function beyondTheEnd(walletId: string): Fault {
  return wrong('after', `stands beyond the last entry of ${walletId}: it is of another ledger. Begin without it`);
}

function notACursor(): Fault {
  return wrong('after', 'must be the cursor of an event of this subscription');
}
