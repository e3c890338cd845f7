/**
 * Shared rate limits while Redis answers, those of this process while it does not. Neither the change nor a Redis that
 * hangs is ever felt as an error: a request waits a quarter of a second at most, and none once it is known.
 */
import { newId } from '../kernel/ids';
import type { Log } from '../kernel/log';
import type { RateAsk, RateGranted, RateLevels, RateLimiter, RateLimits, RateRefused } from '../keys/rate-limiter';

export interface FallbackOptions {
  readonly shared: RateLimiter;
  readonly local: RateLimiter;
  readonly log: Log;
}

const PATIENCE_MS = 250;
const LOOKED_AGAIN_AFTER_MS = 1_000;
/** Holds nobody: no holder has such a name, and a bucket of so many requests is empty within a millisecond. */
const OF_NOBODY = { holder: 'nobody at all', limits: { requestsPerMinute: 100_000, tokensPerMinute: null, concurrency: null }, tokens: 0 };

export class RateLimiterWithFallback implements RateLimiter {
  /** Looks whether Redis is back; null: it answers. */
  private looking: NodeJS.Timeout | null = null;

  constructor(private readonly options: FallbackOptions) {}

  async take(ask: RateAsk): Promise<RateGranted | RateRefused> {
    const answer = await this.fromShared(() => this.options.shared.take(ask), returnLate);
    if (answer === undefined) return this.options.local.take(ask);
    if (!answer.granted) return answer;
    return { ...answer, giveBack: (tokensUsed) => this.giveBack(answer, tokensUsed) };
  }

  async levels(holder: string, limits: RateLimits): Promise<RateLevels> {
    const answer = await this.fromShared(() => this.options.shared.levels(holder, limits));
    return answer ?? this.options.local.levels(holder, limits);
  }

  /** False while this process counts alone. */
  get isShared(): boolean {
    return this.looking === null;
  }

  close(): void {
    clearInterval(this.looking ?? undefined);
  }

  /** Said to Redis also while it is away, and then not waited for: what does not reach it ends with the lease. */
  private async giveBack(granted: RateGranted, tokensUsed: number): Promise<void> {
    const returning = granted.giveBack(tokensUsed);
    if (this.looking === null) await inTime(returning).catch((error: unknown) => this.lost(error));
    else returning.catch(() => undefined);
  }

  /** undefined: Redis is away. */
  private async fromShared<T>(ask: () => Promise<T>, whenLate?: (answer: T) => void): Promise<T | undefined> {
    if (this.looking !== null) return undefined;
    try {
      return await inTime(ask(), whenLate);
    } catch (error) {
      this.lost(error);
      return undefined;
    }
  }

  /** To be called as well by whoever knows it before a request meets it. Says so once, until Redis answers again. */
  lost(error: unknown): void {
    if (this.looking !== null) return;
    this.looking = setInterval(() => void this.look(), LOOKED_AGAIN_AFTER_MS).unref();
    this.options.log.warn({ err: error }, 'Redis does not answer: rate limits are counted in this process alone until it does');
  }

  /**
   * Not left to the next request: those that come beside it would be counted here, however long Redis has been back by then. It takes as
   * they do, because there are states in which Redis reads and takes nothing.
   */
  private async look(): Promise<void> {
    try {
      await inTime(this.options.shared.take({ ...OF_NOBODY, requestId: newId() }));
    } catch {
      return;
    }
    if (this.looking === null) return;
    clearInterval(this.looking);
    this.looking = null;
    this.options.log.info({}, 'Redis answers again: rate limits are shared by all processes');
  }
}

/** What Redis granted too late was granted here as well: one of the two goes back. */
function returnLate(answer: RateGranted | RateRefused): void {
  if (answer.granted) answer.giveBack(0).catch(() => undefined);
}

function inTime<T>(asked: Promise<T>, whenLate?: (answer: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let late = false;
    const isLate = () => {
      late = true;
      reject(new Error(`no answer within ${PATIENCE_MS} ms`));
    };
    // What came while this process stood still is read before it counts as late: time is looked at first in each turn.
    const timer = setTimeout(() => setImmediate(isLate), PATIENCE_MS);
    const inOrder = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    asked.then(
      (answer) => inOrder(() => (late ? whenLate?.(answer) : resolve(answer))),
      (error: unknown) => inOrder(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
  });
}
