/**
 * The spans of one model call, made after its receipt is durable and from what stands on it: one for the call, and below it
 * one for each hold, each attempt and the settlement. No text of a prompt, an answer or a provider is ever among them.
 */
import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { AttemptRecord } from '../attempts/attempt';
import { formatDecimal } from '../kernel/money';
import { currencyOf } from '../kernel/words';
import type { ReceiptRecord } from '../ledger/receipt';
import type { Channel } from '../routing/catalog';

/** Milliseconds since 1970. */
export interface Step {
  readonly began: number;
  readonly ended: number;
  /** The ledger's own word; `unavailable` where it gave none. */
  readonly verdict: string;
}

export interface EndedCall {
  readonly receipt: ReceiptRecord;
  readonly attempts: readonly AttemptRecord[];
  readonly holds: readonly Step[];
  readonly settlement: Step;
}

type ChannelOf = (id: string) => Pick<Channel, 'protocol' | 'baseUrl'> | undefined;

/** As the conventions for generative AI name what is asked for, and providers. */
const OPERATIONS: Readonly<Record<string, string>> = {
  '/v1/chat/completions': 'chat',
  '/v1/messages': 'chat',
  '/v1/responses': 'chat',
  '/v1/completions': 'text_completion',
  '/v1/embeddings': 'embeddings',
};
const PROVIDERS: Readonly<Record<Channel['protocol'], string>> = { openai: 'openai', anthropic: 'anthropic', gemini: 'gcp.gemini' };
const GRANTED: ReadonlySet<string> = new Set(['granted', 'done']);

export function emitSpans(tracer: Tracer, parent: Context, call: EndedCall, channelOf: ChannelOf): void {
  const { receipt, attempts, holds, settlement } = call;
  const operation = OPERATIONS[receipt.endpoint] ?? receipt.endpoint.replace('/v1/', '');
  const name = receipt.requestedModel === null ? operation : `${operation} ${receipt.requestedModel}`;
  const attributes = { 'gen_ai.operation.name': operation, ...ofReceipt(receipt), ...ofChannel(receipt.finalChannelId, channelOf) };
  const root = tracer.startSpan(name, { kind: SpanKind.SERVER, startTime: receipt.createdAt, attributes }, parent);
  if (root.isRecording()) {
    const below = trace.setSpan(parent, root);
    for (const hold of holds) emitStep(tracer, below, 'hold', hold);
    for (const attempt of attempts) emitAttempt({ tracer, below, root, operation, channelOf }, attempt);
    emitStep(tracer, below, 'settle', settlement);
    if (receipt.status !== 'SUCCEEDED') root.setStatus(failed(receipt.errorCode ?? receipt.stopReason));
  }
  root.end(Math.max(receipt.createdAt, settlement.ended));
}

interface Within {
  readonly tracer: Tracer;
  readonly below: Context;
  readonly root: Span;
  readonly operation: string;
  readonly channelOf: ChannelOf;
}

function ofReceipt(receipt: ReceiptRecord): Attributes {
  const { usage, bucket, errorCode } = receipt;
  return said({
    'gen_ai.request.model': receipt.requestedModel,
    'gen_ai.response.model': receipt.reportedModel,
    ...(usage.source !== 'NONE' && { 'gen_ai.usage.input_tokens': usage.inputTokens, 'gen_ai.usage.output_tokens': usage.outputTokens }),
    'error.type': errorCode,
    'tokens_forge.receipt.id': receipt.requestId,
    'tokens_forge.account.id': receipt.accountId,
    'tokens_forge.key.id': receipt.apiKeyId,
    'tokens_forge.run.id': receipt.runId,
    'tokens_forge.endpoint': receipt.endpoint,
    'tokens_forge.stream': receipt.stream,
    'tokens_forge.route.id': receipt.routeId,
    'tokens_forge.route.type': receipt.routeType,
    'tokens_forge.bucket': bucket,
    'tokens_forge.charge': formatDecimal(receipt.charge),
    'tokens_forge.currency': bucket === null ? null : currencyOf(bucket),
    'tokens_forge.status': receipt.status,
    'tokens_forge.stop_reason': receipt.stopReason,
  });
}

function ofChannel(id: string | null, channelOf: ChannelOf): Attributes {
  const channel = id === null ? undefined : channelOf(id);
  if (channel === undefined || !URL.canParse(channel.baseUrl)) return said({ 'tokens_forge.channel.id': id });
  const { hostname, port, protocol } = new URL(channel.baseUrl);
  const portOfScheme = protocol === 'https:' ? 443 : 80;
  return said({
    'tokens_forge.channel.id': id,
    'gen_ai.provider.name': PROVIDERS[channel.protocol],
    'server.address': hostname,
    'server.port': port === '' ? portOfScheme : +port,
  });
}

function emitAttempt({ tracer, below, root, operation, channelOf }: Within, attempt: AttemptRecord): void {
  if (attempt.status === 'SKIPPED') return noteSkipped(root, attempt);
  const { usage, startedAt, errorCode, status } = attempt;
  const attributes = said({
    'gen_ai.operation.name': operation,
    'gen_ai.request.model': attempt.upstreamModel,
    ...(usage.source !== 'NONE' && { 'gen_ai.usage.input_tokens': usage.inputTokens, 'gen_ai.usage.output_tokens': usage.outputTokens }),
    'http.response.status_code': attempt.providerStatus,
    'error.type': errorCode,
    'tokens_forge.attempt.index': attempt.index,
    'tokens_forge.attempt.role': attempt.role,
    'tokens_forge.attempt.retry': attempt.retry,
    'tokens_forge.attempt.status': status,
    'tokens_forge.attempt.first_byte_ms': attempt.timeToFirstTokenMs,
    ...ofChannel(attempt.channelId, channelOf),
  });
  const span = tracer.startSpan(
    `${operation} ${attempt.upstreamModel}`,
    { kind: SpanKind.CLIENT, startTime: startedAt, attributes },
    below,
  );
  if (status === 'FAILED') span.setStatus(failed(errorCode ?? status));
  span.end(startedAt + (attempt.latencyMs ?? 0));
}

function noteSkipped(root: Span, { channelId, errorCode, startedAt }: AttemptRecord): void {
  root.addEvent('step passed over', said({ 'tokens_forge.channel.id': channelId, 'error.type': errorCode }), startedAt);
}

function emitStep(tracer: Tracer, below: Context, name: string, { began, ended, verdict }: Step): void {
  const span = tracer.startSpan(name, { startTime: began, attributes: { 'tokens_forge.verdict': verdict } }, below);
  if (!GRANTED.has(verdict)) span.setStatus(failed(verdict));
  span.end(ended);
}

/** A word of the product: what a provider said may quote what it was sent. */
const failed = (word: string) => ({ code: SpanStatusCode.ERROR, message: word });

function said(attributes: Readonly<Record<string, string | number | boolean | null>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
