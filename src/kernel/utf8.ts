const decoder = new TextDecoder('utf-8', { fatal: true });

/** The text that a client sent, without a byte order mark. @throws TypeError for bytes that are no UTF-8 */
export function utf8Text(bytes: Buffer): string {
  return decoder.decode(bytes);
}
