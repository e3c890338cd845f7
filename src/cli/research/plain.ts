/** Text of others that goes to a terminal: what would steer it, or turn the direction of what follows, is a blank. Lines stay lines. */
export function plain(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069]/gu, ' ');
}
