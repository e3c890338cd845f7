/** Slows down whoever tries codes that are none. A code cannot be guessed anyway; this keeps the trying from being a load. */
import { Fault } from '../../kernel/fault';

const FAILURES = 10;
const WINDOW_MS = 60_000;
const ACCOUNTS_MAX = 10_000;

interface Window {
  failures: number;
  readonly endsAt: number;
}

/** Counted by account, in this process. */
export class GuessBrake {
  private readonly windows = new Map<string, Window>();

  constructor(private readonly clock: { monotonic(): number }) {}

  /** @throws Fault `rate_limit_exceeded` for an account that has failed too often within a minute */
  check(accountId: string): void {
    const window = this.windows.get(accountId);
    if (window === undefined || window.endsAt <= this.clock.monotonic() || window.failures < FAILURES) return;
    throw new Fault('rate_limit_exceeded', 'Too many codes that cannot be redeemed: try again in a minute.');
  }

  failed(accountId: string): void {
    const now = this.clock.monotonic();
    const window = this.windows.get(accountId);
    if (window !== undefined && window.endsAt > now) window.failures += 1;
    else this.begin(accountId, now);
  }

  private begin(accountId: string, now: number): void {
    this.windows.delete(accountId);
    const [oldest] = this.windows.keys();
    if (oldest !== undefined && this.windows.size >= ACCOUNTS_MAX) this.windows.delete(oldest);
    this.windows.set(accountId, { failures: 1, endsAt: now + WINDOW_MS });
  }
}
