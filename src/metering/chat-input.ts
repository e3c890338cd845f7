/** The input of a chat: its messages, tools and schemas. */
import { isRecord } from '../kernel/record';
import { FRAME_TOKENS, fieldsBound, type InputBoundModel, structureBound, wordBound } from './input-bound';

/** Fields of one word, which a template may put into the prompt. */
const WORDS = ['reasoning_effort', 'verbosity'];
/** Fields that never reach the prompt, or are words. All others count, also those that are not known here. */
const NOT_PROMPT = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'metadata',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'service_tier',
  'store',
  'stop',
  'logit_bias',
  'modalities',
  'audio',
  ...WORDS,
]);
const NOT_OF_TEXT = new Set(['type', 'cache_control']);

export function chatInputBound(body: Readonly<Record<string, unknown>>, model: InputBoundModel): number {
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  let tokens = 0;
  for (const message of messages) tokens += FRAME_TOKENS + messageBound(message, model);
  for (const word of WORDS) tokens += wordBound(body[word]);
  return Math.min(tokens + fieldsBound(body, NOT_PROMPT), model.contextWindow);
}

/** A role and the field names of a message are covered by the 16; everything else that is text counts. */
function messageBound(message: unknown, model: InputBoundModel): number {
  if (typeof message !== 'object' || message === null) return structureBound(message);
  let tokens = 0;
  for (const [field, value] of Object.entries(message)) {
    if (field === 'role') tokens += wordBound(value);
    else tokens += field === 'content' && Array.isArray(value) ? partsBound(value, model) : structureBound(value);
  }
  return tokens;
}

function partsBound(parts: readonly unknown[], model: InputBoundModel): number {
  let tokens = 0;
  for (const part of parts) tokens += partBound(part, model);
  return tokens;
}

function partBound(part: unknown, model: InputBoundModel): number {
  if (!isRecord(part)) return structureBound(part);
  const { type, text } = part;
  if (type === 'text' || type === 'refusal') return fieldsBound(part, NOT_OF_TEXT);
  if (type === 'thinking') return structureBound(part);
  // Text beside a picture, or in a part of a type that is not known here, may reach the prompt as well.
  return model.mediaPartTokens + structureBound(text);
}

/** The text of a chat request that reaches the model, for a count where the provider sent none. Media parts have none. */
export function chatPromptText(body: Readonly<Record<string, unknown>>): string {
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  const tools = [body['tools'], body['functions'], body['response_format']].filter((each) => each !== undefined && each !== null);
  return [...messages.map(messageText), ...tools.map((each) => JSON.stringify(each))].join('\n');
}

function messageText(message: unknown): string {
  if (typeof message !== 'object' || message === null) return '';
  const { role, content, tool_calls: calls } = message as { role?: unknown; content?: unknown; tool_calls?: unknown };
  const called = calls === undefined ? '' : JSON.stringify(calls);
  return `${String(role)}\n${contentText(content)}${called}`;
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('\n');
}
