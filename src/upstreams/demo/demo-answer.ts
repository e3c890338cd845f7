/**
 * What the demo upstream answers: always the same for the same request, and marked as simulated. A token is a word, a
 * run of characters without whitespace. Everything up to the last message of the assistant counts as cached input: a
 * conversation sends it again with every turn.
 */
import { isRecord } from '../../kernel/record';
import { type JsonRecord, recordOf } from '../json';
import { sampleFromSchema } from './sample-from-schema';

export interface DemoToolCall {
  readonly name: string;
  readonly arguments: string;
}

export interface DemoAnswer {
  readonly model: string;
  readonly choices: number;
  /** The words of the content, each with the space behind it; empty for a tool call. */
  readonly words: readonly string[];
  readonly toolCall: DemoToolCall | null;
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
  readonly usage: JsonRecord;
}

const CHOICES_MAX = 16;
/** A name and its arguments. */
const TOKENS_PER_CALL = 2;

export function demoAnswer(request: JsonRecord): DemoAnswer {
  const limit = limitOf(request);
  const toolCall = limit >= TOKENS_PER_CALL ? toolCallFor(request) : null;
  const all = toolCall === null ? wordsOf(contentFor(request)) : [];
  const words = all.slice(0, limit);
  const choices = typeof request['n'] === 'number' ? Math.min(Math.max(1, Math.trunc(request['n'])), CHOICES_MAX) : 1;
  const ending = words.length < all.length ? 'length' : 'stop';
  return {
    model: `${String(request['model'])}-simulated`,
    choices,
    words,
    toolCall,
    finishReason: toolCall === null ? ending : 'tool_calls',
    usage: usageOf(request, (toolCall === null ? words.length : TOKENS_PER_CALL) * choices),
  };
}

/** The text of the last message of the user, or nothing. */
export function lastUserText(request: JsonRecord): string {
  const last = messagesOf(request).findLast((message) => message['role'] === 'user');
  return textOf(last?.['content']);
}

function contentFor(request: JsonRecord): string {
  const format = recordOf(request['response_format']);
  if (format['type'] === 'json_schema') return JSON.stringify(sampleFromSchema(recordOf(format['json_schema'])['schema']));
  if (format['type'] === 'json_object') return '{"simulated":true}';
  const asked = lastUserText(request);
  return `This is a simulated answer: no model was called. You wrote: ${asked === '' ? '(nothing)' : asked}`;
}

/** A tool is called when the request says so, or when the user names it; never right after a tool's result. */
function toolCallFor(request: JsonRecord): DemoToolCall | null {
  const choice = request['tool_choice'];
  const tools = (Array.isArray(request['tools']) ? request['tools'] : []).map((tool) => recordOf(recordOf(tool)['function']));
  if (choice === 'none' || messagesOf(request).at(-1)?.['role'] === 'tool') return null;
  const named = recordOf(recordOf(choice)['function'])['name'];
  const asked = lastUserText(request);
  const tool =
    tools.find(({ name }) => name === named) ??
    tools.find(({ name }) => typeof name === 'string' && asked.includes(name)) ??
    (choice === 'required' ? tools[0] : undefined);
  if (typeof tool?.['name'] !== 'string') return null;
  return { name: tool['name'], arguments: JSON.stringify(sampleFromSchema(tool['parameters'])) };
}

function usageOf(request: JsonRecord, output: number): JsonRecord {
  const messages = messagesOf(request);
  const counts = messages.map((message) => wordsOf(textOf(message['content'])).length);
  const input = sumOf(counts) + wordsOf(JSON.stringify(request['tools'] ?? '')).length;
  const repeated = messages.findLastIndex((message) => message['role'] === 'assistant') + 1;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: sumOf(counts.slice(0, repeated)) },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}

function limitOf(request: JsonRecord): number {
  const limit = request['max_completion_tokens'] ?? request['max_tokens'];
  return typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY;
}

function messagesOf(request: JsonRecord): JsonRecord[] {
  return Array.isArray(request['messages']) ? request['messages'].filter(isRecord) : [];
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => recordOf(part)['text'] ?? '').join(' ');
}

function wordsOf(text: string): string[] {
  // Nothing but whitespace would be looked through from each of its characters on, to its end.
  return text.trim() === '' ? [] : (text.match(/\s*\S+(?:\s+$)?/g) ?? []);
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
