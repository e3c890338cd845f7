/** The input of a response: instructions, and a text or items, each of which has the bound of a message. */
import { isRecord } from '../kernel/record';
import { FRAME_TOKENS, fieldsBound, type InputBoundModel, structureBound, wordBound } from './input-bound';

/** Fields that never reach the prompt. All others count, also those that are not known here. */
const NOT_PROMPT = new Set([
  'model',
  'input',
  'stream',
  'stream_options',
  'metadata',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'service_tier',
  'store',
  'include',
]);
const NOT_OF_ITEM = new Set(['type', 'role', 'content', 'output', 'status']);
const NOT_OF_TEXT = new Set(['type']);
const TEXT_PARTS: ReadonlySet<unknown> = new Set(['input_text', 'output_text', 'text', 'refusal', 'summary_text', 'reasoning_text']);

type Body = Readonly<Record<string, unknown>>;

export function responseInputBound(body: Body, model: InputBoundModel): number {
  const { input } = body;
  let tokens = fieldsBound(body, NOT_PROMPT);
  for (const item of Array.isArray(input) ? input : [input]) tokens += FRAME_TOKENS + itemBound(item, model);
  return Math.min(tokens, model.contextWindow);
}

/** The text of a response's input that reaches the model, for a count where the provider sent none. Media have none. */
export function responsePromptText(body: Body): string {
  const { input } = body;
  const items = (Array.isArray(input) ? input : [input]).map(itemText);
  const tools = [body['tools'], body['text']].filter((each) => each !== undefined && each !== null);
  const instructions = typeof body['instructions'] === 'string' ? [body['instructions']] : [];
  return [...instructions, ...items, ...tools.map((each) => JSON.stringify(each))].join('\n');
}

/** Parts stand in the content of a message, or in the output of a call. */
function itemBound(item: unknown, model: InputBoundModel): number {
  if (!isRecord(item)) return structureBound(item);
  let tokens = wordBound(item['role']) + fieldsBound(item, NOT_OF_ITEM);
  for (const value of [item['content'], item['output']]) {
    if (!Array.isArray(value)) tokens += structureBound(value);
    else for (const part of value) tokens += partBound(part, model);
  }
  return tokens;
}

function partBound(part: unknown, model: InputBoundModel): number {
  if (isRecord(part) && TEXT_PARTS.has(part['type'])) return fieldsBound(part, NOT_OF_TEXT);
  return model.mediaPartTokens + structureBound(isRecord(part) ? part['text'] : part);
}

function itemText(item: unknown): string {
  if (typeof item === 'string') return item;
  if (!isRecord(item)) return '';
  const texts = [item['role'], item['name'], item['arguments'], item['input']].filter((each) => typeof each === 'string');
  return [...texts, partsText(item['content']), partsText(item['summary']), partsText(item['output'])].join('\n');
}

function partsText(parts: unknown): string {
  if (typeof parts === 'string') return parts;
  if (!Array.isArray(parts)) return '';
  return parts.map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('\n');
}
