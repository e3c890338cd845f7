/**
 * Reads a chat completion body: what the gateway must know of it, and nothing more. Everything else, unknown fields
 * included, goes through untouched. What is wrong is a value, so that a refusal still has a receipt.
 */
import type { ChatBody } from '../attempts/upstream';
import { Fault } from '../kernel/fault';
import { topLevelMembers } from '../kernel/json-members';

export interface ChatCall {
  readonly body: ChatBody;
  readonly model: string;
  readonly stream: boolean;
  /** The client asked for the usage chunk of a stream. */
  readonly wantsUsage: boolean;
  /** The limit that the client set per choice, in tokens. */
  readonly outputLimit: number | undefined;
  readonly choices: number;
}

export type Reading =
  | { readonly ok: true; readonly call: ChatCall }
  | { readonly ok: false; readonly fault: Fault; readonly model: string | null; readonly stream: boolean };

const CHOICES_MAX = 128;
const OUTPUT_LIMIT_MAX = 2 ** 31 - 1;
/** The members that decide what a request may cost. */
const DECISIVE = new Set(['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'n']);
const utf8 = new TextDecoder('utf-8', { fatal: true });

export function readChatCall(bytes: Buffer): Reading {
  const parsed = parseObject(bytes);
  if (parsed === undefined) {
    const fault = new Fault('invalid_json', 'The body is not a JSON object in UTF-8.');
    return { ok: false, fault, model: null, stream: false };
  }
  const { json } = parsed;
  const model = typeof json['model'] === 'string' ? json['model'] : null;
  const stream = json['stream'] === true;
  try {
    return { ok: true, call: callOf(parsed, json) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, fault: error, model, stream };
  }
}

function parseObject(bytes: Buffer): ChatBody | undefined {
  try {
    const text = utf8.decode(bytes);
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
    return { text, json: json as Record<string, unknown> };
  } catch {
    return undefined;
  }
}

function callOf(body: ChatBody, json: Readonly<Record<string, unknown>>): ChatCall {
  const names = Object.keys(json);
  checkSpelling(names);
  checkDoubles(body.text, names.length);
  const model = json['model'];
  if (typeof model !== 'string' || model === '') throw wrong('model', 'must be the name of a model');
  checkMessages(json['messages']);
  const stream = optional(json['stream'], 'stream', isBoolean, 'must be true or false') ?? false;
  const options = optional(json['stream_options'], 'stream_options', isObject, 'must be an object');
  const includeUsage = optional(options?.['include_usage'], 'stream_options.include_usage', isBoolean, 'must be true or false');
  const limits = ['max_completion_tokens', 'max_tokens'].map((name) => positive(json[name], name, OUTPUT_LIMIT_MAX) ?? 0);
  return {
    body,
    model,
    stream,
    wantsUsage: includeUsage === true,
    // Where both are set, providers differ in which they obey: the larger one bounds both.
    outputLimit: Math.max(...limits) || undefined,
    choices: positive(json['n'], 'n', CHOICES_MAX) ?? 1,
  };
}

/** Some providers read names in any case: another spelling of a decisive one would count there, and not here. */
function checkSpelling(names: readonly string[]): void {
  for (const name of names) {
    if (DECISIVE.has(name)) continue;
    // Both ways, for letters outside ASCII that fold into it.
    const folded = name.toUpperCase().toLowerCase();
    if (DECISIVE.has(folded)) throw wrong(name, `must be spelled ${folded}`);
  }
}

/** Readers differ in which of two members of one name they obey: the hold would be made on one, the answer on the other. */
function checkDoubles(text: string, names: number): void {
  const members = topLevelMembers(text);
  if (members.length === names) return;
  const seen = new Set<string>();
  for (const { name } of members) {
    if (seen.has(name) && DECISIVE.has(name)) throw wrong(name, 'stands in the body more than once');
    seen.add(name);
  }
}

function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages) || messages.length === 0) throw wrong('messages', 'must be a list with at least one message');
  messages.forEach((message: unknown, index) => {
    if (!isObject(message)) throw wrong(`messages[${index}]`, 'must be an object');
    if (typeof message['role'] !== 'string') throw wrong(`messages[${index}].role`, 'must be a string');
    const { content } = message;
    if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content)) {
      throw wrong(`messages[${index}].content`, 'must be a string or a list of parts');
    }
  });
}

function positive(value: unknown, name: string, most: number): number | undefined {
  const check = (each: unknown): each is number => typeof each === 'number' && Number.isInteger(each) && each >= 1 && each <= most;
  return optional(value, name, check, `must be a whole number from 1 to ${most}`);
}

function optional<T>(value: unknown, name: string, check: (value: unknown) => value is T, problem: string): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (!check(value)) throw wrong(name, problem);
  return value;
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function wrong(param: string, problem: string): Fault {
  return new Fault('invalid_request', `${param} ${problem}.`, { param });
}
