/** Lines of CSV, as RFC 4180 has them, that no spreadsheet takes for anything else than text and numbers. */

/** Full-width signs too: a spreadsheet may take them for the narrow ones. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const SPECIAL = /[",\r\n]/;

/** A text of somebody's: one that a spreadsheet would take for a formula begins with an apostrophe. */
export function cell(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return SPECIAL.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** `cells` stand as they are: what is not written here goes through `cell` first. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`;
}
