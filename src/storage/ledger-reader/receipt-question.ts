/** What a page of receipts asks for, as conditions of rows. */
import type { PageRequest, ReceiptFilter, Scope } from '../../ledger/ledger-reader';
import { placeOfReceiptCursor, type ReceiptPlace } from '../sql/cursors';
import { Conditions } from '../sql/query';

export interface Question {
  readonly after: ReceiptPlace | undefined;
  readonly filter: ReceiptFilter;
  readonly limit: bigint;
}

export function questionOf(page: PageRequest, filter: ReceiptFilter): Question {
  return { after: page.after === undefined ? undefined : placeOfReceiptCursor(page.after), filter, limit: BigInt(page.first + 1) };
}

/** Of open holds `r`. */
export function askedOfHolds(scope: Scope, { after, filter }: Question): Conditions {
  return olderThan(after, 'r.request_id', matching(scope, filter));
}

/** Of receipts `r`; of their fallbacks `fallbacksAsked` says more. */
export function askedOfSettled(scope: Scope, { after, filter }: Question): Conditions {
  const asked = olderThan(after, 'r.id', matching(scope, filter)).is('r.status', filter.status);
  // What follows from the conditions above is said again: an index that leaves rows out is used for nothing less.
  if (filter.status !== undefined && filter.status !== 'SUCCEEDED') asked.and("r.status <> 'SUCCEEDED'");
  if (filter.routeType === 'OFFICIAL') asked.and("r.route_type <> 'ORDINARY'");
  return asked;
}

export function olderThan(after: ReceiptPlace | undefined, id: string, asked: Conditions): Conditions {
  if (after === undefined) return asked;
  const { createdAt } = after;
  return asked.and(`r.created_at <= ? AND (r.created_at < ? OR ${id} < ?)`, createdAt, createdAt, after.id);
}

/** What can be asked of receipts and of holds alike. */
function matching(scope: Scope, filter: ReceiptFilter): Conditions {
  const asked = seenBy(scope)
    .is('r.api_key_id', filter.apiKeyId)
    .is('r.project_id', filter.projectId)
    .is('r.run_id', filter.runId)
    .is('r.route_type', filter.routeType);
  // MySQL takes texts for equal that differ by spaces at their end, and clients name models as they like.
  if (filter.model !== undefined) asked.and('r.requested_model = ? AND LENGTH(r.requested_model) = LENGTH(?)', filter.model, filter.model);
  return withinTime(filter, asked);
}

export function withinTime({ from, to }: Pick<ReceiptFilter, 'from' | 'to'>, asked: Conditions): Conditions {
  if (from !== undefined) asked.and('r.created_at >= ?', BigInt(Math.ceil(from)));
  if (to !== undefined) asked.and('r.created_at < ?', BigInt(Math.ceil(to)));
  return asked;
}

export function seenBy(scope: Scope): Conditions {
  if (scope === null) return new Conditions();
  return 'apiKeyId' in scope ? new Conditions().is('r.api_key_id', scope.apiKeyId) : new Conditions().is('r.account_id', scope.accountId);
}
