/** Google's Generative Language API: the model in the path, CRLF between events, no end marker. */
import type { Script } from '../script';
import { errorOf, type Piece, type PlannedAnswer } from '../scripted-answer';
import { countsOf, type Dialect, wordsIn } from './dialect';

const PATH = /\/models\/([^:/?]+):(stream)?/i;
const REASONS: Readonly<Record<string, string>> = { stop: 'STOP', length: 'MAX_TOKENS', tool_calls: 'STOP' };
const STATUSES: Readonly<Record<number, string>> = { 400: 'INVALID_ARGUMENT', 429: 'RESOURCE_EXHAUSTED', 503: 'UNAVAILABLE' };

interface Content {
  readonly role?: string;
  readonly parts: readonly { readonly text?: string; readonly functionResponse?: { readonly response: object } }[];
}

export const gemini: Dialect = {
  idHeader: null,
  asked(path, body) {
    const [, model = '', stream] = PATH.exec(path) ?? [];
    const {
      contents = [],
      systemInstruction,
      generationConfig,
    } = body as {
      contents?: Content[];
      systemInstruction?: Content;
      generationConfig?: { maxOutputTokens?: number };
    };
    const said = contents.map(({ role, parts }) => ({ role: role === 'model' ? 'assistant' : 'user', content: textsOf(parts) }));
    const system = { role: 'system', content: textsOf(systemInstruction?.parts ?? []) };
    return { model, messages: [system, ...said], stream: stream !== undefined, max_tokens: generationConfig?.maxOutputTokens };
  },
  whole: (answer, script) => JSON.stringify(chunkOf(answer, script, partsOf(answer, script).flat(), true)),
  *pieces(answer, _request, script) {
    const parts = partsOf(answer, script).flat();
    let written = 0;
    for (const [index, part] of parts.entries()) {
      const tokens = tokensOf(part);
      if (!('thought' in part)) written += tokens;
      yield frame(chunkOf(answer, script, [part], index === parts.length - 1, written), tokens);
    }
  },
  error: errorBody,
  errorEvent: (script) => frame(errorBody(script)).bytes as string,
};

/** Counts grow with every chunk; those of zero are left out. */
function chunkOf(answer: PlannedAnswer, script: Script, parts: readonly unknown[], last: boolean, written?: number): object {
  const { input, output, reasoning, cached } = countsOf(answer, script);
  const candidatesTokenCount = written ?? output - reasoning;
  const usageMetadata = {
    promptTokenCount: input,
    ...(candidatesTokenCount === 0 ? {} : { candidatesTokenCount }),
    totalTokenCount: input + reasoning + candidatesTokenCount,
    ...(reasoning === 0 ? {} : { thoughtsTokenCount: reasoning }),
    ...(cached === 0 ? {} : { cachedContentTokenCount: cached }),
  };
  const end = last ? { finishReason: REASONS[answer.finishReason] ?? answer.finishReason } : {};
  const candidates = [{ content: { role: 'model', parts }, ...end, index: 0 }];
  return { candidates, usageMetadata, modelVersion: answer.model, responseId: answer.id };
}

/** One list for each event. */
function partsOf({ words }: PlannedAnswer, { toolCalls, reasoning }: Script): object[][] {
  const thoughts = reasoning === undefined ? [] : [[{ text: reasoning, thought: true }]];
  if (toolCalls === undefined) return [...thoughts, ...words.map((text) => [{ text }])];
  const calls = toolCalls.map(({ name, arguments: args }, index) => [
    { functionCall: { id: `call-${index}`, name, args: JSON.parse(args) as object }, thoughtSignature: 'c2lnbmVk' },
  ]);
  return [...thoughts, ...calls];
}

/** A word is a token, and so is a call. */
function tokensOf(part: object): number {
  const { text } = part as { text?: string };
  return text === undefined ? 1 : wordsIn(text);
}

function errorBody(script: Script) {
  const { status: code = 500 } = script;
  const { message = '' } = errorOf(script) as { message?: string };
  return { error: { code, message, status: STATUSES[code] ?? 'INTERNAL' } };
}

function frame(json: object, tokens = 0): Piece {
  return { bytes: `data: ${JSON.stringify(json)}\r\n\r\n`, tokens };
}

function textsOf(parts: Content['parts']): string {
  return parts.map(({ text, functionResponse }) => text ?? JSON.stringify(functionResponse?.response ?? '')).join(' ');
}
