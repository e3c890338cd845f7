/** One try of a step: sent, followed while it is answered, cut by what ends the request from outside, and put on record. */
import type { Interrupted } from '../kernel/interrupt';
import { invariant } from '../kernel/invariant';
import type { PlanStep } from '../routing/plan-route';
import type { AttemptRecord } from './attempt';
import type { RunningAttempt } from './attempt-follower';
import type { AttemptJob, AttemptMeans, Interruption } from './attempt-job';
import { atDeadline, cutAtDeadline } from './attempt-limits';
import { recordOf, STOPPED_MIDWAY } from './attempt-record';
import { Delivery, type StreamSink } from './delivery';
import { noteHealth, type SentWith } from './note-health';
import type { UpstreamExchange, UpstreamResult } from './upstream';

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

/** A try that is under way. */
interface Sent extends SentWith {
  readonly step: PlanStep;
  readonly exchange: UpstreamExchange;
  readonly delivery: Delivery;
  elapsedMs(): number;
  /** Its row, if it ends so after that time. */
  recordWith(result: UpstreamResult, latencyMs: number): AttemptRecord;
}

/** Where a try stands among those of its request, and of its step. */
interface Place {
  readonly index: number;
  readonly retry: number;
}

/** Never rejects for what a provider does. */
export async function tryOnce(
  means: AttemptMeans,
  job: AttemptJob,
  step: PlanStep,
  place: Place,
  sink: StreamSink,
  signal: Interrupted<Interruption>,
): Promise<Tried> {
  const sent = send(means, job, step, place, sink);
  job.follower?.began(runningOf(sent));
  const { result, late } = await endOf(sent, means, job, signal);
  const latencyMs = sent.elapsedMs();
  const otherSecret = noteHealth(means.health, step, sent, result, sent.delivery.started, latencyMs);
  if (job.limits !== null && !otherSecret) job.limits.tries += 1;
  const record = sent.recordWith(result, latencyMs);
  job.follower?.ended(record);
  return { record, result, delivery: sent.delivery, step, late, otherSecret };
}

function send(means: AttemptMeans, job: AttemptJob, step: PlanStep, place: Place, sink: StreamSink): Sent {
  const { clock, counter, health, upstreams } = means;
  const upstream = upstreams[step.channel.protocol];
  invariant(upstream !== undefined, 'a step without an adapter is passed over');
  const [startedAt, began] = [clock.now(), clock.monotonic()];
  const delivery = new Delivery(sink, job.outputBound, counter);
  const secret = health.secretFor(step.channel, step.upstreamModel);
  const { operation, body, stream, outputLimit, outputBound, betas } = job;
  const { upstreamModel } = step;
  const channel = secret?.channel ?? step.channel;
  const exchange = upstream.send({ operation, channel, upstreamModel, body, stream, outputLimit, outputBound, betas }, delivery);
  delivery.onOverrun = () => exchange.cut();
  return {
    step,
    exchange,
    delivery,
    secret,
    ticket: health.begin(step.channel, upstreamModel),
    elapsedMs: () => Math.round(clock.monotonic() - began),
    recordWith: (result, latencyMs) => recordOf(step, place, result, startedAt, latencyMs, secret),
  };
}

function runningOf({ step, exchange, delivery, elapsedMs, recordWith }: Sent): RunningAttempt {
  return {
    step,
    deliveredText: () => delivery.deliveredText,
    deliveredBytes: () => delivery.deliveredBytes,
    facts: () => exchange.facts(),
    record: () => recordWith({ ok: false, failure: STOPPED_MIDWAY, facts: exchange.facts() }, elapsedMs()),
  };
}

/** How it ends: by itself, or cut. `late`: because the time of the whole request was up. */
async function endOf(
  { step, exchange, delivery }: Sent,
  { clock }: AttemptMeans,
  { limits }: AttemptJob,
  signal: Interrupted<Interruption>,
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
