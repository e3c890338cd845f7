/** Checks of single members of a body. A wrong one is a fault that names it. */
import { wrong } from '../../kernel/fault';
import { isRecord } from '../../kernel/record';

/** @throws Fault `invalid_request` when the value is there and fails the check */
function optional<T>(value: unknown, name: string, check: (value: unknown) => value is T, problem: string): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (!check(value)) throw wrong(name, problem);
  return value;
}

/** A whole number from 1 to `most`. */
export function positive(value: unknown, name: string, most: number): number | undefined {
  return wholeNumber(value, name, 1, most);
}

/** A whole number from `least` to `most`. */
export function wholeNumber(value: unknown, name: string, least: number, most: number): number | undefined {
  const check = (each: unknown): each is number => typeof each === 'number' && Number.isInteger(each) && each >= least && each <= most;
  return optional(value, name, check, `must be a whole number from ${least} to ${most}`);
}

/** `stream`, and whether the usage event was asked for. */
export function streaming(json: Readonly<Record<string, unknown>>): { readonly stream: boolean; readonly wantsUsage: boolean } {
  const stream = optional(json['stream'], 'stream', isBoolean, 'must be true or false') ?? false;
  const options = optional(json['stream_options'], 'stream_options', isRecord, 'must be an object');
  const includeUsage = optional(options?.['include_usage'], 'stream_options.include_usage', isBoolean, 'must be true or false');
  return { stream, wantsUsage: includeUsage === true };
}

/** @throws Fault for a member that would make the request one that cannot be metered or kept apart; `why` goes on after its name */
export function refuseMember(json: Readonly<Record<string, unknown>>, name: string, why: string): void {
  const value = json[name];
  if (value !== undefined && value !== null && value !== false) throw wrong(name, why);
}

/**
 * llama.cpp's own name of the output limit. It obeys that one in place of `max_tokens` (`oaicompat_chat_params_parse` of its server): the hold
 * would cover 5 tokens, and the answer have 5,000.
 */
export const OTHER_LIMIT = 'n_predict';

/** @throws Fault for an output limit under a name that only some obey */
export function refuseOtherLimit(json: Readonly<Record<string, unknown>>): void {
  refuseMember(json, OTHER_LIMIT, 'is not served: set max_tokens, which every provider obeys');
}

/** `fast` is OpenAI's newer word for `priority`. */
const DEARER_TIERS: ReadonlySet<unknown> = new Set(['priority', 'fast', 'ultrafast']);

/** @throws Fault for a tier in which a provider bills the same tokens at about twice their price, or more: the catalog has one price */
export function refuseDearerTier({ service_tier: tier }: Readonly<Record<string, unknown>>): void {
  if (DEARER_TIERS.has(tier)) throw wrong('service_tier', `cannot be ${String(tier)}: it is priced apart`);
}

export const OUTPUT_LIMIT_MAX = 2 ** 31 - 1;
export const CHOICES_MAX = 128;
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
