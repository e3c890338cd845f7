/**
 * Counts of texts of any length. Text that no vocabulary knows takes a second and more for each megabyte, and somebody else chooses it: in
 * one go, a single request would stop all others for half a minute.
 */
import { giveWay } from '../kernel/give-way';
import type { TokenCounter } from './token-counter';

/** What takes some milliseconds at most. A longer text is cut between words where it can be: elsewhere it may count as a token more or less. */
const SLICE_CHARACTERS = 8_000;
const WORD_CHARACTERS = 256;

/** As much of the count of a text as is needed to know that it is more than `most`; the whole count of any other. */
export function countUpTo(counter: TokenCounter, text: string, most: number): number {
  let tokens = 0;
  for (let start = 0; start < text.length && tokens <= most; ) {
    const end = sliceEnd(text, start);
    tokens += counter.count(text.slice(start, end));
    start = end;
  }
  return tokens;
}

/** The same of all these texts together, while others get their turn. */
export async function countGivingWay(counter: TokenCounter, texts: readonly string[], most = Number.POSITIVE_INFINITY): Promise<number> {
  let tokens = 0;
  for (const text of texts) {
    for (let start = 0; start < text.length && tokens <= most; ) {
      await giveWay();
      const end = sliceEnd(text, start);
      tokens += counter.count(text.slice(start, end));
      start = end;
    }
  }
  return tokens;
}

/** Counts as `countsWith` does, which adds up counts of texts: they are counted afterwards, all together. */
export function countAfterwards(countsWith: (counter: TokenCounter) => number, counter: TokenCounter, most?: number): Promise<number> {
  const texts: string[] = [];
  const beside = countsWith({
    count: (text) => {
      texts.push(text);
      return 0;
    },
  });
  return countGivingWay(counter, texts, most).then((tokens) => tokens + beside);
}

function sliceEnd(text: string, start: number): number {
  const end = start + SLICE_CHARACTERS;
  if (end >= text.length) return text.length;
  const tail = end - WORD_CHARACTERS;
  const space = text.slice(tail, end).lastIndexOf(' ');
  if (space >= 0) return tail + space;
  return isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
