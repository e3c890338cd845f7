/**
 * THE flow. Read this file to know the product: a request is authenticated, kept to its rate, planned and quoted; money is held, durably;
 * channels are tried; what came back is metered and settled, durably; and only then the last byte goes out.
 */
import type { AttemptJob, Interruption } from '../attempts/attempt-job';
import { runAttempts } from '../attempts/run-attempts';
import { Fault } from '../kernel/fault';
import type { Interrupted } from '../kernel/interrupt';
import { formatDecimal } from '../kernel/money';
import { admitKey, type RecognisedKey } from '../keys/authenticate';
import type { KeyPolicies } from '../keys/key-policies';
import type { Idempotence } from '../ledger/ledger-store';
import type { ReceiptRecord } from '../ledger/receipt';
import { quoteCeiling } from '../metering/quote-ceiling';
import { arrangeSteps } from '../routing/arrange-steps';
import { type Plan, planRoute } from '../routing/plan-route';
import type { Run } from '../runs/run';
import type { AnswerSink, CompletionRequest, Gateway } from './completion-request';
import { streamTail, wholeWithCost } from './ending/answer';
import { keeping, RememberingSink } from './ending/answer-archive';
import type { Settled } from './ending/settle';
import type { ModelCall } from './endpoints/endpoint';
import { settledOrGivenBefore } from './given-before';
import type { Hold, Option } from './hold';
import { attached } from './reading/attach-run';
import { attemptLimitsOf, chargeCap } from './reading/key-ceilings';
import type { Reading } from './reading/read-call';
import { readIdempotencyKey, readRouteHeader } from './reading/request-headers';
import { servablePlans } from './reading/servable-plans';
import { sharedBy } from './reading/shared-cache';
import { budgetLimits, type LimitsOf } from './reading/spend-ceilings';
import { factsOf, readable, received, refusedWithReceipt } from './request-frame';
import { withHold } from './with-hold';
import { withRate } from './with-rate';

/**
 * Serves one model call of any endpoint, whole or streamed. The receipt that it gives is settled and readable; null: the answer of an
 * earlier request with the same `Idempotency-Key` was given again. `signal` says when it must end early; how it then ends is the
 * stop-reason table's decision.
 * @throws Fault when no key was recognised, or when keys, runs or the ledger could not be asked: nothing was sent then, and there is
 * no receipt. Fault when the receipt could not be written. Every other refusal and failure is sent through the sink and has a receipt.
 */
export async function serveCompletion(
  gateway: Gateway,
  request: CompletionRequest,
  sink: AnswerSink,
  signal: Interrupted<Interruption>,
): Promise<ReceiptRecord | null> {
  const { recognised, reading, attachment, facts } = await received(gateway, request);
  return refusedWithReceipt(gateway, facts, sink, async () => {
    const caller = admitKey(recognised, gateway.clock.now(), request.from);
    const rated = { requestId: request.id, key: caller.key, reading };
    const served = await withRate(gateway.rates, rated, sink, () => {
      const idempotence = readIdempotencyKey(request.idempotencyKey, caller.key.id, request.endpoint.path, request.body);
      return settledOrGivenBefore(gateway, request.id, idempotence, async () => {
        const call = readable(reading);
        const run = attached(attachment);
        const planned = planRoute(gateway.catalog.current(), caller.key, call.model, readRouteHeader(request.routeHeader));
        const plans = inOrder(servablePlans(planned, call, gateway.upstreams), request.id, caller.key.id, call);
        const options = plans.map((plan) => quoted(plan, call, caller.key.policies));
        const attemptLimits = attemptLimitsOf(caller.key.policies, request);
        const { to, keep } = kept(gateway, call, idempotence, sink);
        const asked = { facts, call, limits: limitsOf(recognised, run), attemptLimits, idempotence, keep };
        return withHold(gateway, asked, options, (hold, attemptsBefore) => {
          to.announce(hold.plan);
          return gateway.checkpoints.whileDelivering({ hold, call, attemptsBefore }, (follower) => {
            const { betas } = request;
            return runAttempts(gateway, jobOf(hold, call, { attemptsBefore, limits: attemptLimits, follower, betas, sink: to, signal }));
          });
        });
      });
    });
    if ('requestId' in served) {
      sink.giveAgain(served);
      return null;
    }
    finish(served, readable(reading), sink);
    return served.receipt;
  });
}

/**
 * Refuses a request whose body could not be taken in: too large, or of another type. It has a receipt when its key is known, and where
 * that key may not call, it hears of that: no other body would help it, and it takes nothing of the rates of its account.
 */
export async function refuseCompletion(gateway: Gateway, request: CompletionRequest, sink: AnswerSink, fault: Fault): Promise<void> {
  const recognised = await gateway.keys.recognise(request.credential);
  const reading: Reading = { ok: false, fault, model: null, stream: false };
  await refusedWithReceipt(gateway, factsOf(request, recognised, reading, null), sink, async () => {
    const { key } = admitKey(recognised, gateway.clock.now(), request.from);
    const rated = { requestId: request.id, key, reading };
    const { receipt } = await withRate<Settled>(gateway.rates, rated, sink, () => Promise.reject(fault));
    return receipt;
  });
}

/** The plans, each with the order of steps that this request has. */
function inOrder(plans: readonly Plan[], requestId: string, keyId: string, { body }: ModelCall): readonly Plan[] {
  if (plans.every(({ drawn }) => drawn === undefined)) return plans;
  return plans.map((plan) => (plan.drawn ? arrangeSteps(plan, requestId, sharedBy(plan.route.sticky, keyId, body.json)) : plan));
}

/** Where the answer goes, and how it is kept for the same Idempotency-Key, where answers are kept. */
function kept({ archive, clock }: Gateway, call: ModelCall, idempotence: Idempotence | null, sink: AnswerSink) {
  if (archive === null || idempotence === null) return { to: sink, keep: null };
  const to = new RememberingSink(sink);
  return { to, keep: keeping(archive, idempotence.id, call, to, clock.now) };
}

/** The limits that bind a request: those of its key, of the project that the key belongs to, and the budget of its run. */
function limitsOf({ key, projectLimits }: RecognisedKey, run: Run | null): LimitsOf[] {
  const limits: LimitsOf[] = [{ scope: 'key', scopeId: key.id, limits: key.limits.spend }];
  if (key.projectId !== null) limits.push({ scope: 'project', scopeId: key.projectId, limits: projectLimits });
  if (run !== null) limits.push({ scope: 'run', scopeId: run.id, limits: budgetLimits(run) });
  return limits;
}

type Around = Pick<AttemptJob, 'attemptsBefore' | 'limits' | 'follower' | 'betas' | 'sink' | 'signal'>;

function jobOf({ plan, outputLimit, limitLowered }: Hold, { endpoint, body, stream, choices }: ModelCall, around: Around): AttemptJob {
  const { attemptsBefore, limits, follower, betas, sink, signal } = around;
  const [lowered, outputBound] = [limitLowered ? outputLimit : null, outputLimit * choices];
  const { operation } = endpoint;
  return { plan, operation, body, stream, outputLimit: lowered, outputBound, betas, attemptsBefore, limits, follower, sink, signal };
}

function quoted(plan: Plan, call: ModelCall, policies: KeyPolicies): Option {
  const bounds = {
    inputTokens: call.endpoint.inputBound(call.body.json, plan.model),
    ...outputLimits(call, plan.model),
    choices: call.choices,
    ...(call.classes && { classes: call.classes }),
  };
  return { plan, quote: quoteCeiling(bounds, plan.prices), cap: chargeCap(policies, plan) };
}

function outputLimits({ endpoint, outputLimit }: ModelCall, { maxOutputTokens }: Plan['model']) {
  if (endpoint.output === 'limited') return { clientOutputLimit: outputLimit, modelOutputLimit: maxOutputTokens };
  const fixed = endpoint.output === 'fixed' ? maxOutputTokens : 0;
  return { clientOutputLimit: fixed, modelOutputLimit: fixed };
}

/** The last bytes: after the settlement, never before. */
function finish({ receipt, fault, used }: Settled, call: ModelCall, sink: AnswerSink): void {
  const { answer } = used.outcome;
  if (fault !== null || answer === null) sink.fail(fault ?? new Fault('internal_error', 'There is no answer to give.'));
  else if (answer.kind === 'whole')
    sink.finishWhole(wholeWithCost(answer, receipt, call), formatDecimal(receipt.charge), answer.contentType);
  else if (answer.kind === 'audio') sink.finishAudio(answer.rest, answer.contentType);
  else sink.finishStream(streamTail(answer, receipt, call));
}
