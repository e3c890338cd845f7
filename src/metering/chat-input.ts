/** The input of a chat: its messages, tools and schemas. */
import { FRAME_TOKENS, fieldsBound, type InputBoundModel, structureBound } from './input-bound';

/** Fields that never reach the prompt. All others count, also those that are not known here. */
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
  'reasoning_effort',
  'verbosity',
]);

export function chatInputBound(body: Readonly<Record<string, unknown>>, model: InputBoundModel): number {
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  let tokens = 0;
  for (const message of messages) tokens += FRAME_TOKENS + messageBound(message, model);
  return Math.min(tokens + fieldsBound(body, NOT_PROMPT), model.contextWindow);
}

/** The role and the field names of a message are covered by the 16; everything else that is text counts. */
function messageBound(message: unknown, model: InputBoundModel): number {
  if (typeof message !== 'object' || message === null) return structureBound(message);
  let tokens = 0;
  for (const [field, value] of Object.entries(message)) {
    if (field === 'role') continue;
    tokens += field === 'content' && Array.isArray(value) ? partsBound(value, model) : structureBound(value);
  }
  return tokens;
}

function partsBound(parts: readonly unknown[], model: InputBoundModel): number {
  let tokens = 0;
  for (const part of parts) tokens += partBound(part, model);
  return tokens;
}

function partBound(part: unknown, model: InputBoundModel): number {
  const type = typeof part === 'object' && part !== null ? (part as { type?: unknown }).type : undefined;
  if (type === 'text' || type === 'refusal') {
    const { text, refusal } = part as { text?: unknown; refusal?: unknown };
    return structureBound(text) + structureBound(refusal);
  }
  if (type === 'thinking') return structureBound(part);
  // Text beside a picture, or in a part of a type that is not known here, may reach the prompt as well.
  return model.mediaPartTokens + structureBound((part as { text?: unknown } | null)?.text);
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
