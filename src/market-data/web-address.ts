/** The address, when it is one that a report may link to: http or https, and not too long. */
export function webAddress(text: string | null | undefined): string | null {
  if (text === null || text === undefined || text.length > 2_000 || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}
