/**
 * Counts a text that grows, each part once. It is counted up to the last place at which no token can begin before and
 * end after: there the count of the parts is the count of the whole. What follows that place waits for the rest of its
 * word, so the count is never ahead of the text.
 */
import { giveWay } from '../kernel/give-way';
import type { TokenCounter } from './token-counter';

/** A word that is longer is cut in its middle. */
const WORD_MAX = 1_024;
/** What takes some milliseconds at most. */
const SLICE = 8_000;
const SPACE = /\s/;
const LETTER = /\p{L}/u;
/** What may belong to the word before it: letters, marks, halves of characters, and the apostrophe of a contraction. */
const GOES_ON = /[\p{L}\p{M}\p{Surrogate}'’]/u;

export class GrowingCount {
  private tokens = 0;
  private taken = 0;

  constructor(private readonly counter: TokenCounter) {}

  /** Tokens of the text that are certain. `text` begins with the text of the call before. */
  of(text: string): number {
    this.countTo(text, text.length);
    return this.tokens;
  }

  /** The same, while others get their turn: as much may have come since the call before as takes seconds to count. */
  async ofMuch(text: string): Promise<number> {
    while (text.length - this.taken > SLICE) {
      await giveWay();
      this.countTo(text, this.taken + SLICE);
    }
    return this.of(text);
  }

  private countTo(text: string, end: number): void {
    this.take(text, lastSeam(text, this.taken, end), 0);
    // Two halves of a word can make one token more than the whole, which nobody may be charged for.
    while (end - this.taken > WORD_MAX) this.take(text, this.taken + WORD_MAX, 1);
  }

  private take(text: string, wanted: number, less: number): void {
    const end = isInsidePair(text, wanted) ? wanted - 1 : wanted;
    if (end <= this.taken) return;
    this.tokens += Math.max(this.counter.count(text.slice(this.taken, end)) - less, 0);
    this.taken = end;
  }
}

function lastSeam(text: string, from: number, end: number): number {
  for (let at = end - 1; at > from; at -= 1) if (isSeam(text, at)) return at;
  return from;
}

/** Vocabularies begin a new token before a space after a word, and where the letters of a word end. */
function isSeam(text: string, at: number): boolean {
  const before = text.charAt(at - 1);
  const here = text.charAt(at);
  if (here === ' ') return !SPACE.test(before);
  return LETTER.test(before) && !GOES_ON.test(here);
}

function isInsidePair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const here = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && here >= 0xdc00 && here <= 0xdfff;
}
