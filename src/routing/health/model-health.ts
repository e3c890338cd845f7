/** The health of one upstream model on one channel: its breaker, the provider's own rate limit, and what calls were like. */

import { Breaker, type Ticket, type Turn } from './breaker';
import type { BreakerSettings } from './breaker-settings';
import { FIGURES_FORMAT, type Figures } from './figures';
import { LatencyHistogram } from './latency-histogram';

/** Why something is not used now. */
export interface Rest {
  readonly code: 'breaker_open' | 'rate_limited_until';
  /** As the end of a sentence; it names no secret and no address. */
  readonly reason: string;
  /** For how many milliseconds more; 0: until the probe that is under way has ended. */
  readonly forMs: number;
}

/** However late a provider says that its limit is reset, it is asked again after this. */
export const RATE_REST_MAX_MS = 300_000;

export const RATE_LIMITED = 'the provider says that its rate limit is reached';

export class ModelHealth {
  readonly breaker = new Breaker();
  readonly latency = new LatencyHistogram();
  readonly firstToken = new LatencyHistogram();
  private limitedUntil = 0;
  private lastFault = '';

  constructor(
    readonly upstreamModel: string,
    public settings: BreakerSettings,
  ) {}

  /** True: nothing stands against it, and no clock is needed to say so. */
  get calm(): boolean {
    return this.breaker.state === 'CLOSED' && this.limitedUntil === 0;
  }

  /** null: a request may go now. */
  restAt(now: number): Rest | null {
    if (this.calm || this.settings.off) return null;
    if (now < this.limitedUntil) return { code: 'rate_limited_until', reason: RATE_LIMITED, forMs: this.limitedUntil - now };
    this.limitedUntil = 0;
    const { breaker } = this;
    if (breaker.lets(now, this.settings)) return null;
    const forMs = breaker.state === 'OPEN' ? breaker.openUntil - now : 0;
    return { code: 'breaker_open', reason: breaker.reason ?? 'it failed', forMs };
  }

  begin(now: number): Ticket {
    return this.breaker.begin(now, this.settings);
  }

  succeeded(ticket: Ticket, now: number, latencyMs: number, firstByteMs: number | null): Turn {
    this.latency.add(latencyMs);
    if (firstByteMs !== null) this.firstToken.add(firstByteMs);
    return this.breaker.succeeded(ticket, now);
  }

  failed(ticket: Ticket, now: number, why: string): Turn {
    this.lastFault = why;
    return this.breaker.failed(ticket, now, why, this.settings);
  }

  /** What calls of this process were like since it was last taken; null: none ended. */
  takeUntold(): Figures | null {
    const { calls, failures } = this.breaker.window.takeUntold();
    const [latency, firstToken] = [this.latency.takeUntold(), this.firstToken.takeUntold()];
    if (calls === 0 && latency.length === 0) return null;
    return { format: FIGURES_FORMAT, calls, failures, why: failures === 0 ? '' : this.lastFault, latency, firstToken };
  }

  /** What calls of another process were like. */
  hear(now: number, figures: Figures): Turn {
    this.latency.hear(figures.latency);
    this.firstToken.hear(figures.firstToken);
    return this.breaker.hearCalls(now, figures, figures.why, this.settings);
  }

  /** The provider takes nothing more for so long: no failure of the channel, and known to the millisecond. */
  limited(ticket: Ticket, now: number, forMs: number): void {
    this.breaker.abandoned(ticket);
    this.hearLimited(now, forMs);
  }

  hearLimited(now: number, forMs: number): void {
    this.limitedUntil = Math.max(this.limitedUntil, now + boundedRest(forMs));
  }

  abandoned(ticket: Ticket): void {
    this.breaker.abandoned(ticket);
  }
}

/** A rest in milliseconds: at least one, and at most `RATE_REST_MAX_MS`. */
export function boundedRest(forMs: number): number {
  return Math.min(Math.max(forMs, 1), RATE_REST_MAX_MS);
}
