/** The spend limits that a hold has to stay within, and what the user is told when it does not. */
import { Fault } from '../../kernel/fault';
import { formatDecimal, type Nano, nano } from '../../kernel/money';
import { BUCKETS, type Bucket, currencyOf } from '../../kernel/words';
import type { SpendLimit } from '../../keys/api-key';
import type { LedgerVerdict } from '../../ledger/ledger-store';
import { type CounterScope, counterId, counterRef, nextWindow, type SpendCeiling } from '../../ledger/spend-counter';
import type { Run } from '../../runs/run';

/** The limits of one key, of the project that it belongs to, or of a run. */
export interface LimitsOf {
  readonly scope: CounterScope;
  readonly scopeId: string;
  readonly limits: readonly SpendLimit[];
}

/** A budget as limits: for all time, and nothing of a bucket that it does not name. No budget at all limits nothing. */
export function budgetLimits({ budget }: Pick<Run, 'budget'>): SpendLimit[] {
  if (budget.length === 0) return [];
  const amountOf = (bucket: Bucket) => budget.find((line) => line.bucket === bucket)?.amount ?? nano(0n);
  return BUCKETS.map((bucket) => ({ bucket, window: 'LIFETIME', amount: amountOf(bucket) }));
}

/** The ceilings on a hold of that bucket. */
export function ceilingsOn(bucket: Bucket, placedAt: number, all: readonly LimitsOf[]): SpendCeiling[] {
  return all.flatMap(({ scope, scopeId, limits }) =>
    limits
      .filter((limit) => limit.bucket === bucket)
      .map(({ window, amount }) => ({ counterId: counterId({ scope, scopeId, bucket, window }, placedAt), ceiling: amount })),
  );
}

/** A ceiling, and what stands against it. */
export type LimitReached = Omit<Extract<LedgerVerdict, { verdict: 'over_limit' }>, 'verdict'>;

/** Only requests in flight stand in the way: nobody has to wait for another window, or to raise what is not used up. */
const GIVEN_BACK = ' What requests in flight hold and do not use is given back when they end.';

/** Names the limit, what stands against it, and when it begins anew. */
export function overLimit(verdict: LimitReached, needed: Nano): Fault {
  const ref = counterRef(verdict.counterId);
  if (ref === undefined) return new Fault('spend_limit_reached', 'A spend limit does not allow this request.');
  const money = (amount: bigint) => `${formatDecimal(amount)} ${currencyOf(ref.bucket)}`;
  const used = `${money(verdict.spent)} is spent and ${money(verdict.held)} is held`;
  const soon = verdict.spent + needed <= verdict.ceiling ? GIVEN_BACK : '';
  if (ref.scope === 'run') {
    return new Fault(
      'spend_limit_reached',
      `The budget of the run ${ref.scopeId} on ${ref.bucket} is ${money(verdict.ceiling)}: ${used}, and this request can cost up to ${money(needed)}. A higher budget lets it go on.${soon}`,
      { limitOf: ref.scope },
    );
  }
  const { name, anew } = limitWords(ref);
  return new Fault(
    'spend_limit_reached',
    `The ${name} is ${money(verdict.ceiling)}: ${used}, and this request can cost up to ${money(needed)}.${anew}${soon}`,
    { limitOf: ref.scope },
  );
}

type CounterWords = NonNullable<ReturnType<typeof counterRef>>;

/** A spend limit of a key or a project as users are told of it, `DAY limit of this key on RMB`, and when it begins anew, as a sentence. */
export function limitWords({ scope, scopeId, bucket, window, from }: CounterWords): { readonly name: string; readonly anew: string } {
  const whose = scope === 'key' ? 'this key' : `the ${scope} "${scopeId}"`;
  const next = nextWindow(window, from);
  return {
    name: `${window} limit of ${whose} on ${bucket}`,
    anew: next === null ? '' : ` It begins anew at ${new Date(next).toISOString()}.`,
  };
}
