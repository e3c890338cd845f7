/** The spend limits that a hold has to stay within, and what the user is told when it does not. */
import { Fault } from '../kernel/fault';
import { formatDecimal, type Nano } from '../kernel/money';
import { type Bucket, currencyOf } from '../kernel/words';
import type { SpendLimit } from '../keys/api-key';
import type { LedgerVerdict } from '../ledger/ledger-store';
import { counterId, counterRef, nextWindow, type SpendCeiling } from '../ledger/spend-counter';

/** The limits of one key, or of the project that it belongs to. */
export interface LimitsOf {
  readonly scope: 'key' | 'project';
  readonly scopeId: string;
  readonly limits: readonly SpendLimit[];
}

/** The ceilings on a hold of that bucket. */
export function ceilingsOn(bucket: Bucket, placedAt: number, all: readonly LimitsOf[]): SpendCeiling[] {
  return all.flatMap(({ scope, scopeId, limits }) =>
    limits
      .filter((limit) => limit.bucket === bucket)
      .map(({ window, amount }) => ({ counterId: counterId({ scope, scopeId, bucket, window }, placedAt), ceiling: amount })),
  );
}

export function overLimit(verdict: Extract<LedgerVerdict, { verdict: 'over_limit' }>, needed: Nano): Fault {
  const ref = counterRef(verdict.counterId);
  if (ref === undefined) return new Fault('spend_limit_reached', 'A spend limit does not allow this request.');
  const money = (amount: bigint) => `${formatDecimal(amount)} ${currencyOf(ref.bucket)}`;
  const whose = ref.scope === 'key' ? 'this key' : `the ${ref.scope} "${ref.scopeId}"`;
  const used = `${money(verdict.spent)} is spent and ${money(verdict.held)} is held`;
  const next = nextWindow(ref.window, ref.from);
  const anew = next === null ? '' : ` It begins anew at ${new Date(next).toISOString()}.`;
  return new Fault(
    'spend_limit_reached',
    `The ${ref.window} limit of ${whose} on ${ref.bucket} is ${money(verdict.ceiling)}: ${used}, and this request can cost up to ${money(needed)}.${anew}`,
  );
}

/** Why a request with an `Idempotency-Key` that was used before is not served again. */
export function sameKeyFault({ state, requestId }: Extract<LedgerVerdict, { verdict: 'same_key' }>): Fault {
  const receipt = { receiptId: requestId };
  switch (state) {
    case 'running':
      return new Fault('idempotency_in_progress', `The request ${requestId} with this Idempotency-Key is still running.`, receipt);
    case 'settled':
      return new Fault(
        'idempotency_settled',
        `This Idempotency-Key was used: the request ${requestId} has ended and has its receipt.`,
        receipt,
      );
    case 'other_body':
      return new Fault('idempotency_mismatch', `This Idempotency-Key was used for another body, by the request ${requestId}.`, receipt);
  }
}
