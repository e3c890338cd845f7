/** Counters of spend in a batch: where a hold counts, and how much of it they leave room for. */

import { DAY_MS } from '../../kernel/times';
import type { Bucket } from '../../kernel/words';
import type { OpenHold } from '../../ledger/ledger-store';
import { countable, countersOf, type Spender } from '../../ledger/spend-counter';
import { type CounterState, type SpendRoom, tightestRoom } from '../../ledger/spend-room';
import type { CounterMove, Course } from './decision';
import type { PreparedPlace } from './prepare';

const REMEMBERED_MAX = 10_000;

/** The ids are texts with a date in them: made once for a spender and a day, not for every request. */
const remembered = new Map<string, readonly string[]>();

export function countersOfHold({ walletId, placedAt }: Pick<OpenHold, 'walletId' | 'placedAt'>, spender: Spender): readonly string[] {
  const bucket = walletId.slice(walletId.lastIndexOf(':') + 1) as Bucket;
  const question = `${spender.apiKeyId} ${spender.projectId} ${spender.runId} ${bucket} ${Math.floor(placedAt / DAY_MS)}`;
  const known = remembered.get(question);
  if (known !== undefined) return known;
  const counters = countersOf(spender, bucket, placedAt);
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(question, counters);
  return counters;
}

/** What the ceilings of a hold leave after the items before it; null: it has none. */
export function roomFor(course: Course, { ceilings }: PreparedPlace): SpendRoom | null {
  return tightestRoom(ceilings, (counterId) => {
    const before = course.view.counter(counterId) ?? NOTHING;
    const move = course.counters.get(counterId) ?? NOTHING;
    return { spent: before.spent + move.spent, held: before.held + move.held };
  });
}

const NOTHING: CounterState = { spent: 0n, held: 0n };

/** Notes what a hold of `amount` asks of its counters as they are before the batch. To be called before it is counted. */
export function needRoom(course: Course, { ceilings }: PreparedPlace, amount: bigint): void {
  for (const { counterId, ceiling } of ceilings) {
    const counter = counterMove(course, counterId);
    const most = countable(ceiling) - amount - counter.spent - counter.held;
    if (counter.most === null || most < counter.most) counter.most = most;
  }
}

/** Changes every counter of the hold that exists. */
export function count(course: Course, hold: Pick<OpenHold, 'walletId' | 'placedAt'>, spender: Spender, held: bigint, spent = 0n): void {
  for (const id of countersOfHold(hold, spender)) {
    if (course.view.counter(id) === null) continue;
    const counter = counterMove(course, id);
    counter.held += held;
    counter.spent += spent;
  }
}

function counterMove(course: Course, id: string): CounterMove {
  const known = course.counters.get(id);
  if (known !== undefined) return known;
  const counter: CounterMove = { id, spent: 0n, held: 0n, most: null };
  course.counters.set(id, counter);
  return counter;
}
