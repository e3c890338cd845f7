/** A queue over Redis, for all processes of an installation. While Redis is away nothing is waited for: workers look by themselves. */
import type { ConnectionOptions, Queue, Worker } from 'bullmq';
import type { RunQueue } from '../research/run-queue';

export interface RedisRunQueueOptions {
  readonly redisUrl: string;
  /** What the processes of one installation have in common. */
  readonly installation: string;
}

const NAME = 'research';
/** As many runs as a process carries on. */
const CONCURRENCY = 16;
const PUSH_WITHIN_MS = 1_000;
const CLOSE_WITHIN_MS = 2_000;
const RECONNECT_MAX_MS = 2_000;
const KEEP_NOTHING = { removeOnComplete: true, removeOnFail: true };

type Library = typeof import('bullmq');

/** The library is loaded only where there is Redis: it is the largest of all, and every start would wait for it. */
export async function openRedisRunQueue(options: RedisRunQueueOptions): Promise<RunQueue> {
  return new RedisRunQueue(await import('bullmq'), options);
}

class RedisRunQueue implements RunQueue {
  private readonly queue: Queue;
  private worker: Worker | null = null;
  private closed = false;

  constructor(
    private readonly library: Library,
    private readonly options: RedisRunQueueOptions,
  ) {
    this.queue = new library.Queue(NAME, { connection: this.connection(1), prefix: this.prefix, defaultJobOptions: KEEP_NOTHING });
    this.queue.on('error', ignored);
  }

  async push(runId: string): Promise<void> {
    if (!this.closed) await withinMs(PUSH_WITHIN_MS, this.queue.add('run', { runId })).catch(ignored);
  }

  consume(take: (runId: string) => Promise<void>): void {
    const options = { connection: this.connection(null), prefix: this.prefix, concurrency: CONCURRENCY };
    this.worker = new this.library.Worker<{ readonly runId: string }>(NAME, ({ data }) => take(data.runId), options);
    this.worker.on('error', ignored);
  }

  async close(): Promise<void> {
    this.closed = true;
    await withinMs(CLOSE_WITHIN_MS, this.ended()).catch(ignored);
  }

  private async ended(): Promise<void> {
    await Promise.all([this.worker?.close(true), this.queue.close()]);
  }

  private get prefix(): string {
    return `tokens-forge:${this.options.installation}`;
  }

  /** A worker waits for Redis as long as it takes; whoever pushes does not. */
  private connection(maxRetriesPerRequest: number | null): ConnectionOptions {
    return {
      url: this.options.redisUrl,
      maxRetriesPerRequest,
      enableOfflineQueue: maxRetriesPerRequest === null,
      retryStrategy: (tries: number) => Math.min(50 * 2 ** Math.min(tries, 10), RECONNECT_MAX_MS),
    };
  }
}

async function withinMs(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
  work.catch(ignored);
}

function ignored(): void {
  // A run that nobody was woken for is found within a second by whoever looks.
}
