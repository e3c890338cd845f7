/**
 * Counters of spend: what one key, project or run has spent and holds in one window of one bucket. A limit is a ceiling on
 * a counter, and the hold that would pass it is refused in the same transaction that checks the balance.
 *
 * Windows are of the calendar in UTC: a day, an ISO week (from Monday), a month, and all time. A hold counts in the
 * windows of the moment at which it was placed, and so does its charge, also when that comes after their end. One that takes the place of
 * another one, on the other balance, counts in the windows of that moment as well.
 */
import { unreachable } from '../kernel/invariant';
import { DAY_MS } from '../kernel/times';
import { BUCKETS, type Bucket, SPEND_WINDOWS, type SpendWindow } from '../kernel/words';

/** Whose spend a counter is. */
export type CounterScope = 'key' | 'project' | 'run';

export interface CounterRef {
  readonly scope: CounterScope;
  readonly scopeId: string;
  readonly bucket: Bucket;
  readonly window: SpendWindow;
}

/** Who spends: what the counters of a request are found by. */
export interface Spender {
  readonly apiKeyId: string;
  readonly projectId: string | null;
  readonly runId: string | null;
}

/** The most that a counter can say, which no wallet holds at once. */
export const COUNTABLE_MAX = 2n ** 63n - 1n;

/** What is spent as a counter says it, and a ceiling as it binds there: what is more than it can say is the most that it can. */
export function countable(amount: bigint): bigint {
  return amount < COUNTABLE_MAX ? amount : COUNTABLE_MAX;
}

/** A ceiling that a hold has to stay within: `spent + held` of the counter may reach it, and not pass it. */
export interface SpendCeiling {
  readonly counterId: string;
  readonly ceiling: bigint;
}

/** The id of the counter in which a hold placed at `at` counts: `key/bots-1/RMB/DAY/2026-11-23`. */
export function counterId({ scope, scopeId, bucket, window }: CounterRef, at: number): string {
  const start = windowStart(window, at);
  return `${scope}/${scopeId}/${bucket}/${window}${start === null ? '' : `/${new Date(start).toISOString().slice(0, 10)}`}`;
}

const COUNTER_ID = new RegExp(`^(key|project|run)/(.+)/(${BUCKETS.join('|')})/(${SPEND_WINDOWS.join('|')})(?:/(\\d{4}-\\d\\d-\\d\\d))?$`);

/** What a counter's id says; `from` is when its window began, null for all time. Undefined for a text that is no such id. */
export function counterRef(id: string): (CounterRef & { readonly from: number | null }) | undefined {
  const [, scope, scopeId, bucket, window, date] = COUNTER_ID.exec(id) ?? [];
  if (scope === undefined || scopeId === undefined) return undefined;
  return {
    scope: scope as CounterScope,
    scopeId,
    bucket: bucket as Bucket,
    window: window as SpendWindow,
    from: date === undefined ? null : Date.parse(`${date}T00:00:00Z`),
  };
}

/** When the window that contains `at` began, in milliseconds since 1970; null: it has no beginning. */
export function windowStart(window: SpendWindow, at: number): number | null {
  const day = Math.floor(at / DAY_MS) * DAY_MS;
  switch (window) {
    case 'DAY':
      return day;
    case 'WEEK':
      return day - daysSinceMonday(day) * DAY_MS;
    case 'MONTH':
      return firstOfMonth(day, 0);
    case 'LIFETIME':
      return null;
    default:
      return unreachable(window);
  }
}

/** When the window after the one that began at `from` begins; null: there is none. */
export function nextWindow(window: SpendWindow, from: number | null): number | null {
  if (from === null) return null;
  switch (window) {
    case 'DAY':
      return from + DAY_MS;
    case 'WEEK':
      return from + 7 * DAY_MS;
    case 'MONTH':
      return firstOfMonth(from, 1);
    case 'LIFETIME':
      return null;
    default:
      return unreachable(window);
  }
}

function daysSinceMonday(day: number): number {
  return (new Date(day).getUTCDay() + 6) % 7;
}

function firstOfMonth(at: number, monthsLater: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater, 1);
}

/** Every counter in which a hold counts where that counter exists, sorted: the lock order of every writer. */
export function countersOf(spender: Spender, bucket: Bucket, placedAt: number): string[] {
  const scopes: [CounterScope, string | null, readonly SpendWindow[]][] = [
    ['key', spender.apiKeyId, SPEND_WINDOWS],
    ['project', spender.projectId, SPEND_WINDOWS],
    ['run', spender.runId, ['LIFETIME']],
  ];
  return scopes
    .flatMap(([scope, scopeId, windows]) =>
      scopeId === null ? [] : windows.map((window) => counterId({ scope, scopeId, bucket, window }, placedAt)),
    )
    .sort();
}
