/** The queue of this installation: over Redis where there is one, else in process. */
import type { RunQueue } from '../research/run-queue';
import { LocalRunQueue } from './local-run-queue';
import { openRedisRunQueue } from './redis-run-queue';

export interface RunQueueOptions {
  /** null: in process. */
  readonly redisUrl: string | null;
  /** What the processes of one installation have in common. */
  readonly installation: string;
}

/** Does not wait for Redis. */
export async function openRunQueue({ redisUrl, installation }: RunQueueOptions): Promise<RunQueue> {
  return redisUrl === null ? new LocalRunQueue() : openRedisRunQueue({ redisUrl, installation });
}
