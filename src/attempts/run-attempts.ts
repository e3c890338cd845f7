/**
 * Tries the steps of a plan in order until one answers. Every try is a record, and so is every step whose turn came and
 * that was passed over. Once a byte of an answer has reached the client there is no second try and no second channel.
 */
import type { Clock } from '../kernel/clock';
import type { Interrupted } from '../kernel/interrupt';
import { invariant } from '../kernel/invariant';
import type { StopReason } from '../kernel/words';
import type { TokenCounter } from '../metering/token-counter';
import type { CatalogStore } from '../routing/catalog-store';
import type { ChannelHealth } from '../routing/health/channel-health';
import type { Plan, PlanStep } from '../routing/plan-route';
import type { AttemptRecord } from './attempt';
import type { AttemptFollower } from './attempt-follower';
import { type AttemptLimits, atDeadline, cutAtDeadline, cutOffNow, limitReached, type Standing } from './attempt-limits';
import { passedOver, recordOf, STOPPED_MIDWAY } from './attempt-record';
import { Delivery, type StreamSink } from './delivery';
import { failureClassOf, type NextMove, stopReasonOf } from './failure-classes';
import { noteHealth } from './note-health';
import { disabledSince, type Obstacle, obstacleTo } from './obstacle';
import { isOutOfUse, restingAt } from './resting';
import type { Answer, AnswerFacts, AttemptFailure, Operation, RequestBody, UpstreamResult, Upstreams } from './upstream';

/** What ends a request from outside. */
export type Interruption = Extract<StopReason, 'CLIENT_GONE' | 'GATEWAY_STOPPED'>;

export interface AttemptMeans extends Standing {
  readonly upstreams: Upstreams;
  readonly counter: TokenCounter;
  readonly clock: Clock;
  readonly health: ChannelHealth;
  readonly catalog: Pick<CatalogStore, 'current'>;
}

export interface AttemptJob {
  readonly plan: Plan;
  readonly operation: Operation;
  readonly body: RequestBody;
  readonly stream: boolean;
  /** The output limit to set where the balance covers no more; null leaves the body's own. */
  readonly outputLimit: number | null;
  /** Output tokens, over all choices, that the hold covers. */
  readonly outputBound: number;
  /** As the upstream takes them. */
  readonly betas?: string | undefined;
  /** Attempts of this request before this plan. */
  readonly attemptsBefore: readonly AttemptRecord[];
  /** null: the plan alone says how often and how long is tried. */
  readonly limits: AttemptLimits | null;
  /** null: nobody follows what is delivered. */
  readonly follower: AttemptFollower | null;
}

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

interface Tried {
  readonly record: AttemptRecord;
  readonly result: UpstreamResult;
  readonly delivery: Delivery;
  readonly step: PlanStep;
  /** Cut because the time of the whole request was up. */
  readonly late: boolean;
  /** The provider refused the secret that it was sent with, and the channel has another one: that is no try of the step. */
  readonly otherSecret: boolean;
}

/** Never rejects for what a provider does: every failure is a record, and how it all ended is the outcome. */
export async function runAttempts(
  means: AttemptMeans,
  job: AttemptJob,
  sink: StreamSink,
  signal: Interrupted<Interruption>,
): Promise<Outcome> {
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
    const tries = await tryStep(means, job, step, index, sink, signal);
    attempts.push(...tries.map((tried) => tried.record));
    last = tries.at(-1) ?? last;
    if (signal.reason !== null || (last !== null && moveAfter(last) === 'stop')) break;
  }
  return outcomeOf(job, attempts, last, signal);
}

/** Tries one step until it answers, its tries are used up, or another try makes no sense. */
async function tryStep(
  means: AttemptMeans,
  job: AttemptJob,
  step: PlanStep,
  index: number,
  sink: StreamSink,
  signal: Interrupted<Interruption>,
): Promise<Tried[]> {
  const tries: Tried[] = [];
  let refusedSecrets = 0;
  while (tries.length - refusedSecrets < step.maxAttempts && signal.reason === null) {
    if (tries.length > 0 && (await mayNotSendAgain(means, job)) !== null) break;
    const tried = await tryOnce(means, job, step, { index: index + tries.length, retry: tries.length }, sink, signal);
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

const mayNotSendAgain = async (means: AttemptMeans, job: AttemptJob) => mayNotSend(means, job) ?? cutOffNow(means);

/** What keeps a step from being tried, whatever the health of its channel. */
function obstacleAt({ upstreams, catalog }: AttemptMeans, job: AttemptJob, step: PlanStep): Obstacle | null {
  return disabledSince(step, catalog) ?? obstacleTo(step, job, upstreams);
}

/** What the health of its channel has against a step, unless nothing else is left to be tried. */
function restingNow(means: AttemptMeans, job: AttemptJob, step: PlanStep): Obstacle | null {
  if (means.health.restOf(step.channel, step.upstreamModel) === null) return null;
  const resting = restingAt(job.plan, step, means, (each) => obstacleAt(means, job, each) !== null);
  return resting === null || resting.lastResort ? null : resting.obstacle;
}

/** An answer ends the request, and so does a failure after the first byte has reached the client. */
function moveAfter({ result, delivery }: Tried): NextMove {
  return result.ok || delivery.started ? 'stop' : failureClassOf(result.failure).next;
}

async function tryOnce(
  means: AttemptMeans,
  job: AttemptJob,
  step: PlanStep,
  place: { readonly index: number; readonly retry: number },
  sink: StreamSink,
  signal: Interrupted<Interruption>,
): Promise<Tried> {
  const upstream = means.upstreams[step.channel.protocol];
  invariant(upstream !== undefined, 'a step without an adapter is passed over');
  const startedAt = means.clock.now();
  const began = means.clock.monotonic();
  const delivery = new Delivery(sink, job.outputBound, means.counter);
  const secret = means.health.secretFor(step.channel, step.upstreamModel);
  const exchange = upstream.send(
    {
      operation: job.operation,
      channel: secret?.channel ?? step.channel,
      upstreamModel: step.upstreamModel,
      body: job.body,
      stream: job.stream,
      outputLimit: job.outputLimit,
      outputBound: job.outputBound,
      betas: job.betas,
    },
    delivery,
  );
  delivery.onOverrun = () => exchange.cut();
  const deafen = signal.listen((reason) => {
    delivery.mute();
    // A provider that bills the whole answer anyway is read to its usage; another is left at once.
    if (reason === 'GATEWAY_STOPPED' || step.channel.onClientGone === 'cancel') exchange.cut();
  });
  const ticket = means.health.begin(step.channel, step.upstreamModel);
  const elapsedMs = () => Math.round(means.clock.monotonic() - began);
  job.follower?.began({
    step,
    deliveredText: () => delivery.deliveredText,
    deliveredBytes: () => delivery.deliveredBytes,
    facts: () => exchange.facts(),
    record: () => recordOf(step, place, { ok: false, failure: STOPPED_MIDWAY, facts: exchange.facts() }, startedAt, elapsedMs(), secret),
  });
  let late = false;
  // A client that has left has no deadline any more: its answer is read for what was used.
  const disarm = atDeadline(job.limits, means.clock, () => {
    late = signal.reason === null;
    if (late) exchange.cut();
  });
  const ended = await exchange.result;
  disarm();
  deafen();
  const latencyMs = elapsedMs();
  const result = late && job.limits !== null ? cutAtDeadline(ended, job.limits) : ended;
  const otherSecret = noteHealth(means.health, step, { ticket, secret }, result, delivery.started, latencyMs);
  if (job.limits !== null && !otherSecret) job.limits.tries += 1;
  const record = recordOf(step, place, result, startedAt, latencyMs, secret);
  job.follower?.ended(record);
  return { record, result, delivery, step, late: late && !result.ok, otherSecret };
}

function outcomeOf(job: AttemptJob, attempts: readonly AttemptRecord[], last: Tried | null, signal: Interrupted<Interruption>): Outcome {
  const result = last?.result;
  const overdue = overdueWords(attempts, last);
  return {
    plan: job.plan,
    attempts,
    stopReason: stopReasonFor(last, overdue, signal),
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

function stopReasonFor(last: Tried | null, overdue: string | null, signal: Interrupted<Interruption>): StopReason {
  if (last?.delivery.overrun === true) return 'BUDGET';
  if (signal.reason !== null) return signal.reason;
  if (overdue !== null) return 'UPSTREAM_TIMEOUT';
  if (last === null) return 'NO_CHANNEL';
  return last.result.ok ? 'COMPLETED' : stopReasonOf(last.result.failure, last.delivery.started);
}
