/**
 * Follows the spend of an account: every committed entry once, in the order of its wallet, from a cursor on. The doorbell
 * only wakes it; what is told comes from the wallets' histories, so that a lost ring costs time and no event.
 */
import type { Interrupted } from '../kernel/interrupt';
import { invariant } from '../kernel/invariant';
import { type Nano, nano } from '../kernel/money';
import { beyondTheEnd, type SpendPosition, spendCursor, type WalletPosition } from './spend-cursor';
import type { LedgerEntry } from './wallet';
import type { HistoryStep, WalletHistory } from './wallet-history';

export interface SpendEvent {
  /** Covers every wallet that is followed; a tail that begins at it goes on with the next entry. */
  readonly cursor: string;
  readonly entry: LedgerEntry;
  /** What can be spent with this entry written: its balance without what open holds reserve. */
  readonly available: Nano;
}

/** Wakes whoever waits for the ledger to grow. A ring may be lost, and may come for nothing. */
export interface Doorbell {
  /** The number of rings so far: to be taken before one looks. */
  rings(): number;
  /** Resolves when one of the wallets was rung after the ring of that number, and at the latest after `timeoutMs`. */
  next(walletIds: ReadonlySet<string>, since: number, timeoutMs: number): Promise<void>;
}

export interface SpendTailPorts {
  readonly history: WalletHistory;
  readonly doorbell: Doorbell;
}

export interface SpendSelection {
  /** null: every account. */
  readonly accountId: string | null;
  /** Which of the entries are told. */
  readonly wants: Wants;
  /** null: from now on. */
  readonly after: SpendPosition | null;
}

export type Wants = (entry: LedgerEntry) => boolean | Promise<boolean>;

/** How long a tail sleeps at most: what another process wrote is seen within it, also when nobody rings. */
const LOOK_AGAIN_MS = 1_000;
const STEPS_AT_ONCE = 100;

/** Ends when `signal` happens. @throws Fault `invalid_request` for an `after` that no wallet has come to; whatever the history throws */
export async function* tailSpend(
  { history, doorbell }: SpendTailPorts,
  { accountId, wants, after }: SpendSelection,
  signal: Interrupted<unknown>,
): AsyncGenerator<SpendEvent> {
  if (after !== null) await refuseBeyond(after, { history, doorbell }, accountId);
  const position = new Map(after ?? (await startOf(history, accountId)));
  while (signal.reason === null) {
    const rings = doorbell.rings();
    const heads = await history.heads(accountId);
    const grown = [...heads].filter(([walletId, head]) => placeIn(position, walletId).seq < head);
    for (const [walletId, head] of grown) yield* growthOf(history, walletId, head, position, wants, signal);
    if (grown.length === 0) await doorbell.next(new Set(heads.keys()), rings, LOOK_AGAIN_MS);
  }
}

/**
 * Whoever waits beyond the end of a chain would be told nothing that is written until the chain is there. Where the wallets stand
 * may be known from before the cursor was given out, by another process: so it is asked twice.
 */
async function refuseBeyond(after: SpendPosition, { history, doorbell }: SpendTailPorts, accountId: string | null): Promise<void> {
  const [rings, heads] = [doorbell.rings(), await history.heads(accountId)];
  if (walletBeyond(after, heads) === undefined) return;
  await doorbell.next(new Set(heads.keys()), rings, LOOK_AGAIN_MS);
  const walletId = walletBeyond(after, await history.heads(accountId));
  if (walletId !== undefined) throw beyondTheEnd(walletId);
}

function walletBeyond(after: SpendPosition, heads: ReadonlyMap<string, bigint>): string | undefined {
  const beyond = [...heads].find(([walletId, head]) => {
    const { seq, seen } = placeIn(after, walletId);
    return seq > head || (seq === head && seen > 0);
  });
  return beyond?.[0];
}

/** The entries of one wallet up to `head`. */
async function* growthOf(
  history: WalletHistory,
  walletId: string,
  head: bigint,
  position: Map<string, WalletPosition>,
  wants: Wants,
  signal: Interrupted<unknown>,
): AsyncGenerator<SpendEvent> {
  while (signal.reason === null && placeIn(position, walletId).seq < head) {
    const steps = await history.after(walletId, placeIn(position, walletId).seq, STEPS_AT_ONCE);
    invariant(steps.length > 0, `the history of the wallet ${walletId} ends before its head ${head}`);
    for (const step of steps) {
      yield* eventsOf(step, placeIn(position, walletId), position, wants);
      position.set(walletId, { seq: step.seq, seen: 0 });
    }
  }
}

/** A wallet that is younger than the cursor is followed from its beginning. */
function placeIn(position: SpendPosition, walletId: string): WalletPosition {
  return position.get(walletId) ?? { seq: 0n, seen: 0 };
}

/** The cursor of whoever has seen all that is committed by now. */
export async function cursorNow({ history }: Pick<SpendTailPorts, 'history'>, accountId: string | null): Promise<string> {
  return spendCursor(await startOf(history, accountId));
}

async function startOf(history: WalletHistory, accountId: string | null): Promise<Map<string, WalletPosition>> {
  const heads = await history.heads(accountId);
  return new Map([...heads].map(([walletId, seq]) => [walletId, { seq, seen: 0 }]));
}

/** The entries of one step that were not seen yet, each with the position behind it. */
async function* eventsOf(
  { walletId, seq, entries, heldAfter }: HistoryStep,
  before: WalletPosition,
  position: Map<string, WalletPosition>,
  wants: Wants,
): AsyncGenerator<SpendEvent> {
  if (before.seen > 0 && before.seen >= entries.length) throw beyondTheEnd(walletId);
  for (const [at, entry] of entries.entries()) {
    if (at < before.seen || !(await wants(entry))) continue;
    const whole = at === entries.length - 1;
    position.set(walletId, whole ? { seq, seen: 0 } : { seq: before.seq, seen: at + 1 });
    yield { cursor: spendCursor(position), entry, available: nano(entry.balanceAfter - heldAfter) };
  }
}
