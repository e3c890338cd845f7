/** Writes a whole answer as a chat completion. Streams: `chat-chunks.ts`. */
import { newId } from '../../kernel/ids';
import { NO_USAGE, type Usage } from '../../metering/usage';
import type { AnswerEvent, StopCause } from './answer-event';
import type { AnswerFrame } from './client-shape';

/** How a chat completion tells why it ended. */
export const FINISH_REASONS: Readonly<Record<StopCause, string>> = {
  complete: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  filtered: 'content_filter',
  refused: 'content_filter',
  // There is nothing to call and nothing was cut: whoever asks again with the answer gets the rest.
  paused: 'stop',
};

/** `usage` as chat completions tell it: input with what was cached, output with the reasoning. */
function chatUsage(usage: Usage): Record<string, unknown> {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedInputTokens, ...(cacheWriteTokens > 0 && { cache_write_tokens: cacheWriteTokens }) },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

interface Message {
  content: string;
  refusal: string;
  reasoning: string;
  details: ReasoningDetail[];
  calls: { id: string; name: string; arguments: string; signature: string | undefined }[];
}

/** Reasoning with what proves it, in the members that several gateways know: given back, it reaches its provider again. */
interface ReasoningDetail {
  readonly type: 'reasoning.text' | 'reasoning.encrypted';
  readonly index: number;
  text?: string;
  signature?: string;
  data?: string;
}

export function wholeChat(events: readonly AnswerEvent[], frame: AnswerFrame): string {
  const message: Message = { content: '', refusal: '', reasoning: '', details: [], calls: [] };
  let head: { id: string | null; model: string | null } = { id: null, model: null };
  let usage: Usage = NO_USAGE;
  let finish: string = FINISH_REASONS.complete;
  for (const event of events) {
    if (event.kind === 'head') head = event;
    else if (event.kind === 'usage') usage = event.usage;
    else if (event.kind === 'stop') finish = FINISH_REASONS[event.cause];
    else addTo(message, event);
  }
  return JSON.stringify({
    id: head.id ?? chatId(),
    object: 'chat.completion',
    created: frame.created,
    model: head.model ?? frame.model,
    choices: [{ index: 0, message: messageOf(message), logprobs: null, finish_reason: finish }],
    ...(usage !== NO_USAGE && { usage: chatUsage(usage) }),
  });
}

/** What a message is made of. */
export type Content = Exclude<AnswerEvent, { kind: 'head' | 'usage' | 'stop' }>;

function addTo(message: Message, event: Content): void {
  switch (event.kind) {
    case 'text':
      message.content += event.text;
      return;
    case 'refusal':
      message.refusal += event.text;
      return;
    case 'reasoning':
      message.reasoning += event.text;
      readable(message.details).text += event.text;
      return;
    case 'reasoning-signature':
      readable(message.details).signature = event.signature;
      return;
    case 'redacted-reasoning':
      message.details.push({ type: 'reasoning.encrypted', index: message.details.length, data: event.data });
      return;
    case 'tool-call-begin':
      message.calls[event.call] = { id: event.id, name: event.name, arguments: '', signature: event.signature };
      return;
    case 'tool-call-arguments': {
      const call = message.calls[event.call];
      if (call !== undefined) call.arguments += event.text;
    }
  }
}

/** The piece of reasoning that is being written: a signature ends one. */
function readable(details: ReasoningDetail[]): ReasoningDetail & { text: string } {
  const last = details.at(-1);
  if (last?.type === 'reasoning.text' && last.signature === undefined) return last as ReasoningDetail & { text: string };
  const begun = { type: 'reasoning.text' as const, index: details.length, text: '' };
  details.push(begun);
  return begun;
}

function messageOf({ content, refusal, reasoning, details, calls }: Message): object {
  return {
    role: 'assistant',
    content: content === '' && (calls.length > 0 || refusal !== '') ? null : content,
    refusal: refusal === '' ? null : refusal,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(isProven(details) && { reasoning_details: details }),
    ...(calls.length > 0 && { tool_calls: calls.map((call) => callOf(call)) }),
  };
}

function isProven(details: readonly ReasoningDetail[]): boolean {
  return details.some(({ signature, data }) => signature !== undefined || data !== undefined);
}

function callOf({ id, name, arguments: text, signature }: Message['calls'][number]): object {
  // No arguments are an empty object: an empty text is no JSON.
  return { id, type: 'function', function: { name, arguments: text === '' ? '{}' : text }, ...extraOf(signature) };
}

/** The signature of a call, as Google's own compatible endpoint tells it. */
export function extraOf(signature: string | undefined): object {
  return signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
}

/** For an answer whose provider gave it no id. */
export function chatId(): string {
  return `chatcmpl-${newId()}`;
}
