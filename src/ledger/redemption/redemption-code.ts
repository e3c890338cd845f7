/** The text of a redemption code: 120 random bits in characters that cannot be mistaken, and one that catches typing mistakes. */
import { randomCharacters } from '../../kernel/secret';

/** Without I, L, O and U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RANDOM_CHARACTERS = 24;
const GROUP = /.{5}(?=.)/g;
const WHOLE = /^[0-9A-HJKMNP-TV-Z]{25}$/;
const MISREAD: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };

/** A new code in canonical form. */
export function newCode(): string {
  const random = randomCharacters(ALPHABET, RANDOM_CHARACTERS);
  return random + checkOf(random);
}

/** As people read it: `7K2QX-…`, in groups of five. */
export function printedCode(canonical: string): string {
  return canonical.replace(GROUP, '$&-');
}

/**
 * What was meant by what somebody typed: capitals, spaces and hyphens do not matter, and an O is a zero. Null for what
 * cannot be a code, such as one with a character that is wrong.
 */
export function canonicalCode(typed: string): string | null {
  const meant = typed
    .replace(/[\s-]/g, '')
    .toUpperCase()
    .replace(/[OIL]/g, (letter) => MISREAD[letter] ?? letter);
  if (!WHOLE.test(meant)) return null;
  const random = meant.slice(0, RANDOM_CHARACTERS);
  return meant === random + checkOf(random) ? meant : null;
}

/** Odd weights: one character that is wrong always changes the sum. */
function checkOf(random: string): string {
  const sum = [...random].reduce((before, character, at) => before + (2 * at + 1) * ALPHABET.indexOf(character), 0);
  return ALPHABET.charAt(sum % ALPHABET.length);
}
