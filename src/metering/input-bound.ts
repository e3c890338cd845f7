/**
 * What the upper bounds of input have in common, whatever the endpoint: one token per UTF-8 byte of all text, tools and schemas, 16
 * around each message; a media part counts as the model's `mediaPartTokens`; in all at most the context window. No vocabulary spends more
 * than one token on one byte, so the bounds hold for whatever a request says. What a provider adds unseen, as Anthropic its instructions with
 * tools, is in them only as far as texts have fewer tokens than bytes: of short requests it may pass the hold, and the operator bears that.
 */

export interface InputBoundModel {
  readonly contextWindow: number;
  readonly mediaPartTokens: number;
}

/** For what stands around a message, or around an input that is none. */
export const FRAME_TOKENS = 16;

/** One token per UTF-8 byte of every field but those of `notPrompt`. */
export function fieldsBound(body: Readonly<Record<string, unknown>>, notPrompt: ReadonlySet<string>): number {
  let tokens = 0;
  for (const [field, value] of Object.entries(body)) if (!notPrompt.has(field)) tokens += structureBound(value);
  return tokens;
}

/** One token per UTF-8 byte of a text, or of what a structure is printed as. */
export function structureBound(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value, 'utf8');
  if (typeof value !== 'object' || value === null) return 0;
  return Buffer.byteLength(JSON.stringify(value), 'utf8');
}

/**
 * What a word is more than the frame around it covers, such as a role. Servers that do not check it put whatever stands there into the
 * prompt: a text in its place counts as every other one.
 */
export function wordBound(value: unknown): number {
  return Math.max(0, structureBound(value) - FRAME_TOKENS);
}
