/** Whoever wants to know how far the attempts of a stream have come, while they run. */
import type { PlanStep } from '../routing/plan-route';
import type { AttemptRecord } from './attempt';
import type { AnswerFacts } from './upstream';

export interface RunningAttempt {
  readonly step: PlanStep;
  /** The output that was written to a client that was still there. It only grows. */
  deliveredText(): string;
  /** Of audio. */
  deliveredBytes(): number;
  /** What is known of the answer so far. */
  facts(): AnswerFacts;
  /** As it would be recorded if the gateway stopped now. */
  record(): AttemptRecord;
}

export interface AttemptFollower {
  /** An attempt is sent; those before it have ended. */
  began(attempt: RunningAttempt): void;
  /** An attempt has ended, or a step was passed over. In the order of the records. */
  ended(record: AttemptRecord): void;
}
