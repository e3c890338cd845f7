/** Adds batches to the sums of usage in the background. Any number of processes may do it on one database. */
import type { Log } from '../../kernel/log';

export interface RollerParts {
  /** Adds some batches. @returns how many; 0: there was nothing to add */
  readonly rollUp: () => Promise<number>;
  readonly log: Pick<Log, 'warn'>;
}

/** What is not added yet is counted where it is, at a cost that grows with it. Nothing else depends on this. */
const EVERY_MS = 2_000;

export class Roller {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private failing = false;
  private stopped = false;

  constructor(private readonly parts: RollerParts) {}

  start(): void {
    this.timer ??= setInterval(() => void this.look(), EVERY_MS).unref();
  }

  /** No look begins after this, and none goes on to further batches. */
  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.stopped = true;
  }

  /** Adds everything that there is. One at a time; never rejects: what fails is tried again, and said once. */
  look(): Promise<void> {
    this.running ??= this.addAll()
      .then(() => {
        this.failing = false;
      })
      .catch((error: unknown) => {
        // A stop ends the thread in the middle of its work, which is no failure.
        if (!this.failing && !this.stopped) this.parts.log.warn({ err: error }, 'usage could not be added up');
        this.failing = true;
      })
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  private async addAll(): Promise<void> {
    while (!this.stopped && (await this.parts.rollUp()) > 0);
  }
}
