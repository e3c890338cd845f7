/**
 * What a counter begins with when the first ceiling names it: everything that its key, project or run has spent and holds in
 * its window. To be read while the wallet is locked: every settlement changes the wallet before the counters, so that one
 * that is not in the sums yet finds the counter, and one that is does not.
 */
import { type CounterScope, counterRef, nextWindow } from '../../ledger/spend-counter';
import { UnwritableItem } from './prepare';
import type { SqlValue } from './sql-values';

const COLUMN: Record<CounterScope, string> = { key: 'api_key_id', project: 'project_id', run: 'run_id' };
/** A request is received before its hold is placed, by this much at most. */
const BEFORE_HOLD_MS = 600_000;

/** One statement that answers `spent` and `held`. `value` puts a value into it, in order. @throws UnwritableItem */
export function counterSums(counterId: string, walletId: string, value: (value: SqlValue) => string): string {
  const ref = counterRef(counterId);
  const accountId = walletId.slice(0, walletId.lastIndexOf(':'));
  if (ref === undefined) throw new UnwritableItem(`There is no counter of spend with the id "${counterId}".`);
  const { scope, scopeId, bucket, window, from } = ref;
  const to = nextWindow(window, from);
  // Both ends: where the clocks of two processes differ, a hold of the next window may be there first.
  const placed = () =>
    from === null || to === null ? '' : ` AND h.placed_at >= ${value(BigInt(from))} AND h.placed_at < ${value(BigInt(to))}`;
  const whose = () => `${COLUMN[scope]} = ${value(scopeId)}`;
  // Receipts of a key and of a run have indexes of their own; those of a project are found among those of the account.
  const found = () => (scope !== 'project' ? `r.${whose()}` : `r.account_id = ${value(accountId)} AND r.${whose()}`);
  const since = () => (from === null ? '' : ` AND r.created_at >= ${value(BigInt(from - BEFORE_HOLD_MS))}${placed()}`);
  const spent = `SELECT COALESCE(SUM(r.charge), 0) FROM receipt r JOIN hold h ON h.id = r.hold_id
    WHERE ${found()} AND r.bucket = ${value(bucket)}${since()}`;
  const held = `SELECT COALESCE(SUM(h.amount), 0) FROM hold h WHERE h.state = 'OPEN' AND h.account_id = ${value(accountId)}
    AND h.${whose()} AND h.bucket = ${value(bucket)}${placed()}`;
  return `SELECT (${spent}) AS spent, (${held}) AS held`;
}
