/**
 * The deadlines of one exchange on one timer. A byte only notes the time; the timer looks at it when it fires and goes
 * on for what is left, so that a stream of many chunks costs no timer work.
 */
import type { FailureKind } from '../attempts/upstream';
import type { Clock } from '../kernel/clock';
import type { ChannelTimeouts } from '../routing/catalog';

export type DeadlineKind = Extract<FailureKind, 'first_byte_timeout' | 'idle_timeout' | 'total_timeout'>;

export class Deadlines {
  private readonly totalDue: number;
  private phase: 'first_byte' | 'idle' | 'paused' = 'first_byte';
  private phaseDue: number;
  private timerDue = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly timeouts: ChannelTimeouts,
    private readonly clock: Clock,
    private readonly onExpiry: (kind: DeadlineKind) => void,
  ) {
    const now = clock.monotonic();
    this.totalDue = now + timeouts.totalMs;
    this.phaseDue = now + timeouts.firstByteMs;
    this.arm(now);
  }

  /** A byte of the body has arrived, or reading goes on: from now on the time to the next byte counts. */
  awaitNextByte(now: number): void {
    this.phase = 'idle';
    this.phaseDue = now + this.timeouts.idleMs;
    if (this.nextDue < this.timerDue) this.arm(now);
  }

  /** Nothing is read because the client is slow: only the total counts. */
  paused(): void {
    this.phase = 'paused';
    this.phaseDue = Number.POSITIVE_INFINITY;
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private get nextDue(): number {
    return Math.min(this.phaseDue, this.totalDue);
  }

  private arm(now: number): void {
    clearTimeout(this.timer);
    this.timerDue = this.nextDue;
    this.timer = setTimeout(() => this.look(), Math.max(1, Math.ceil(this.timerDue - now)));
  }

  private look(): void {
    const now = this.clock.monotonic();
    if (now < this.nextDue) return this.arm(now);
    if (this.totalDue <= this.phaseDue) return this.onExpiry('total_timeout');
    this.onExpiry(this.phase === 'first_byte' ? 'first_byte_timeout' : 'idle_timeout');
  }
}
