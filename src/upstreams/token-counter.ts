/** Counts tokens by OpenAI's current vocabulary, which takes 70 MB and a third of a second of the processor to load. */
import type { LoadableCounter } from '../metering/token-counter';

/** The time for one piece grows with the square of its longest word, so that a text of one word could block the process. */
const PIECE_CHARACTERS = 1_000;
const WORD_CHARACTERS = 250;

type Vocabulary = typeof import('gpt-tokenizer/encoding/o200k_base');

/** A counter for any text: nothing in it is special, and long texts take time in proportion to their length. */
export function createTokenCounter(): LoadableCounter {
  let vocabulary: Vocabulary | undefined;
  const loaded = () => {
    vocabulary ??= require('gpt-tokenizer/encoding/o200k_base') as Vocabulary;
    return vocabulary;
  };
  const options = { disallowedSpecial: new Set<string>() };
  return {
    load() {
      // Asked before every stream: a count builds what is left to be built, once.
      if (vocabulary === undefined) loaded().countTokens('any', options);
    },
    count(text) {
      if (text === '') return 0;
      const { countTokens } = loaded();
      let tokens = 0;
      for (let start = 0; start < text.length; ) {
        const end = pieceEnd(text, start);
        tokens += countTokens(text.slice(start, end), options);
        start = end;
      }
      return tokens;
    },
  };
}

/** Between words where it can be, else in the middle of one: that may count as one token more. */
function pieceEnd(text: string, start: number): number {
  const end = start + PIECE_CHARACTERS;
  if (end >= text.length) return text.length;
  // Looked for in the last part alone: a search of the whole text before each piece would take the square of its length.
  const tail = end - WORD_CHARACTERS + 1;
  const space = text.slice(tail, end + 1).lastIndexOf(' ');
  if (space >= 0) return tail + space;
  const cut = Math.min(start + WORD_CHARACTERS, text.length);
  return cut < text.length && isHighSurrogate(text.charCodeAt(cut - 1)) ? cut - 1 : cut;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
