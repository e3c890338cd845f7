/** What every request has, whatever is done for it: the facts of its receipt, and a receipt also where it is refused. */
import { Fault } from '../kernel/fault';
import { clipped } from '../kernel/shown';
import type { RecognisedKey } from '../keys/authenticate';
import type { ReceiptRecord, RequestFacts } from '../ledger/receipt';
import type { Run } from '../runs/run';
import type { AnswerSink, CompletionRequest, Gateway } from './completion-request';
import { ReceiptedFault } from './ending/end-durably';
import { writeRefusal } from './ending/settle';
import type { ModelCall } from './endpoints/endpoint';
import { type Attachment, attachRun, NO_RUN } from './reading/attach-run';
import { type Reading, readCall } from './reading/read-call';

/** Who asks for what, and nothing decided yet: what is wrong with it is a value, which a receipt can tell. */
export interface Received {
  readonly recognised: RecognisedKey;
  readonly reading: Reading;
  readonly attachment: Attachment;
  readonly facts: RequestFacts;
}

/** @throws Fault where no key is recognised, or keys or runs could not be asked: there is no receipt then */
export async function received({ keys, runs }: Gateway, request: CompletionRequest): Promise<Received> {
  const recognised = await keys.recognise(request.credential);
  const reading = readCall(request.endpoint, request.body);
  const { runHeader } = request;
  const attachment = runHeader === null ? NO_RUN : await attachRun(runs, recognised.key, runHeader);
  return { recognised, reading, attachment, facts: factsOf(request, recognised, reading, attachment.run) };
}

/** @throws Fault that says why the body is none that can be served */
export function readable(reading: Reading): ModelCall {
  if (!reading.ok) throw reading.fault;
  return reading.call;
}

/** Every refusal has a receipt, written before the client is told. @throws what has a receipt already, and what can have none */
export async function refusedWithReceipt(
  gateway: Gateway,
  facts: RequestFacts,
  sink: AnswerSink,
  serve: () => Promise<ReceiptRecord | null>,
): Promise<ReceiptRecord | null> {
  try {
    return await serve();
  } catch (error) {
    // A ledger that cannot take a hold cannot take a receipt either.
    if (!(error instanceof Fault) || error instanceof ReceiptedFault || error.code === 'temporarily_unavailable') throw error;
    const receipt = await writeRefusal(gateway, facts, error);
    const { routeType, bucket } = receipt;
    if (routeType !== null && bucket !== null) sink.announce({ routeType, bucket });
    sink.fail(error);
    return receipt;
  }
}

/** As much as a receipt keeps. What was sent may be as long as a body, and stands in the spans and in the spool as well. */
const MODEL_MAX = 200;

/** What is known of a request before anything is planned. */
export function factsOf(request: CompletionRequest, { key }: RecognisedKey, reading: Reading, run: Run | null): RequestFacts {
  const model = reading.ok ? reading.call.model : reading.model;
  return {
    requestId: request.id,
    accountId: key.accountId,
    apiKeyId: key.id,
    projectId: key.projectId,
    runId: run?.id ?? null,
    endpoint: request.endpoint.path,
    stream: reading.ok ? reading.call.stream : reading.stream,
    requestedModel: model === null ? null : clipped(model, MODEL_MAX),
    createdAt: request.receivedAt,
    receivedTick: request.receivedTick,
  };
}
