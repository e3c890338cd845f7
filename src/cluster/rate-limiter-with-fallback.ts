/**
 * Shared rate limits while Redis answers, those of this process while it does not. Neither the change nor a Redis that
 * hangs is ever felt as an error: a request waits a quarter of a second at most, and only one in each second.
 */
import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import type { RateAsk, RateGranted, RateLevels, RateLimiter, RateLimits, RateRefused } from '../keys/rate-limiter';

export interface FallbackOptions {
  readonly shared: RateLimiter;
  readonly local: RateLimiter;
  readonly clock: Clock;
  readonly log: Log;
}

const PATIENCE_MS = 250;
const ASKED_AGAIN_AFTER_MS = 1_000;

export class RateLimiterWithFallback implements RateLimiter {
  /** When Redis is asked again, on the monotonic clock; null: it answers. */
  private askAgainAt: number | null = null;

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

  /** Said to Redis also while it is away, and then not waited for: what does not reach it ends with the lease. */
  private async giveBack(granted: RateGranted, tokensUsed: number): Promise<void> {
    const returning = granted.giveBack(tokensUsed);
    if (this.askAgainAt === null) await inTime(returning).catch((error: unknown) => this.lost(error));
    else returning.catch(() => undefined);
  }

  /** undefined: Redis is away. */
  private async fromShared<T>(ask: () => Promise<T>, whenLate?: (answer: T) => void): Promise<T | undefined> {
    const { clock } = this.options;
    if (this.askAgainAt !== null) {
      if (clock.monotonic() < this.askAgainAt) return undefined;
      // Whoever asks while this one waits is served in the process.
      this.askAgainAt = clock.monotonic() + ASKED_AGAIN_AFTER_MS;
    }
    try {
      const answer = await inTime(ask(), whenLate);
      this.found();
      return answer;
    } catch (error) {
      this.lost(error);
      return undefined;
    }
  }

  private found(): void {
    if (this.askAgainAt === null) return;
    this.askAgainAt = null;
    this.options.log.info({}, 'Redis answers again: rate limits are shared by all processes');
  }

  private lost(error: unknown): void {
    const known = this.askAgainAt !== null;
    this.askAgainAt = this.options.clock.monotonic() + ASKED_AGAIN_AFTER_MS;
    if (!known) this.options.log.warn({ err: error }, 'Redis does not answer: rate limits are counted in this process alone until it does');
  }
}

/** What Redis granted too late was granted here as well: one of the two goes back. */
function returnLate(answer: RateGranted | RateRefused): void {
  if (answer.granted) answer.giveBack(0).catch(() => undefined);
}

function inTime<T>(asked: Promise<T>, whenLate?: (answer: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new Error(`no answer within ${PATIENCE_MS} ms`));
    }, PATIENCE_MS);
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
