/** One try of a step: sent, followed while it is answered, cut by what ends the request from outside, and put on record. */
import type { Clock } from '../kernel/clock';
import { invariant } from '../kernel/invariant';
import type { PlanStep } from '../routing/plan-route';
import type { AttemptRecord } from './attempt';
import type { RunningAttempt } from './attempt-follower';
import type { AttemptJob, AttemptMeans } from './attempt-job';
import { atDeadline, cutAtDeadline } from './attempt-limits';
import { recordOf, STOPPED_MIDWAY } from './attempt-record';
import { Delivery } from './delivery';
import { noteHealth } from './note-health';
import type { Place, SentAttempt } from './sent-attempt';
import type { UpstreamResult } from './upstream';

export interface Tried {
  readonly record: AttemptRecord;
  readonly result: UpstreamResult;
  readonly delivery: Delivery;
  readonly step: PlanStep;
  /** Cut because the time of the whole request was up. */
  readonly late: boolean;
  /** The provider refused the secret that it was sent with, and the channel has another one: that is no try of the step. */
  readonly otherSecret: boolean;
}

/** Never rejects for what a provider does. */
export async function tryOnce(means: AttemptMeans, job: AttemptJob, step: PlanStep, place: Place): Promise<Tried> {
  const { clock, health } = means;
  const sent = send(means, job, step, place);
  job.follower?.began(runningOf(sent, clock));
  const { result, late } = await endOf(sent, job, clock);
  const latencyMs = elapsedMs(sent, clock);
  const otherSecret = noteHealth(health, sent, result, latencyMs);
  if (job.limits !== null && !otherSecret) job.limits.tries += 1;
  const record = recordOf(sent, result, latencyMs);
  job.follower?.ended(record);
  return { record, result, delivery: sent.delivery, step, late, otherSecret };
}

function send(means: AttemptMeans, job: AttemptJob, step: PlanStep, place: Place): SentAttempt {
  const { clock, counter, health, upstreams } = means;
  const upstream = upstreams[step.channel.protocol];
  invariant(upstream !== undefined, 'a step without an adapter is passed over');
  const [startedAt, startedTick] = [clock.now(), clock.monotonic()];
  const delivery = new Delivery(job.sink, job.outputBound, counter);
  const secret = health.secretFor(step);
  const { operation, body, stream, outputLimit, outputBound, betas } = job;
  const { upstreamModel } = step;
  const channel = secret?.channel ?? step.channel;
  const exchange = upstream.send({ operation, channel, upstreamModel, body, stream, outputLimit, outputBound, betas }, delivery);
  delivery.onOverrun = () => exchange.cut();
  return { step, place, ticket: health.begin(step), secret, startedAt, startedTick, exchange, delivery };
}

function elapsedMs({ startedTick }: SentAttempt, clock: Clock): number {
  return Math.round(clock.monotonic() - startedTick);
}

function runningOf(sent: SentAttempt, clock: Clock): RunningAttempt {
  const { step, exchange, delivery } = sent;
  return {
    step,
    deliveredText: () => delivery.deliveredText,
    deliveredBytes: () => delivery.deliveredBytes,
    facts: () => exchange.facts(),
    record: () => recordOf(sent, { ok: false, failure: STOPPED_MIDWAY, facts: exchange.facts() }, elapsedMs(sent, clock)),
  };
}

/** How it ends: by itself, or cut. `late`: because the time of the whole request was up. */
async function endOf(
  { step, exchange, delivery }: SentAttempt,
  { limits, signal }: AttemptJob,
  clock: Clock,
): Promise<{ readonly result: UpstreamResult; readonly late: boolean }> {
  const deafen = signal.listen((reason) => {
    delivery.mute();
    // A provider that bills the whole answer anyway is read to its usage; another is left at once.
    if (reason === 'GATEWAY_STOPPED' || step.channel.onClientGone === 'cancel') exchange.cut();
  });
  let late = false;
  // A client that has left has no deadline any more: its answer is read for what was used.
  const disarm = atDeadline(limits, clock, () => {
    late = signal.reason === null;
    if (late) exchange.cut();
  });
  const result = await exchange.result;
  disarm();
  deafen();
  if (!late || limits === null || result.ok) return { result, late: false };
  return { result: cutAtDeadline(result, limits), late: true };
}
