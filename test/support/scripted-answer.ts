/** The bytes of a scripted answer, and how many tokens of output each piece of it carries. */
import { type HonestUsage, ODD_USAGES, type Script } from './script';

export interface ChatRequest {
  readonly model?: string;
  readonly messages?: readonly { readonly role?: string; readonly content?: unknown }[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
  readonly n?: number;
  readonly max_tokens?: number | null;
  readonly max_completion_tokens?: number | null;
}

export interface Piece {
  readonly bytes: string | Buffer;
  readonly tokens: number;
}

/** One answer worked out: its words, and the honest count of them. */
export interface PlannedAnswer {
  readonly id: string;
  readonly model: string;
  readonly choices: number;
  readonly words: readonly string[];
  readonly finishReason: string;
  readonly promptTokens: number;
  readonly usages: readonly unknown[];
  readonly completionTokens: number;
}

const NOT_UTF8 = Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a, 0x0a]);
const CREATED = 1_700_000_000;

export function lastUserText(request: ChatRequest): string {
  const last = request.messages?.filter((message) => message.role === 'user').at(-1);
  return plainText(last?.content);
}

export function planAnswer(id: string, request: ChatRequest, script: Script & { readonly oddUsage?: string }): PlannedAnswer {
  const wanted = wordsOf(request, script);
  const words = wanted.slice(0, limitOf(request, script));
  const choices = request.n ?? 1;
  const honest = honestUsage(request, script, words.length * choices);
  const odd = script.oddUsage === undefined ? undefined : ODD_USAGES[script.oddUsage]?.(honest);
  const ending = words.length < wanted.length ? 'length' : 'stop';
  return {
    id,
    model: script.model ?? request.model ?? 'unnamed',
    choices,
    words,
    finishReason: script.finishReason ?? (script.toolCalls === undefined ? ending : 'tool_calls'),
    promptTokens: honest.prompt_tokens,
    usages: script.usage ?? odd ?? [honest],
    completionTokens: honest.completion_tokens,
  };
}

function limitOf(request: ChatRequest, script: Script): number {
  const limit = script.ignoreLimit === true ? null : (request.max_completion_tokens ?? request.max_tokens);
  return limit ?? Number.POSITIVE_INFINITY;
}

/** A word is a token, and so is a tool call. */
function honestUsage(request: ChatRequest, script: Script, words: number): HonestUsage {
  const choices = request.n ?? 1;
  const input = (request.messages ?? []).reduce((sum, message) => sum + countWords(plainText(message.content)), 0);
  const reasoning = countWords(script.reasoning ?? '') * choices;
  const output = words + reasoning + (script.toolCalls?.length ?? 0) * choices;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: script.cachedTokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

/** The body of a whole answer. */
export function wholeBody(answer: PlannedAnswer, script: Script): string {
  if (script.garble === 'json') return '{"id": "x", "choices": [';
  if (script.errorAfter !== undefined) return JSON.stringify({ error: errorOf(script) });
  const message = {
    role: 'assistant',
    content: script.toolCalls === undefined ? answer.words.join('') : null,
    refusal: null,
    ...(script.reasoning === undefined ? {} : { reasoning_content: script.reasoning }),
    ...(script.toolCalls === undefined ? {} : { tool_calls: script.toolCalls.map(callOf) }),
  };
  const choices = indexes(answer).map((index) => ({ index, message, logprobs: null, finish_reason: answer.finishReason }));
  const { id, model, usages } = answer;
  const usage = usages.length === 0 ? {} : { usage: usages.at(-1) };
  return JSON.stringify({ id, object: 'chat.completion', created: CREATED, model, choices, ...usage });
}

/** The events of a stream, the end marker among them. */
export function* streamPieces(answer: PlannedAnswer, request: ChatRequest, script: Script): Generator<Piece> {
  const event = (choices: unknown[], extra: object = {}): string => {
    const { id, model } = answer;
    return `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created: CREATED, model, choices, ...extra })}\n\n`;
  };
  const delta: DeltaMaker = (fields, tokens, reason = null, extra = {}) => ({
    bytes: event(
      indexes(answer).map((index) => ({ index, delta: fields, logprobs: null, finish_reason: reason })),
      extra,
    ),
    tokens: tokens * answer.choices,
  });
  yield* outputPieces(answer, script, delta);
  const asked = request.stream_options?.include_usage === true;
  const usages = asked || script.usage !== undefined ? answer.usages : [];
  const together = script.usageWithChoices === true && usages.length > 0;
  yield delta({}, 0, answer.finishReason, together ? { usage: usages[0] } : {});
  for (const usage of together ? usages.slice(1) : usages) yield { bytes: event([], { usage }), tokens: 0 };
  if (script.noDone !== true) yield { bytes: 'data: [DONE]\n\n', tokens: 0 };
}

type DeltaMaker = (fields: object, tokens: number, reason?: string | null, extra?: object) => Piece;

function* outputPieces(answer: PlannedAnswer, script: Script, delta: DeltaMaker): Generator<Piece> {
  yield delta({ role: 'assistant', content: '' }, 0);
  if (script.garble === 'utf8') yield { bytes: NOT_UTF8, tokens: 0 };
  if (script.garble === 'json') yield { bytes: 'data: {"choices": [\n\n', tokens: 0 };
  if (script.reasoning !== undefined) yield delta({ reasoning_content: script.reasoning }, countWords(script.reasoning));
  for (const word of answer.words) yield delta({ content: word }, 1);
  while (script.endless === true) yield delta({ content: 'and so on ' }, 3);
  yield* callDeltas(script, delta);
}

function* callDeltas(script: Script, delta: DeltaMaker): Generator<Piece> {
  for (const [index, call] of (script.toolCalls ?? []).entries()) {
    const half = Math.ceil(call.arguments.length / 2);
    const { id, type, function: named } = callOf(call, index);
    yield delta({ tool_calls: [{ index, id, type, function: { name: named.name, arguments: '' } }] }, 1);
    yield delta({ tool_calls: [{ index, function: { arguments: call.arguments.slice(0, half) } }] }, 0);
    yield delta({ tool_calls: [{ index, function: { arguments: call.arguments.slice(half) } }] }, 0);
  }
}

export function errorOf(script: Script): unknown {
  if (script.error !== undefined) return script.error;
  const status = script.status ?? 500;
  return { message: `Scripted failure ${status}.`, type: 'scripted_error', param: null, code: `scripted_${status}` };
}

function callOf(call: { readonly name: string; readonly arguments: string }, index: number) {
  return { id: `call_${index}`, type: 'function', function: { name: call.name, arguments: call.arguments } };
}

function indexes(answer: PlannedAnswer): number[] {
  return Array.from({ length: answer.choices }, (_, index) => index);
}

function wordsOf(request: ChatRequest, script: Script): string[] {
  if (script.toolCalls !== undefined) return [];
  if (script.tokens !== undefined) return Array.from({ length: script.tokens }, (_, at) => `word${at} `);
  return (script.text ?? `You said: ${lastUserText(request)}`).match(/\s*\S+\s*/g) ?? [];
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** The text of a content, in whichever form a protocol has it: a text, or a list of parts with texts. */
export function plainText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: unknown }) => (typeof part?.text === 'string' ? part.text : '')).join(' ');
}
