/**
 * Counts the tokens of a request that is not made: the provider does it where the first channel that answers can, else it is counted
 * here, and the answer says so. Nothing is held and nothing is charged; the receipt is there all the same.
 */
import type { Interruption } from '../attempts/attempt-job';
import { type Outcome, runAttempts } from '../attempts/run-attempts';
import { Fault } from '../kernel/fault';
import type { Interrupted } from '../kernel/interrupt';
import { nano } from '../kernel/money';
import type { StopReason } from '../kernel/words';
import { admitKey } from '../keys/authenticate';
import type { ReceiptRecord, RequestFacts } from '../ledger/receipt';
import { countAfterwards } from '../metering/long-count';
import { type Plan, planRoute } from '../routing/plan-route';
import type { AnswerSink, CompletionRequest, Gateway } from './completion-request';
import { endDurably, withoutMoney } from './ending/end-durably';
import { faultOf } from './ending/fault-of-outcome';
import { receiptWithoutCharge } from './ending/receipt-of';
import type { ModelCall } from './endpoints/endpoint';
import { routeFactsOf } from './hold';
import { attached } from './reading/attach-run';
import { attemptLimitsOf } from './reading/key-ceilings';
import { readRouteHeader } from './reading/request-headers';
import { readable, received, refusedWithReceipt } from './request-frame';
import { withRate } from './with-rate';

const FREE = '0';

/** @throws as `serveCompletion`; everything else is sent through the sink, and has a receipt */
export async function countTokens(
  gateway: Gateway,
  request: CompletionRequest,
  sink: AnswerSink,
  signal: Interrupted<Interruption>,
): Promise<ReceiptRecord | null> {
  const { recognised, reading, attachment, facts } = await received(gateway, request);
  return refusedWithReceipt(gateway, facts, sink, async () => {
    const caller = admitKey(recognised, gateway.clock.now(), request.from);
    const rated = { requestId: request.id, key: caller.key, reading };
    const { receipt } = await withRate(gateway.rates, rated, sink, async () => {
      const call = readable(reading);
      attached(attachment);
      const { first: plan } = planRoute(gateway.catalog.current(), caller.key, call.model, readRouteHeader(request.routeHeader));
      // What cannot be measured is refused, as where it would be answered.
      call.endpoint.inputBound(call.body.json, plan.model);
      sink.announce(plan);
      const limits = attemptLimitsOf(caller.key.policies, request);
      const outcome = await runAttempts(gateway, { plan, limits, sink, signal, ...asking(call, request.betas) });
      return { receipt: await answer(gateway, { facts, plan, call, outcome }, sink) };
    });
    return receipt;
  });
}

/** Nothing of it is output, so that nothing of it can pass a bound. */
function asking({ endpoint, body }: ModelCall, betas: string | undefined) {
  const { operation } = endpoint;
  return { operation, body, stream: false, outputLimit: null, outputBound: 0, betas, attemptsBefore: [], follower: null };
}

interface Counted {
  readonly facts: RequestFacts;
  readonly plan: Plan;
  readonly call: ModelCall;
  readonly outcome: Outcome;
}

/** Of providers that speak the protocol, and count nothing. */
const NO_COUNTS: ReadonlySet<number | null | undefined> = new Set([404, 405]);
const ENDS: ReadonlySet<StopReason> = new Set(['REJECTED', 'CLIENT_GONE', 'GATEWAY_STOPPED']);

/** A request that the provider rejects would be rejected when it is made: that is the answer. */
async function answer(gateway: Gateway, { facts, plan, call, outcome }: Counted, sink: AnswerSink): Promise<ReceiptRecord> {
  const ended = ENDS.has(outcome.stopReason) && !NO_COUNTS.has(outcome.failure?.status);
  const fault = ended ? faultOf(outcome, nano(0n)) : null;
  const text = fault === null ? await countOf(gateway, call, outcome) : null;
  const { attempts } = outcome;
  const stopReason = ended ? outcome.stopReason : 'COMPLETED';
  const receipt = receiptWithoutCharge(gateway.clock, facts, { route: routeFactsOf(plan), fault, stopReason, attempts, hold: null });
  await endDurably(gateway, withoutMoney(receipt, attempts));
  if (text === null) sink.fail(fault ?? new Fault('internal_error', 'There is no count to give.'));
  else sink.finishWhole(text, FREE);
  return receipt;
}

async function countOf({ counter }: Gateway, { endpoint, body }: ModelCall, { answer: counted }: Outcome): Promise<string> {
  if (counted?.kind === 'whole') return counted.text;
  const tokens = await countAfterwards((each) => endpoint.countInput(body.json, each), counter);
  return JSON.stringify({ input_tokens: tokens, source: 'COUNTED' });
}
