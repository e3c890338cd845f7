/** How one wire protocol asks and answers. A script says what happens; a dialect, in which words. */
import type { Script } from '../script';
import type { ChatRequest, Piece, PlannedAnswer } from '../scripted-answer';

export interface Dialect {
  /** The header that has the id of a request; null: there is none. */
  readonly idHeader: 'x-request-id' | 'request-id' | null;
  /** The request in the words of chat completions: as much of it as an answer is planned from. */
  asked(path: string, body: Record<string, unknown>): ChatRequest;
  whole(answer: PlannedAnswer, script: Script): string;
  pieces(answer: PlannedAnswer, request: ChatRequest, script: Script): Iterable<Piece>;
  /** The body of an error, and the event that tells one in the middle of a stream. */
  error(script: Script): unknown;
  errorEvent(script: Script): string;
}

export const CREATED = 1_700_000_000;

/** What the words of one answer are, and how they are counted; `output` has the reasoning in it. */
export function countsOf({ promptTokens, completionTokens }: PlannedAnswer, { reasoning, cachedTokens = 0 }: Script) {
  return { input: promptTokens, output: completionTokens, reasoning: wordsIn(reasoning), cached: cachedTokens };
}

/** A text in two halves, as arguments of calls are streamed. */
export function halves(text: string): [string, string] {
  const half = Math.ceil(text.length / 2);
  return [text.slice(0, half), text.slice(half)];
}

export function wordsIn(text: string | undefined): number {
  return text?.match(/\S+/g)?.length ?? 0;
}
