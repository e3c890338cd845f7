/** The log of alerts, where all who follow it ask once for the place of the newest alert. */
import type { Clock } from '../kernel/clock';
import type { AlertLog } from './alert-store';

const HEAD_MS = 250;

export class SharedHead implements AlertLog {
  private asked: { readonly at: number; readonly answer: Promise<bigint> } | null = null;
  readonly raise: AlertLog['raise'];
  readonly page: AlertLog['page'];
  readonly after: AlertLog['after'];
  readonly deliveries: AlertLog['deliveries'];
  readonly claim: AlertLog['claim'];
  readonly tried: AlertLog['tried'];

  constructor(
    private readonly log: AlertLog,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {
    this.raise = log.raise.bind(log);
    this.page = log.page.bind(log);
    this.after = log.after.bind(log);
    this.deliveries = log.deliveries.bind(log);
    this.claim = log.claim.bind(log);
    this.tried = log.tried.bind(log);
  }

  /** A quarter of a second old at most. */
  head(): Promise<bigint> {
    const at = this.clock.monotonic();
    if (this.asked !== null && at - this.asked.at < HEAD_MS) return this.asked.answer;
    const asked = { at, answer: this.log.head() };
    this.asked = asked;
    asked.answer.catch(() => {
      if (this.asked === asked) this.asked = null;
    });
    return asked.answer;
  }
}
