/**
 * The upper bound of a chat request's input tokens: one token per UTF-8 byte of all text, tools and schemas, plus 16 per
 * message; a media part counts as the model's `mediaPartTokens`; in all at most the context window. No vocabulary spends
 * more than one token on one byte, so the bound holds for every provider.
 */

import { Fault } from '../kernel/fault';

export interface InputBoundModel {
  readonly contextWindow: number;
  readonly mediaPartTokens: number;
}

/** For what stands around a message, or around an input that is none. */
export const FRAME_TOKENS = 16;

/** Fields of a chat request that never reach the prompt. All others count, also those that are not known here. */
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

/** @throws Fault `invalid_request` for a body that is nested too deeply to be measured */
export function inputBound(body: Readonly<Record<string, unknown>>, model: InputBoundModel): number {
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  let tokens = 0;
  for (const message of messages) tokens += FRAME_TOKENS + messageBound(message, model);
  return Math.min(tokens + fieldsBound(body, NOT_PROMPT), model.contextWindow);
}

/** One token per UTF-8 byte of every field but those of `notPrompt`. @throws Fault `invalid_request` for a body that is nested too deeply */
export function fieldsBound(body: Readonly<Record<string, unknown>>, notPrompt: ReadonlySet<string>): number {
  let tokens = 0;
  for (const [field, value] of Object.entries(body)) if (!notPrompt.has(field)) tokens += structureBound(value);
  return tokens;
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
    const text = (part as { text?: unknown; refusal?: unknown }).text ?? (part as { refusal?: unknown }).refusal;
    return structureBound(text);
  }
  // Text beside a picture, or in a part of a type that is not known here, may reach the prompt as well.
  return model.mediaPartTokens + structureBound((part as { text?: unknown } | null)?.text);
}

function structureBound(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value, 'utf8');
  if (typeof value !== 'object' || value === null) return 0;
  return Buffer.byteLength(printed(value), 'utf8');
}

/** What was parsed can always be printed, but for structures that are nested thousands of levels deep. @throws Fault `invalid_request` */
export function printed(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new Fault('invalid_request', 'The body is nested too deeply.', { cause });
  }
}
