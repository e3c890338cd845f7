/**
 * The circuit breaker of one channel and upstream model: CLOSED lets everything through, OPEN nothing until its time has
 * passed, HALF_OPEN a few real requests as probes. Pure but for its own state; times are monotonic milliseconds.
 */
import { type BreakerSettings, LATE_MS, OPEN_MAX_MS, PROBES, WINDOW_MS } from './breaker-settings';
import { type Calls, SlidingWindow } from './sliding-window';

export const BREAKER_STATES = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** What a request that began must say when it ends: 0 went through a closed breaker, a positive number is a probe. */
export type Ticket = number;
const PLAIN: Ticket = 0;
/** Sent although the breaker lets nothing through, because nothing else was left. */
const FORCED: Ticket = -1;

/** What an end changed. */
export type Turn = 'opened' | 'closed' | null;

export class Breaker {
  state: BreakerState = 'CLOSED';
  /** When OPEN ends. */
  openUntil = 0;
  /** Why it is not closed, as the end of a sentence. */
  reason: string | null = null;
  readonly window = new SlidingWindow();
  private inARow = 0;
  /** How often it opened again soon after it had been open. */
  private level = 0;
  private closedAt = Number.NEGATIVE_INFINITY;
  private round = 0;
  private probing = 0;
  private passed = 0;
  private probedAt = 0;

  /** Whether a request may go now. Takes nothing. */
  lets(now: number, settings: BreakerSettings): boolean {
    if (this.state === 'CLOSED' || settings.off) return true;
    if (this.state === 'OPEN') return now >= this.openUntil;
    // A probe that takes long holds up no other for longer than the breaker would have been open.
    return this.probing < this.slots || now >= this.probedAt + settings.openMs;
  }

  /** A request goes, whatever `lets` says. */
  begin(now: number, settings: BreakerSettings): Ticket {
    if (this.state === 'CLOSED') return PLAIN;
    if (!this.lets(now, settings)) return FORCED;
    if (this.state === 'OPEN') this.halfOpen();
    this.probing += 1;
    this.probedAt = now;
    return this.round;
  }

  succeeded(ticket: Ticket, now: number): Turn {
    this.window.add(now, false);
    if (this.state === 'CLOSED') {
      this.inARow = 0;
      return null;
    }
    if (ticket === FORCED && this.state === 'OPEN') this.halfOpen();
    else if (!this.ends(ticket)) return null;
    this.passed += 1;
    return this.passed < PROBES ? null : this.close(now);
  }

  /** @param why as the end of "the last one with …" */
  failed(ticket: Ticket, now: number, why: string, settings: BreakerSettings): Turn {
    this.window.add(now, true);
    if (this.state !== 'CLOSED') return this.ends(ticket) ? this.open(now, `a probe failed with ${why}`, settings) : null;
    this.inARow += 1;
    const reason = settings.off ? null : this.reasonToOpen(now, why, settings);
    return reason === null ? null : this.open(now, reason, settings);
  }

  /** It ended in a way that says nothing of the channel. */
  abandoned(ticket: Ticket): void {
    this.ends(ticket);
  }

  /**
   * Calls of another process, which count in the rate like those of this one. They say nothing of an order, and probes are
   * judged by whoever sent them: so a breaker that is not closed stays as it is. Just after it closed they are let go,
   * because those who made them may not have known of it yet.
   * @param why as the end of "the last one with …"
   */
  hearCalls(now: number, heard: Calls, why: string, settings: BreakerSettings): Turn {
    if (now - this.closedAt < LATE_MS) return null;
    this.window.hear(now, heard);
    if (this.state !== 'CLOSED' || heard.failures === 0 || settings.off) return null;
    const reason = this.rateToOpen(now, why, settings);
    return reason === null ? null : this.open(now, reason, settings);
  }

  /** Another process opened it. */
  hearOpened(now: number, forMs: number, reason: string): void {
    if (this.state === 'OPEN' && this.openUntil >= now + forMs) return;
    this.state = 'OPEN';
    this.openUntil = now + forMs;
    this.reason = reason;
  }

  /** Closes it, whatever it was: another process saw its probes succeed, or it is not to be used any more. */
  close(now: number): 'closed' {
    this.state = 'CLOSED';
    this.reason = null;
    this.closedAt = now;
    this.inARow = 0;
    this.window.clear();
    return 'closed';
  }

  private get slots(): number {
    return this.passed === 0 ? 1 : PROBES - this.passed;
  }

  private halfOpen(): void {
    this.state = 'HALF_OPEN';
    this.round += 1;
    this.probing = 0;
    this.passed = 0;
  }

  /** Whether a ticket was a probe of this round, which then ends. */
  private ends(ticket: Ticket): boolean {
    if (this.state !== 'HALF_OPEN' || ticket !== this.round) return false;
    this.probing -= 1;
    return true;
  }

  private reasonToOpen(now: number, why: string, settings: BreakerSettings): string | null {
    if (this.inARow >= settings.consecutiveFailures) return `${this.inARow} calls in a row failed, the last one with ${why}`;
    return this.rateToOpen(now, why, settings);
  }

  private rateToOpen(now: number, why: string, settings: BreakerSettings): string | null {
    const [requests, failures] = [this.window.requests(now), this.window.failures(now)];
    if (requests < settings.minimumRequests || failures < settings.failureRate * requests) return null;
    return `${failures} of ${requests} calls within ${WINDOW_MS / 1_000} s failed, the last one with ${why}`;
  }

  private open(now: number, reason: string, { openMs }: BreakerSettings): 'opened' {
    const again = this.state === 'HALF_OPEN' || now - this.closedAt < WINDOW_MS;
    this.level = again ? this.level + 1 : 0;
    this.state = 'OPEN';
    this.reason = reason;
    this.openUntil = now + Math.min(openMs * 2 ** this.level, Math.max(OPEN_MAX_MS, openMs));
    return 'opened';
  }
}
