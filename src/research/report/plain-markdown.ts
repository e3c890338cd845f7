/**
 * Text that others wrote (models, providers of news), put into Markdown so that it stays text: it can emphasise and link, and cannot
 * begin a heading, a table, a list or HTML of its own, so that nothing in a report looks like a part of it that it is not.
 */
const BLOCK_START = /^(#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|[-=_*~`]{3,})/;
// Entities, not backslashes: a backslash before it in the text cannot undo an entity.
const NUMBERED = /^(\d{1,9})([.)])(?=\s|$)/;
/** Blanks, and what would turn the direction of the text behind it, the amounts of a receipt among them. */
const BLANK = /[\s\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu;
const REFERENCE = /^\[(?=[^\]]*\]:)/;

/** One line. */
export function inline(text: string): string {
  const line = text.replaceAll(BLANK, ' ').trim();
  const harmless = line.replaceAll('<', '&lt;').replaceAll('|', '&#124;').replaceAll('![', '!&#91;');
  return harmless.replace(BLOCK_START, '\\$1').replace(NUMBERED, '$1\\$2').replace(REFERENCE, '\\[');
}

/** Paragraphs, as the blank lines of the text say. */
export function paragraphs(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map(inline)
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
}

/** @param rows each with a cell for each column; cells are Markdown of one line */
export function table(columns: readonly string[], rows: readonly (readonly string[])[], rightFrom = columns.length): string {
  const rule = columns.map((_, index) => (index >= rightFrom ? '---:' : '---'));
  return [columns, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
