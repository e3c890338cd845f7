/** Idempotency keys in a batch: who may place a hold with one. */
import type { LedgerVerdict } from '../../ledger/ledger-store';
import type { Course, KeyUse } from './decision';
import type { PreparedPlace } from './prepare';
import { HOLD_API_KEY_ID, HOLD_REQUEST_ID } from './rows';

/** Why the hold may not be placed with its key; null: it may. */
export function refusedByKey(course: Course, { idempotence, row }: PreparedPlace): LedgerVerdict | null {
  if (idempotence === null) return null;
  const use = useNow(course, idempotence.id);
  if (use === undefined || use.requestId === row[HOLD_REQUEST_ID]) return null;
  const { requestId, state } = use;
  if (use.bodyHash !== idempotence.bodyHash) return { verdict: 'same_key', state: 'other_body', requestId };
  if (state === 'RELEASED') return null;
  return { verdict: 'same_key', state: state === 'OPEN' ? 'running' : 'settled', requestId };
}

/** Writes down that the hold, which is granted, has taken its key. */
export function takeKey(course: Course, { idempotence, holdId, row }: PreparedPlace, at: number): void {
  if (idempotence === null) return;
  const { id, bodyHash } = idempotence;
  const isNew = useNow(course, id) === undefined;
  const requestId = String(row[HOLD_REQUEST_ID]);
  course.keyUses.set(id, { bodyHash, requestId, holdId });
  const keyRow = [id, row[HOLD_API_KEY_ID] ?? null, bodyHash, requestId, holdId, BigInt(at)];
  (isNew ? course.newKeys : course.takenKeys).push(keyRow);
}

function useNow(course: Course, id: string): KeyUse | undefined {
  const here = course.keyUses.get(id);
  if (here !== undefined) return { ...here, state: stateNow(course, here.holdId) };
  const before = course.view.keyUse(id);
  // Its hold may have ended in this batch.
  return before !== undefined && course.ended.has(before.holdId) ? { ...before, state: stateNow(course, before.holdId) } : before;
}

function stateNow(course: Course, holdId: string): KeyUse['state'] {
  if (!course.ended.has(holdId)) return 'OPEN';
  return course.settled.some((hold) => hold.holdId === holdId) ? 'SETTLED' : 'RELEASED';
}
