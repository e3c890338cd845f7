/**
 * Tries the steps of a plan in order until one answers. Every try is a record, and so is every step whose turn came and
 * that was passed over. Once a byte of an answer has reached the client there is no second try and no second channel.
 */
import type { StopReason } from '../kernel/words';
import type { Plan, PlanStep } from '../routing/plan-route';
import type { AttemptRecord } from './attempt';
import type { AttemptJob, AttemptMeans, Interruption } from './attempt-job';
import { cutOffNow, limitReached } from './attempt-limits';
import { passedOver } from './attempt-record';
import { failureClassOf, type NextMove, stopReasonOf } from './failure-classes';
import { disabledSince, type Obstacle, obstacleTo } from './obstacle';
import { isOutOfUse, restingAt } from './resting';
import { type Tried, tryOnce } from './try-once';
import type { Answer, AnswerFacts, AttemptFailure } from './upstream';

/** How the attempts of a plan ended. */
export interface Outcome {
  readonly plan: Plan;
  readonly attempts: readonly AttemptRecord[];
  readonly stopReason: StopReason;
  /** The step of the last try; null when every step was passed over. */
  readonly step: PlanStep | null;
  readonly facts: AnswerFacts | null;
  /** Set when an upstream answered to its end. */
  readonly answer: Answer | null;
  readonly failure: AttemptFailure | null;
  /** Output text that was written to a client that was still there. */
  readonly deliveredText: string;
  /** Audio that was written to such a client. */
  readonly deliveredBytes: number;
  /** A byte of the answer has reached the client: nothing else can be sent in its place. */
  readonly started: boolean;
  /** The request was ended by a deadline of its own, in these words; null: it was not. */
  readonly overdue: string | null;
}

/** Never rejects for what a provider does: every failure is a record, and how it all ended is the outcome. */
export async function runAttempts(means: AttemptMeans, job: AttemptJob): Promise<Outcome> {
  const attempts: AttemptRecord[] = [];
  let last: Tried | null = null;
  for (const step of job.plan.steps) {
    const index = job.attemptsBefore.length + attempts.length;
    const known = obstacleAt(means, job, step) ?? mayNotSend(means, job) ?? restingNow(means, job, step);
    const obstacle = known === null && last !== null ? await cutOffNow(means) : known;
    if (obstacle !== null) {
      const skipped = passedOver(step, index, obstacle, means.clock.now());
      attempts.push(skipped);
      job.follower?.ended(skipped);
      continue;
    }
    const tries = await tryStep(means, job, step, index);
    attempts.push(...tries.map((tried) => tried.record));
    last = tries.at(-1) ?? last;
    if (job.signal.reason !== null || (last !== null && moveAfter(last) === 'stop')) break;
  }
  return outcomeOf(job, attempts, last);
}

/** Tries one step until it answers, its tries are used up, or another try makes no sense. */
async function tryStep(means: AttemptMeans, job: AttemptJob, step: PlanStep, index: number): Promise<Tried[]> {
  const tries: Tried[] = [];
  let refusedSecrets = 0;
  while (tries.length - refusedSecrets < step.maxAttempts && job.signal.reason === null) {
    if (tries.length > 0 && !(await maySendAgain(means, job))) break;
    const tried = await tryOnce(means, job, step, { index: index + tries.length, retry: tries.length });
    tries.push(tried);
    if (tried.otherSecret && refusedSecrets + 1 < (step.channel.apiKeys?.length ?? 1)) refusedSecrets += 1;
    else if (moveAfter(tried) !== 'same' || isOutOfUse(step, means)) break;
  }
  return tries;
}

/** Why nothing more may be sent for this request; null: it may. */
function mayNotSend({ clock }: AttemptMeans, { limits }: AttemptJob): Obstacle | null {
  return limits === null ? null : limitReached(limits, clock);
}

/** The interruption is asked for last: a try hears only of what happens from its beginning on. */
async function maySendAgain(means: AttemptMeans, job: AttemptJob): Promise<boolean> {
  return mayNotSend(means, job) === null && (await cutOffNow(means)) === null && job.signal.reason === null;
}

/** What keeps a step from being tried, whatever the health of its channel. */
function obstacleAt({ upstreams, catalog }: AttemptMeans, job: AttemptJob, step: PlanStep): Obstacle | null {
  return disabledSince(step, catalog) ?? obstacleTo(step, job, upstreams);
}

/** What the health of its channel has against a step, unless nothing else is left to be tried. */
function restingNow(means: AttemptMeans, job: AttemptJob, step: PlanStep): Obstacle | null {
  if (means.health.restOf(step) === null) return null;
  const resting = restingAt(job.plan, step, means, (each) => obstacleAt(means, job, each) !== null);
  return resting === null || resting.lastResort ? null : resting.obstacle;
}

/** An answer ends the request, and so does a failure after the first byte has reached the client. */
function moveAfter({ result, delivery }: Tried): NextMove {
  return result.ok || delivery.started ? 'stop' : failureClassOf(result.failure).next;
}

function outcomeOf(job: AttemptJob, attempts: readonly AttemptRecord[], last: Tried | null): Outcome {
  const result = last?.result;
  const overdue = overdueWords(attempts, last);
  return {
    plan: job.plan,
    attempts,
    stopReason: stopReasonFor(last, overdue, job.signal.reason),
    step: last?.step ?? null,
    facts: result?.facts ?? null,
    answer: result?.ok === true ? result.answer : null,
    failure: result?.ok === false ? result.failure : null,
    deliveredText: last?.delivery.deliveredText ?? '',
    deliveredBytes: last?.delivery.deliveredBytes ?? 0,
    started: last?.delivery.started ?? false,
    overdue,
  };
}

/** In whose words the deadline ended the tries: of the one that was cut, or of the first step that had no time left. */
function overdueWords(attempts: readonly AttemptRecord[], last: Tried | null): string | null {
  if (last?.result.ok === true) return null;
  if (last?.late === true) return last.record.errorMessage;
  return attempts.find(({ status, errorCode }) => status === 'SKIPPED' && errorCode === 'deadline')?.errorMessage ?? null;
}

function stopReasonFor(last: Tried | null, overdue: string | null, interruption: Interruption | null): StopReason {
  if (last?.delivery.overrun === true) return 'BUDGET';
  if (interruption !== null) return interruption;
  if (overdue !== null) return 'UPSTREAM_TIMEOUT';
  if (last === null) return 'NO_CHANNEL';
  return last.result.ok ? 'COMPLETED' : stopReasonOf(last.result.failure, last.delivery.started);
}
