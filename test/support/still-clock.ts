import type { Clock } from '../../src/kernel/clock';

/** A clock that stands until it is moved. */
export class StillClock implements Clock {
  constructor(public time = Date.UTC(2026, 2, 1, 13)) {}

  now = () => this.time;
  monotonic = () => this.time;
  sleep = async () => undefined;
}
