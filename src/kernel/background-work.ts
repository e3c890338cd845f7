/** Work that is looked for again and again, behind what people wait for: one look at a time, and none of them ever rejects. */
import type { Log } from './log';

export interface BackgroundOptions {
  readonly everyMs: number;
  /** What the log says, once, when a look fails; the next one tries again. */
  readonly problem: string;
  readonly log: Pick<Log, 'warn'>;
}

export abstract class BackgroundWork {
  /** No look begins any more, and one that runs should come to its end. */
  protected stopped = false;
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private failing = false;

  constructor(private readonly options: BackgroundOptions) {}

  /** Does everything that there is to do now. */
  protected abstract work(): Promise<void>;

  start(): void {
    this.timer ??= setInterval(() => void this.look(), this.options.everyMs).unref();
  }

  /** No look begins after this, and none goes on to a further piece. */
  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.stopped = true;
  }

  /** One look: the one that runs already, or a new one. */
  look(): Promise<void> {
    this.looking ??= this.work()
      .then(() => {
        this.failing = false;
      })
      .catch((error: unknown) => {
        // A stop ends the thread in the middle of its work, which is no failure.
        if (!this.failing && !this.stopped) this.options.log.warn({ err: error }, this.options.problem);
        this.failing = true;
      })
      .finally(() => {
        this.looking = null;
      });
    return this.looking;
  }
}
