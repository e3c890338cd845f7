/** Text of others that goes to a terminal: what would steer it, or turn the direction of what follows, is a blank. Lines stay lines. */
export function plain(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069]/gu, ' ');
}

/** Text of others within a line of ours: models write into reasons, and what begins a line could look like a receipt. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
