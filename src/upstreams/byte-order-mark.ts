const BYTE_ORDER_MARK = 0xfeff;

/** The beginning of a text without the mark that some providers put before it, and that is no part of it. */
export function withoutMark(text: string): string {
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}
