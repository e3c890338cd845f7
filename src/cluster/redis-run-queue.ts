/** A queue over Redis, for all processes of an installation. While Redis is away nothing is waited for: workers look by themselves. */
import type { Queue, Worker } from 'bullmq';
import { within } from '../kernel/within';
import type { RunQueue } from '../research/run-queue';
import { leaveWhereReadOnly } from './former-primary';
import type { Installation } from './installation';
import { newClient } from './redis-connection';

export interface RedisRunQueueOptions extends Installation {
  readonly redisUrl: string;
}

const NAME = 'research';
/** As many runs as a process carries on. */
const CONCURRENCY = 16;
const PUSH_WITHIN_MS = 1_000;
const CLOSE_WITHIN_MS = 2_000;
/** After Redis did not answer. */
const TAKE_AGAIN_MS = 1_000;
const KEEP_NOTHING = { removeOnComplete: true, removeOnFail: true };

type Library = typeof import('bullmq');
type Client = ReturnType<typeof newClient>;

/** The library is loaded only where there is Redis: it is the largest of all, and every start would wait for it. */
export async function openRedisRunQueue(options: RedisRunQueueOptions): Promise<RunQueue> {
  const [library, redis] = await Promise.all([import('bullmq'), import('@redis/client')]);
  // Of the whole library: each connection brings the client that it is made over.
  library.RedisConnection.clientFactory = ({ connected }) => connected();
  return new RedisRunQueue(library, options, (waiting) => newClient(redis, options.redisUrl, waiting));
}

class RedisRunQueue implements RunQueue {
  private readonly queue: Queue;
  private readonly clients: Client[] = [];
  private worker: Worker | null = null;
  private closed = false;

  constructor(
    private readonly library: Library,
    private readonly options: RedisRunQueueOptions,
    private readonly clientFor: (waiting: boolean) => Client,
  ) {
    this.queue = new library.Queue(NAME, { ...this.place(false), defaultJobOptions: KEEP_NOTHING });
    this.queue.on('error', ignored);
  }

  async push(runId: string): Promise<void> {
    if (!this.closed) await within(PUSH_WITHIN_MS, this.queue.add('run', { runId }), ignored).catch(ignored);
  }

  consume(take: (runId: string) => Promise<void>): void {
    const options = { ...this.place(true), concurrency: CONCURRENCY, runRetryDelay: TAKE_AGAIN_MS };
    this.worker = new this.library.Worker<{ readonly runId: string }>(NAME, ({ data }) => take(data.runId), options);
    // It asks all the time, and so is the first to hear it.
    this.worker.on('error', (error) => leaveWhereReadOnly(this.options.redisUrl, error));
  }

  /** Who is away cannot say good-bye. What the library opens anew meanwhile, since it was waiting for it, is let go of as well. */
  async close(): Promise<void> {
    this.closed = true;
    this.letGoOf(({ isReady }) => !isReady);
    await within(CLOSE_WITHIN_MS, this.ended(), ignored).catch(ignored);
    this.letGoOf(() => true);
  }

  private letGoOf(which: (client: Client) => boolean): void {
    for (const client of this.clients) if (client.isOpen && which(client)) client.destroy();
  }

  private async ended(): Promise<void> {
    await Promise.all([this.worker?.close(true), this.queue.close()]);
  }

  /** A worker waits for Redis as long as it takes; whoever pushes does not. */
  private place(waiting: boolean) {
    const connected = () => {
      const client = this.clientFor(waiting);
      this.clients.push(client);
      client.on('ready', () => this.closed && client.destroy());
      // The library listens only as long as it is open; an error event without a listener would end the process.
      return this.library.createNodeRedisClient(client).on('error', ignored);
    };
    // Its version is not asked for: a connection that is lost before the answer would never come back.
    return { connection: { connected, skipVersionCheck: true }, prefix: `tokens-forge:${this.options.installation}` };
  }
}

function ignored(): void {
  // A run that nobody was woken for is found within a second by whoever looks.
}
