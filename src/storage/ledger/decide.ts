/**
 * What a batch does, decided item by item in order. Pure: what the database knows comes through a view, and what it has
 * to write goes out as rows. A view of locked rows decides for good; the optimistic view assumes that everything fits,
 * and the guards in the statements then prove or refute it.
 */
import { unreachable } from '../../kernel/invariant';
import type { LedgerVerdict, OpenHold } from '../../ledger/ledger-store';
import { count, needRoom, roomFor } from './decide-counters';
import { refusedByKey, takeKey } from './decide-keys';
import { decideMove, hasToBeLookedUp } from './decide-move';
import { availableNow, enter, take, walletOf } from './decide-wallets';
import type { Course, Decision, LedgerView } from './decision';
import type { PreparedBatch, PreparedEnd, PreparedItem, PreparedPlace } from './prepare';
import { identityOf, receiptIdOf, spenderOfPlace } from './references';
import { HOLD_AMOUNT, TRANSFER_BATCH_REST } from './rows';

/** @throws UnwritableItem when a wallet does not exist */
export function decideBatch(batch: PreparedBatch, view: LedgerView): Decision {
  const course = newCourse(view);
  for (const item of batch.items) course.verdicts.push(decideItem(course, item, batch.at));
  chainEntries(course);
  return { ...course, wallets: byId(course.wallets), counters: byId(course.counters) };
}

function newCourse(view: LedgerView): Course {
  return {
    view,
    verdicts: [],
    newKeys: [],
    takenKeys: [],
    holds: [],
    settled: [],
    released: [],
    receipts: [],
    attempts: [],
    transfers: [],
    refunds: [],
    answers: [],
    wallets: new Map(),
    counters: new Map(),
    placed: new Set(),
    ended: new Set(),
    written: new Map(),
    movedBy: new Map(),
    keyUses: new Map(),
    givenBack: new Map(),
    entries: [],
  };
}

function byId<T extends { readonly id: string }>(moves: ReadonlyMap<string, T>): T[] {
  return [...moves.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Whether every item was refused, so that there is nothing to write. */
export function writesNothing({ holds, receipts, transfers, released }: Decision): boolean {
  return holds.length === 0 && receipts.length === 0 && transfers.length === 0 && released.length === 0;
}

/** Whether the batch can be written before anything was read. */
export function canAssume(batch: PreparedBatch): boolean {
  return !batch.items.some(hasToBeLookedUp);
}

/** One for all: a reply crosses from the ledger's thread, where what stands in it again is not written again. */
const DONE: LedgerVerdict = { verdict: 'done' };

const PLENTY = 1n << 100n;

/** Assumes that every wallet and counter has room, every hold is open and every key is new. */
export const OPTIMISTIC: LedgerView = {
  available: () => PLENTY,
  posted: () => -PLENTY,
  isOpen: () => true,
  transferOf: () => undefined,
  wasWritten: () => false,
  counter: () => ({ spent: -PLENTY, held: 0n }),
  keyUse: () => undefined,
  refundable: () => undefined,
  isRevoked: () => false,
};

function decideItem(course: Course, item: PreparedItem, at: number): LedgerVerdict {
  switch (item.kind) {
    case 'place':
      return decidePlace(course, item, at);
    case 'end':
      return decideEnd(course, item);
    case 'move':
      return decideMove(course, item);
    default:
      return unreachable(item);
  }
}

function decidePlace(course: Course, item: PreparedPlace, at: number): LedgerVerdict {
  const { replaces, walletId } = item;
  if (replaces !== null && !isOpen(course, replaces)) return { verdict: 'not_open' };
  const sameKey = refusedByKey(course, item);
  if (sameKey !== null) return sameKey;
  const available = availableNow(course, walletId);
  if (available < item.atLeast) return { verdict: 'insufficient', available };
  const room = roomFor(course, item);
  if (room !== null && room.left < item.atLeast) {
    const { counterId, ceiling, spent, held } = room;
    return { verdict: 'over_limit', counterId, ceiling, spent, held };
  }
  const amount = least(item.amount, available, room?.left);
  place(course, item, amount);
  takeKey(course, item, at);
  return { verdict: 'granted', amount };
}

function least(amount: bigint, available: bigint, room = amount): bigint {
  const within = room < available ? room : available;
  return within < amount ? within : amount;
}

function place(course: Course, item: PreparedPlace, amount: bigint): void {
  const { replaces, row } = item;
  const spender = spenderOfPlace(item);
  take(course, item.walletId, amount).held += amount;
  needRoom(course, item, amount);
  count(course, item, spender, amount);
  row[HOLD_AMOUNT] = amount;
  course.holds.push(row);
  course.placed.add(item.holdId);
  if (replaces === null) return;
  close(course, replaces, false);
  walletOf(course, replaces.walletId).held -= replaces.amount;
  count(course, replaces, spender, -replaces.amount);
}

function decideEnd(course: Course, item: PreparedEnd): LedgerVerdict {
  const { hold } = item;
  if (hold === null && wasWritten(course, item)) return DONE;
  if (hold !== null) {
    if (!isOpen(course, hold)) return { verdict: wasWritten(course, item) ? 'done' : 'not_open' };
    close(course, hold, hold.settles);
    const wallet = walletOf(course, hold.walletId);
    wallet.held -= hold.amount;
    count(course, hold, item.spender, -hold.amount, item.charge);
    if (item.transfer !== null) enter(course, item.transfer, wallet, -item.charge);
  }
  if (item.overage !== null) course.transfers.push(item.overage);
  if (item.answer !== null) course.answers.push(item.answer);
  course.receipts.push(item.receipt);
  course.written.set(receiptIdOf(item), item);
  course.attempts.push(...item.attempts);
  return DONE;
}

function wasWritten(course: Course, item: PreparedEnd): boolean {
  const sameReceipt = course.written.get(receiptIdOf(item));
  return sameReceipt === undefined ? course.view.wasWritten(item) : identityOf(sameReceipt) === identityOf(item);
}

function isOpen(course: Course, hold: OpenHold): boolean {
  return !course.ended.has(hold.holdId) && (course.placed.has(hold.holdId) || course.view.isOpen(hold));
}

function close(course: Course, hold: OpenHold, settles: boolean): void {
  course.ended.add(hold.holdId);
  (settles ? course.settled : course.released).push(hold);
}

/** Tells every entry what still follows it on its wallet in this batch, so that its own balance can be derived. */
function chainEntries(course: Course): void {
  const rest = new Map<object, bigint>();
  for (const { row, wallet, amount } of course.entries.reverse()) {
    const after = rest.get(wallet) ?? 0n;
    row[TRANSFER_BATCH_REST] = after;
    rest.set(wallet, after + amount);
  }
}
