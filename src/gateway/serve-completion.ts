/**
 * THE flow. Read this file to know the product: a request is authenticated, planned and quoted; money is held, durably;
 * channels are tried; what came back is metered and settled, durably; and only then the last byte goes out.
 */
import { type Interruption, runAttempts } from '../attempts/run-attempts';
import { Fault } from '../kernel/fault';
import type { Interrupted } from '../kernel/interrupt';
import { formatDecimal } from '../kernel/money';
import { admitKey, type RecognisedKey } from '../keys/authenticate';
import type { ReceiptRecord, RequestFacts } from '../ledger/receipt';
import { inputBound } from '../metering/input-bound';
import { quoteCeiling } from '../metering/quote-ceiling';
import { type Plan, planRoute } from '../routing/plan-route';
import { streamTail, wholeWithCost } from './answer';
import type { AnswerSink, CompletionRequest, Gateway } from './completion-request';
import { ReceiptedFault } from './end-durably';
import type { Option } from './hold';
import { type ChatCall, type Reading, readChatCall } from './read-chat-call';
import { checkRunHeader, readRouteHeader } from './request-headers';
import { type Settled, writeRefusal } from './settle';
import { withHold } from './with-hold';

/**
 * Serves one chat completion, whole or streamed. The receipt that it gives is settled and readable. `signal` says
 * when it must end early; how it then ends is the stop-reason table's decision.
 * @throws Fault when no key was recognised (there is no receipt then) or when the receipt could not be written; every
 * other refusal and failure is sent through the sink and has a receipt.
 */
export async function serveCompletion(
  gateway: Gateway,
  request: CompletionRequest,
  sink: AnswerSink,
  signal: Interrupted<Interruption>,
): Promise<ReceiptRecord> {
  const recognised = await gateway.keys.recognise(request.credential);
  const reading = readChatCall(request.body);
  const facts = factsOf(request, recognised, reading);
  return refusedWithReceipt(gateway, facts, sink, async () => {
    const caller = admitKey(recognised, gateway.clock.now());
    if (!reading.ok) throw reading.fault;
    const { call } = reading;
    checkRunHeader(request.runHeader);
    const planned = planRoute(gateway.catalog.current(), caller.key, call.model, readRouteHeader(request.routeHeader));
    const options = [planned.first, planned.fallback].flatMap((plan) => (plan === null ? [] : [quoted(plan, call)]));
    const settled = await withHold(gateway, facts, call, options, (hold, attemptsBefore) => {
      sink.announce(hold.plan);
      const outputLimit = hold.limitLowered ? hold.outputLimit : null;
      const outputBound = hold.outputLimit * call.choices;
      const job = { plan: hold.plan, body: call.body, stream: call.stream, outputLimit, outputBound, attemptsBefore };
      return runAttempts(gateway, job, sink, signal);
    });
    finish(settled, call, sink);
    return settled.receipt;
  });
}

/** Refuses a request whose body could not be taken in: too large, or of another type. It has a receipt when its key is known. */
export async function refuseCompletion(gateway: Gateway, request: CompletionRequest, sink: AnswerSink, fault: Fault): Promise<void> {
  const recognised = await gateway.keys.recognise(request.credential);
  const facts = factsOf(request, recognised, { ok: false, fault, model: null, stream: false });
  await refusedWithReceipt(gateway, facts, sink, () => Promise.reject(fault));
}

function quoted(plan: Plan, call: ChatCall): Option {
  const bounds = {
    inputTokens: inputBound(call.body.json, plan.model),
    clientOutputLimit: call.outputLimit,
    modelOutputLimit: plan.model.maxOutputTokens,
    choices: call.choices,
  };
  return { plan, quote: quoteCeiling(bounds, [...new Set(plan.steps.map((step) => step.price))]) };
}

/** The last bytes: after the settlement, never before. */
function finish({ receipt, fault, used }: Settled, call: ChatCall, sink: AnswerSink): void {
  const { answer } = used.outcome;
  if (fault !== null || answer === null) sink.fail(fault ?? new Fault('internal_error', 'There is no answer to give.'));
  else if (answer.kind === 'whole') sink.finishWhole(wholeWithCost(answer.text, receipt), formatDecimal(receipt.charge));
  else sink.finishStream(streamTail(answer, receipt, call.wantsUsage));
}

async function refusedWithReceipt(
  gateway: Gateway,
  facts: RequestFacts,
  sink: AnswerSink,
  serve: () => Promise<ReceiptRecord>,
): Promise<ReceiptRecord> {
  try {
    return await serve();
  } catch (error) {
    // A ledger that cannot take a hold cannot take a receipt either.
    if (!(error instanceof Fault) || error instanceof ReceiptedFault || error.code === 'temporarily_unavailable') throw error;
    const receipt = await writeRefusal(gateway, facts, error);
    sink.fail(error);
    return receipt;
  }
}

function factsOf(request: CompletionRequest, { key }: RecognisedKey, reading: Reading): RequestFacts {
  return {
    requestId: request.id,
    accountId: key.accountId,
    apiKeyId: key.id,
    projectId: key.projectId,
    runId: null,
    endpoint: request.endpoint,
    stream: reading.ok ? reading.call.stream : reading.stream,
    requestedModel: reading.ok ? reading.call.model : reading.model,
    createdAt: request.receivedAt,
  };
}
