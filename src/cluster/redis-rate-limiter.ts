/** Rate limits that all processes share, in Redis. It rejects while Redis is away: `rate-limiter-with-fallback.ts` goes on then. */
import { invariant } from '../kernel/invariant';
import { inPortions } from '../kernel/lists';
import { levelsOf, reservedTokens } from '../keys/rate-bucket';
import type { RateAsk, RateGranted, RateLevels, RateLimiter, RateLimits, RateRefused } from '../keys/rate-limiter';
import { RATE_SCRIPT, RENEW_SCRIPT } from './rate-script';

/** What is used of a Redis client. */
export interface ScriptRunner {
  run(script: string, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  /** Calls it whenever Redis is there: at first, and each time after it was away. */
  whenThere(tell: () => void): void;
}

export interface RedisRateOptions {
  readonly redis: ScriptRunner;
  /** Put before every name, so that a Redis can serve several installations. */
  readonly prefix: string;
  /** How long a slot outlives the process that took it. Renewed three times within it. */
  readonly leaseMs?: number;
}

interface Filled {
  readonly by: string;
  readonly retryAfterMs: number;
  readonly levels: RateLevels;
}

/** A slot that Redis was not told of: it may still stand there. */
interface Owed {
  readonly ask: RateAsk;
  /** How often it is said again; after that its lease has ended it. */
  triesLeft: number;
}

const LEASE_MS = 60_000;
const RENEWED_AT_ONCE = 500;
const SAID_AGAIN_EVERY_MS = 1_000;

/** What the script says where it does not know a slot that the process holds. */
const FORGOTTEN = 'forgotten';

export class RedisRateLimiter implements RateLimiter {
  /** Slots by their key in Redis. */
  private readonly held = new Map<string, Set<string>>();
  /** By request. */
  private readonly owed = new Map<string, Owed>();
  private readonly leaseMs: number;
  private readonly renewing: NodeJS.Timeout;
  private readonly returning: NodeJS.Timeout;

  constructor(private readonly options: RedisRateOptions) {
    this.leaseMs = options.leaseMs ?? LEASE_MS;
    const renew = () => void this.renew().catch(() => undefined);
    this.renewing = setInterval(renew, this.leaseMs / 3).unref();
    // It may have forgotten them, and would grant them a second time until then.
    options.redis.whenThere(renew);
    this.returning = setInterval(() => void this.returnOwed(), SAID_AGAIN_EVERY_MS).unref();
  }

  /** @throws when Redis gives no answer; it may have taken all the same */
  async take(ask: RateAsk): Promise<RateGranted | RateRefused> {
    const reserved = reservedTokens(ask);
    const { by, retryAfterMs, levels } = await this.taken(ask, reserved).catch((error) => {
      this.owe(ask);
      throw error;
    });
    if (by !== '') return { granted: false, levels, by: by as keyof RateLimits, retryAfterMs };
    if (ask.limits.concurrency !== null) this.hold(this.slotsOf(ask.holder), ask.requestId);
    return { granted: true, levels, giveBack: (tokensUsed) => this.giveBack(ask, moreTokens(ask, tokensUsed - reserved)) };
  }

  /** @throws when Redis gives no answer */
  async levels(holder: string, limits: RateLimits): Promise<RateLevels> {
    return (await this.run('look', holder, limits, 0, '')).levels;
  }

  close(): void {
    clearInterval(this.renewing);
    clearInterval(this.returning);
  }

  /** A Redis that was emptied, or had to make room, would grant what runs here a second time: it is told first. */
  private async taken(ask: RateAsk, reserved: number): Promise<Filled> {
    const slots = this.slotsOf(ask.holder);
    const [holds = ''] = this.held.get(slots) ?? [];
    const filled = await this.run('take', ask.holder, ask.limits, reserved, ask.requestId, holds);
    if (filled.by !== FORGOTTEN) return filled;
    await this.renewAt(slots);
    return this.run('take', ask.holder, ask.limits, reserved, ask.requestId);
  }

  private hold(slots: string, slot: string): void {
    const held = this.held.get(slots);
    if (held === undefined) this.held.set(slots, new Set([slot]));
    else held.add(slot);
  }

  private letGo(slots: string, slot: string): void {
    const held = this.held.get(slots);
    held?.delete(slot);
    if (held?.size === 0) this.held.delete(slots);
  }

  /** @throws when Redis gives no answer; the slot is given back when it is there again */
  private async giveBack(ask: RateAsk, moreTokens: number): Promise<void> {
    this.letGo(this.slotsOf(ask.holder), ask.requestId);
    try {
      await this.run('give', ask.holder, ask.limits, moreTokens, ask.requestId);
    } catch (error) {
      this.owe(ask);
      throw error;
    }
  }

  private owe(ask: RateAsk): void {
    if (ask.limits.concurrency !== null) this.owed.set(ask.requestId, { ask, triesLeft: Math.ceil(this.leaseMs / SAID_AGAIN_EVERY_MS) });
  }

  /** Only slots, which may be given back twice: tokens run out of their bucket within a minute. */
  private async returnOwed(): Promise<void> {
    const due = [...this.owed];
    for (const [requestId, owed] of due) {
      owed.triesLeft -= 1;
      if (owed.triesLeft <= 0) this.owed.delete(requestId);
    }
    await Promise.all(due.map(([, { ask }]) => this.returnSlot(ask)));
  }

  private async returnSlot({ holder, limits, requestId }: RateAsk): Promise<void> {
    try {
      await this.run('give', holder, limits, 0, requestId);
      this.owed.delete(requestId);
    } catch {
      // It is said again, as long as the slot may stand there.
    }
  }

  private async run(
    act: 'take' | 'give' | 'look',
    holder: string,
    limits: RateLimits,
    tokens: number,
    slot: string,
    holds = '',
  ): Promise<Filled> {
    const { requestsPerMinute, tokensPerMinute, concurrency } = limits;
    const values = [act, requestsPerMinute ?? 0, tokensPerMinute ?? 0, concurrency ?? 0, tokens, slot, this.leaseMs, holds].map(String);
    const answer = await this.options.redis.run(RATE_SCRIPT, [this.bucketsOf(holder), this.slotsOf(holder)], values);
    invariant(Array.isArray(answer) && answer.length === 5, 'the rate script gives five values');
    const [by, retryAfterMs, requests, used, running] = answer.map(String) as [string, string, string, string, string];
    const fill = { requests: fraction(requests), tokens: fraction(used), running: fraction(running) };
    return { by, retryAfterMs: fraction(retryAfterMs), levels: levelsOf(limits, fill) };
  }

  /**
   * A long answer keeps its slot; one of a process that is dead ends with its lease. Key by key, because what serves as a Redis may
   * keep keys on several nodes; and only what is still held when it is said, or a slot that was given back meanwhile would stand again.
   */
  private async renew(): Promise<void> {
    for (const key of [...this.held.keys()]) await this.renewAt(key);
  }

  private async renewAt(key: string): Promise<void> {
    for (const portion of inPortions([...(this.held.get(key) ?? [])], RENEWED_AT_ONCE)) {
      const some = portion.filter((slot) => this.held.get(key)?.has(slot));
      if (some.length > 0) await this.options.redis.run(RENEW_SCRIPT, [key], [String(this.leaseMs), ...some]);
    }
  }

  /** The braces keep both on one node of a Redis Cluster. */
  private bucketsOf(holder: string): string {
    return `${this.options.prefix}rate:{${holder}}`;
  }

  private slotsOf(holder: string): string {
    return `${this.bucketsOf(holder)}:slots`;
  }
}

/** Tokens of a request that began without a limit on them count in none that came since. */
const moreTokens = ({ limits }: RateAsk, more: number): number => (limits.tokensPerMinute === null ? 0 : more);

const fraction = (text: string): number => +text;
