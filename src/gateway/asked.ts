/** A request that wants a hold: what it asks for, and what bounds it. */
import type { AttemptLimits } from '../attempts/attempt-limits';
import type { Idempotence } from '../ledger/ledger-store';
import type { RequestFacts } from '../ledger/receipt';
import type { Keep } from './ending/answer-archive';
import type { ModelCall } from './endpoints/endpoint';
import type { LimitsOf } from './reading/spend-ceilings';

export interface Asked {
  readonly facts: RequestFacts;
  readonly call: ModelCall;
  readonly limits: readonly LimitsOf[];
  /** null: the plan alone says how often and how long is tried. */
  readonly attemptLimits: AttemptLimits | null;
  readonly idempotence: Idempotence | null;
  /** null: the answer is not kept. */
  readonly keep: Keep | null;
}
