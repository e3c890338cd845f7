/**
 * Follows the spend of an account: every committed entry once, in the order of its wallet, from a cursor on. The doorbell
 * only wakes it; what is told comes from the wallets' histories, so that a lost ring costs time and no event.
 */
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import type { Interrupted } from '../kernel/interrupt';
import { invariant } from '../kernel/invariant';
import { type Nano, nano } from '../kernel/money';
import { beyondTheEnd, type SpendPosition } from './spend-cursor';
import { SpendPlace } from './spend-place';
import type { LedgerEntry } from './wallet';
import type { HistoryStep, WalletHead, WalletHistory } from './wallet-history';

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
  readonly clock: Pick<Clock, 'now'>;
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
  ports: SpendTailPorts,
  { accountId, wants, after }: SpendSelection,
  signal: Interrupted<unknown>,
): AsyncGenerator<SpendEvent> {
  const { history, doorbell, clock } = ports;
  const place = after === null ? await placeNow(ports, accountId) : await placeAt(after, ports, accountId);
  while (signal.reason === null) {
    const [rings, now] = [doorbell.rings(), clock.now()];
    const heads = await history.heads(accountId);
    const grown = [...heads].filter(([walletId, { seq }]) => place.of(walletId).seq < seq);
    place.looked(
      now,
      grown.map(([walletId]) => walletId),
    );
    for (const [walletId, head] of grown) yield* growthOf(history, { walletId, head, place }, wants, signal);
    if (grown.length === 0) await doorbell.next(new Set(heads.keys()), rings, LOOK_AGAIN_MS);
  }
}

/**
 * Whoever waits beyond the end of a chain would be told nothing that is written until the chain is there. Where the wallets stand
 * may be known from before the cursor was given out, by another process: so it is asked twice.
 */
async function placeAt(after: SpendPosition, { history, doorbell, clock }: SpendTailPorts, accountId: string | null): Promise<SpendPlace> {
  // How many steps the unnamed ones have is known of all of them together.
  const whose = after.rest === null ? accountId : null;
  const [rings, now] = [doorbell.rings(), clock.now()];
  const heads = await history.heads(whose);
  try {
    return await SpendPlace.at(after, heads, { history, now });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    await doorbell.next(new Set(heads.keys()), rings, LOOK_AGAIN_MS);
    return SpendPlace.at(after, await history.heads(whose), { history, now });
  }
}

interface Growth {
  readonly walletId: string;
  readonly head: WalletHead;
  readonly place: SpendPlace;
}

/** The entries of one wallet up to its head. */
async function* growthOf(
  history: WalletHistory,
  { walletId, head, place }: Growth,
  wants: Wants,
  signal: Interrupted<unknown>,
): AsyncGenerator<SpendEvent> {
  while (signal.reason === null && place.of(walletId).seq < head.seq) {
    const steps = await history.after(walletId, place.of(walletId).seq, STEPS_AT_ONCE);
    invariant(steps.length > 0, `the history of the wallet ${walletId} ends before its head ${head.seq}`);
    for (const step of steps) {
      yield* eventsOf(step, { walletId, head, place }, wants);
      place.told(step, { seq: step.seq, seen: 0 }, step.seq >= head.seq);
    }
  }
}

/** The cursor of whoever has seen all that is committed by now. */
export async function cursorNow(ports: Omit<SpendTailPorts, 'doorbell'>, accountId: string | null): Promise<string> {
  return (await placeNow(ports, accountId)).cursor;
}

async function placeNow({ history, clock }: Omit<SpendTailPorts, 'doorbell'>, accountId: string | null): Promise<SpendPlace> {
  const now = clock.now();
  return SpendPlace.atHeads(await history.heads(accountId), now);
}

/** The entries of one step that were not seen yet, each with the position behind it. */
async function* eventsOf(step: HistoryStep, { walletId, head, place }: Growth, wants: Wants): AsyncGenerator<SpendEvent> {
  const { seq, entries, heldAfter } = step;
  const before = place.of(walletId);
  if (before.seen > 0 && before.seen >= entries.length) throw beyondTheEnd(walletId);
  for (const [at, entry] of entries.entries()) {
    if (at < before.seen || !(await wants(entry))) continue;
    const whole = at === entries.length - 1;
    place.told(step, whole ? { seq, seen: 0 } : { seq: before.seq, seen: at + 1 }, whole && seq >= head.seq);
    yield { cursor: place.cursor, entry, available: nano(entry.balanceAfter - heldAfter) };
  }
}
