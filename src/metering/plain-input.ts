/**
 * Input that is no conversation: one text or many, tokens that the client made itself, or parts of text and pictures. Each
 * has the bound of a message: one token per UTF-8 byte plus 16, and at most the context window.
 */
import { FRAME_TOKENS, fieldsBound, type InputBoundModel } from './input-bound';
import type { TokenCounter } from './token-counter';

/** One input of a request. */
export interface PlainInput {
  readonly text: string;
  /** Tokens that the client made itself. */
  readonly tokens: number;
  readonly mediaParts: number;
}

const isString = (value: unknown): value is string => typeof value === 'string';
const isToken = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isTokens = (value: unknown): value is number[] => Array.isArray(value) && value.length > 0 && value.every(isToken);

/** A text, texts, tokens, or lists of tokens; undefined for anything else. */
export function plainInputs(value: unknown): readonly PlainInput[] | undefined {
  if (isString(value)) return [ofText(value)];
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (value.every(isString)) return value.map(ofText);
  if (isTokens(value)) return [ofTokens(value)];
  return value.every(isTokens) ? value.map(ofTokens) : undefined;
}

/** Parts of text and pictures, which are one input together; undefined for anything else. */
export function partsAsInput(value: unknown): readonly PlainInput[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const texts: string[] = [];
  for (const part of value) {
    const { type, text } = (typeof part === 'object' && part !== null ? part : {}) as { type?: unknown; text?: unknown };
    if (type === 'text' && isString(text)) texts.push(text);
    else if (type !== 'image_url') return undefined;
  }
  return [{ text: texts.join('\n'), tokens: 0, mediaParts: value.length - texts.length }];
}

/** Fields beside the input may go with each of them. */
export function plainInputBound(
  inputs: readonly PlainInput[],
  body: Readonly<Record<string, unknown>>,
  notPrompt: ReadonlySet<string>,
  model: InputBoundModel,
): number {
  const beside = fieldsBound(body, notPrompt);
  let bound = 0;
  for (const { text, tokens, mediaParts } of inputs) {
    const all = FRAME_TOKENS + Buffer.byteLength(text, 'utf8') + tokens + mediaParts * model.mediaPartTokens + beside;
    bound += Math.min(all, model.contextWindow);
  }
  return bound;
}

/** As it is counted here where the provider sends no usage. Pictures count nothing. */
export function countPlainInput(inputs: readonly PlainInput[], counter: TokenCounter): number {
  return inputs.reduce((sum, { text, tokens }) => sum + counter.count(text) + tokens, 0);
}

function ofText(text: string): PlainInput {
  return { text, tokens: 0, mediaParts: 0 };
}

function ofTokens(tokens: readonly number[]): PlainInput {
  return { text: '', tokens: tokens.length, mediaParts: 0 };
}
