/** Texts as they are compared: without case, punctuation and the kinds of quotes and dashes. */

/** Letters and digits, with one blank between words and around the whole. */
export function plainWords(text: string): string {
  return ` ${text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
}

/** Whether the words of a text stand in another one, in that order; what "…" leaves out is left out. */
export function standsIn(text: string, plain: string): boolean {
  return text
    .split(/…|\.{3}/)
    .map(plainWords)
    .every((part) => part.trim() === '' || plain.includes(part));
}

/** How much of a text's words stand in another one, 0 to 1. */
export function sharedWords(text: string, plain: string): number {
  const words = plainWords(text).trim().split(' ');
  return words.filter((word) => plain.includes(` ${word} `)).length / words.length;
}
