/** Idempotency keys in a batch: who may place a hold with one. */
import { type SameKey, sameKey } from '../../ledger/key-use';
import type { Course, KeyUseOfHold } from './decision';
import type { PreparedPlace } from './prepare';
import { HOLD_API_KEY_ID, HOLD_REQUEST_ID, type KEY_COLUMNS } from './rows';
import type { RowOf } from './sql-values';

/** Why the hold may not be placed with its key; null: it may. */
export function refusedByKey(course: Course, { idempotence, row }: PreparedPlace): SameKey | null {
  if (idempotence === null) return null;
  const use = useNow(course, idempotence.id);
  return use === undefined ? null : sameKey(use, String(row[HOLD_REQUEST_ID]), idempotence);
}

/** Writes down that the hold, which is granted, has taken its key. */
export function takeKey(course: Course, { idempotence, holdId, row }: PreparedPlace, at: number): void {
  if (idempotence === null) return;
  const { id, bodyHash } = idempotence;
  const isNew = useNow(course, id) === undefined;
  const requestId = String(row[HOLD_REQUEST_ID]);
  course.keyUses.set(id, { bodyHash, requestId, holdId });
  const keyRow: RowOf<typeof KEY_COLUMNS> = [id, row[HOLD_API_KEY_ID] ?? null, bodyHash, requestId, holdId, BigInt(at)];
  (isNew ? course.newKeys : course.takenKeys).push(keyRow);
}

function useNow(course: Course, id: string): KeyUseOfHold | undefined {
  const here = course.keyUses.get(id);
  if (here !== undefined) return { ...here, state: stateNow(course, here.holdId) };
  const before = course.view.keyUse(id);
  // Its hold may have ended in this batch.
  return before !== undefined && course.ended.has(before.holdId) ? { ...before, state: stateNow(course, before.holdId) } : before;
}

function stateNow(course: Course, holdId: string): KeyUseOfHold['state'] {
  if (!course.ended.has(holdId)) return 'OPEN';
  return course.settled.some((hold) => hold.holdId === holdId) ? 'SETTLED' : 'RELEASED';
}
