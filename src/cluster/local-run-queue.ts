/** A queue within this process: what is pushed is taken at once. */
import type { RunQueue } from '../research/run-queue';

export class LocalRunQueue implements RunQueue {
  private take: ((runId: string) => Promise<void>) | null = null;
  /** Pushed before anybody took. */
  private waiting: string[] = [];

  async push(runId: string): Promise<void> {
    if (this.take === null) this.waiting.push(runId);
    else void this.take(runId);
  }

  consume(take: (runId: string) => Promise<void>): void {
    this.take = take;
    for (const runId of this.waiting.splice(0)) void take(runId);
  }

  async close(): Promise<void> {
    this.take = async () => undefined;
  }
}
