/** The queue of this installation: over Redis where there is one, else in process. */
import type { RunQueue } from '../research/run-queue';
import type { Installation } from './installation';
import { LocalRunQueue } from './local-run-queue';
import { openRedisRunQueue } from './redis-run-queue';

/** Does not wait for Redis. */
export async function openRunQueue({ redisUrl, installation }: Installation): Promise<RunQueue> {
  return redisUrl === null ? new LocalRunQueue() : openRedisRunQueue({ redisUrl, installation });
}
