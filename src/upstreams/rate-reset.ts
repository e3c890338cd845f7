/** When a provider that refuses a request for its rate takes one again, from the headers that providers say it in. */
import type { IncomingHttpHeaders } from 'node:http';

/** `1h2m3.5s`, `6m0s`, `120ms`: how durations are written in the headers of OpenAI and its like. */
const DURATION = /^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;
const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1_000, 1];
const PLAIN_NUMBER = /^\d+(?:\.\d+)?$/;
/** Seconds above this are an instant since 1970, not a duration; above the other one it is told in milliseconds, as OpenRouter does. */
const INSTANT_FROM_S = 1_000_000_000;
const INSTANT_FROM_MS = 1_000_000_000_000;

/** Each limit with the header that says what is left of it, where there is one. */
const LIMITS: readonly (readonly [reset: string, remaining: string])[] = [
  ['x-ratelimit-reset-requests', 'x-ratelimit-remaining-requests'],
  ['x-ratelimit-reset-tokens', 'x-ratelimit-remaining-tokens'],
  ['x-ratelimit-reset', 'x-ratelimit-remaining'],
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map(
    (what) => [`anthropic-ratelimit-${what}-reset`, `anthropic-ratelimit-${what}-remaining`] as const,
  ),
];

/**
 * In how many milliseconds the limit is reset; undefined: the headers do not say. `retry-after` is the provider's own word
 * for it. Else the limits that are used up decide, the last of them; where none is said to be, the one that is reset first. An
 * instant is one of the provider's clock, which its answer tells as a rule.
 * @param ownNow milliseconds since 1970, where it does not
 */
export function rateResetMs(headers: IncomingHttpHeaders, ownNow: number): number | undefined {
  const told = Date.parse(textOf(headers, 'date') ?? '');
  return resetAfter(headers, Number.isNaN(told) ? ownNow : told);
}

function resetAfter(headers: IncomingHttpHeaders, now: number): number | undefined {
  const milliseconds = textOf(headers, 'retry-after-ms');
  if (milliseconds !== undefined && PLAIN_NUMBER.test(milliseconds)) return Math.ceil(+milliseconds);
  const told = untilMs(textOf(headers, 'retry-after'), now);
  if (told !== undefined) return told;
  const resets = LIMITS.flatMap(([reset, remaining]) => {
    const inMs = untilMs(textOf(headers, reset), now);
    return inMs === undefined ? [] : [{ inMs, usedUp: textOf(headers, remaining) === '0' }];
  });
  const usedUp = resets.filter((each) => each.usedUp).map(({ inMs }) => inMs);
  if (usedUp.length > 0) return Math.max(...usedUp);
  return resets.length === 0 ? undefined : Math.min(...resets.map(({ inMs }) => inMs));
}

/** A number of seconds, a duration, an instant in seconds or milliseconds since 1970, or one that is written out. */
function untilMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (PLAIN_NUMBER.test(text)) {
    const number = +text;
    const milliseconds = number >= INSTANT_FROM_MS ? number : number * 1_000;
    return Math.max(0, Math.ceil(number >= INSTANT_FROM_S ? milliseconds - now : milliseconds));
  }
  const duration = durationMs(text);
  if (duration !== undefined) return duration;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - now);
}

/** In whole milliseconds, rounded up; undefined: it is no duration. */
export function durationMs(text: string): number | undefined {
  const parts = text === '' ? null : DURATION.exec(text);
  return parts === null ? undefined : Math.ceil(parts.slice(1).reduce((sum, part, at) => sum + +(part ?? 0) * (UNITS_MS[at] ?? 0), 0));
}

function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  return [headers[name]].flat().at(-1)?.trim();
}
