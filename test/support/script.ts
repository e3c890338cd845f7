/** What a scripted upstream does with one request. Everything left out is honest behaviour. */
export interface Script {
  /** Another status than 200; answers with `error`. */
  readonly status?: number;
  /** The error member, or a whole body when it is a string. */
  readonly error?: unknown;
  /** The output; a stream sends one event for each word. Default: an echo of the last user message. */
  readonly text?: string;
  readonly reasoning?: string;
  /** So many words of output in place of `text`. */
  readonly tokens?: number;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[];
  /** One value for each usage that is sent, as it stands; an empty list sends none. */
  readonly usage?: readonly unknown[];
  /** Puts the first usage into the last chunk that has choices. */
  readonly usageWithChoices?: boolean;
  /** Reported as cached, and part of the honest usage. */
  readonly cachedTokens?: number;
  readonly model?: string;
  readonly finishReason?: string;
  /** Milliseconds before the head, between head and body, and before each event after the first. */
  readonly delayMs?: number;
  readonly bodyDelayMs?: number;
  readonly chunkDelayMs?: number;
  /** Closes the connection in the middle of the answer after so many events (-1: before the head; whole answers: after half of the body). */
  readonly resetAfter?: number;
  /** Closes with a reset of TCP, where else the connection would end in good order. */
  readonly abrupt?: boolean;
  /** Ends the body regularly after so many events (whole answers: after half of the body). */
  readonly endAfter?: number;
  /** Sends an error event after so many events (whole answers: an error body with status 200). */
  readonly errorAfter?: number;
  readonly garble?: 'utf8' | 'json';
  readonly endless?: boolean;
  /** Leaves out the end marker of a stream. */
  readonly noDone?: boolean;
  /** Gives the client's own output limit no effect. */
  readonly ignoreLimit?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body of the answer, in these writes. */
  readonly raw?: readonly (string | Buffer)[];
  /** Holds the answer before its head, before the event of that number, or behind the first one with output, until the promise resolves. */
  readonly gate?: { readonly before: 'head' | 'rest' | number; readonly opened: Promise<void> };
}

export interface HonestUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
}

/** Usages that real providers have been seen to send, by name: `[[usage=negative]]`. */
export const ODD_USAGES: Readonly<Record<string, (honest: HonestUsage) => readonly unknown[]>> = {
  missing: () => [],
  zero: (honest) => [{ ...honest, prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
  negative: (honest) => [{ ...honest, prompt_tokens: -5, completion_tokens: -7 }],
  float: (honest) => [{ ...honest, completion_tokens: honest.completion_tokens + 0.5 }],
  string: (honest) => [{ ...honest, completion_tokens: String(honest.completion_tokens) }],
  huge: (honest) => [{ ...honest, completion_tokens: 1e30 }],
  null: () => [null],
  list: () => [[1, 2]],
  twice: (honest) => [honest, honest],
  growing: (honest) => [{ ...honest, completion_tokens: 1, total_tokens: honest.prompt_tokens + 1 }, honest],
  decreasing: (honest) => [honest, { ...honest, completion_tokens: 1, total_tokens: honest.prompt_tokens + 1 }],
  'then-broken': (honest) => [honest, { ...honest, completion_tokens: 'many' }],
  'cached-over': (honest) => [{ ...honest, prompt_tokens_details: { cached_tokens: honest.prompt_tokens + 100 } }],
};

const DIRECTIVE = /\[\[([A-Za-z]+)(?:=([^\]]*))?\]\]/g;
const NUMBERS = new Set([
  'status',
  'tokens',
  'cachedTokens',
  'delayMs',
  'bodyDelayMs',
  'chunkDelayMs',
  'resetAfter',
  'endAfter',
  'errorAfter',
]);

/** Reads `[[name=value]]` in a message: any field of a script that is a number, a text or a flag; `usage` takes a name. */
export function scriptIn(message: string): Script & { readonly oddUsage?: string } {
  const script: Record<string, unknown> = {};
  for (const [, name = '', value] of message.matchAll(DIRECTIVE)) {
    if (name === 'usage') script['oddUsage'] = value;
    else script[name] = NUMBERS.has(name) ? Number(value) : (value ?? true);
  }
  return script;
}
