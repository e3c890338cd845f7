/** Rate limits in the memory of this process. */
import type { Clock } from '../kernel/clock';
import { emptied, levelsOf, type RateFill, refusalOf, reservedTokens } from '../keys/rate-bucket';
import type { RateAsk, RateGranted, RateLevels, RateLimiter, RateLimits, RateRefused } from '../keys/rate-limiter';

interface Remembered {
  readonly fill: RateFill;
  readonly at: number;
  /** Of the last request that took: what ends by the limits of before drains nothing by them. */
  readonly limits: RateLimits;
}

const NOTHING: RateFill = { requests: 0, tokens: 0, running: 0 };
/** A bucket runs empty within a minute, unless answers used far more than expected. */
const FORGOTTEN_AFTER_MS = 600_000;
const SWEPT_FROM = 10_000;

export class LocalRateLimiter implements RateLimiter {
  private readonly remembered = new Map<string, Remembered>();
  private sweptAt = SWEPT_FROM;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  async take(ask: RateAsk): Promise<RateGranted | RateRefused> {
    const { holder, limits } = ask;
    const fill = this.fillOf(holder, limits);
    const refusal = refusalOf(ask, fill);
    if (refusal !== null) return { granted: false, levels: levelsOf(limits, fill), ...refusal };
    const reserved = reservedTokens(ask);
    const taken = { requests: fill.requests + 1, tokens: fill.tokens + reserved, running: fill.running + 1 };
    this.remember(holder, taken, limits);
    return { granted: true, levels: levelsOf(limits, taken), giveBack: this.returning(ask, reserved) };
  }

  async levels(holder: string, limits: RateLimits): Promise<RateLevels> {
    return levelsOf(limits, this.fillOf(holder, limits));
  }

  private returning({ holder, limits }: RateAsk, reserved: number): (tokensUsed: number) => Promise<void> {
    let returned = false;
    return async (tokensUsed) => {
      if (returned) return;
      returned = true;
      const now = this.remembered.get(holder)?.limits ?? limits;
      const fill = this.fillOf(holder, now);
      const more = limits.tokensPerMinute === null ? 0 : tokensUsed - reserved;
      const ended = { ...fill, tokens: Math.max(0, fill.tokens + more), running: Math.max(0, fill.running - 1) };
      this.remember(holder, ended, now);
    };
  }

  private fillOf(holder: string, limits: RateLimits): RateFill {
    const known = this.remembered.get(holder);
    return known === undefined ? NOTHING : emptied(known.fill, limits, this.clock.monotonic() - known.at);
  }

  private remember(holder: string, fill: RateFill, limits: RateLimits): void {
    const at = this.clock.monotonic();
    this.remembered.set(holder, { fill, at, limits });
    if (this.remembered.size <= this.sweptAt) return;
    for (const [id, known] of this.remembered) {
      if (known.fill.running === 0 && at - known.at > FORGOTTEN_AFTER_MS) this.remembered.delete(id);
    }
    this.sweptAt = Math.max(SWEPT_FROM, 2 * this.remembered.size);
  }
}
