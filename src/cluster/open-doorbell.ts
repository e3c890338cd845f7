/** The doorbell of this installation: in process, and over Redis where there is one, so that other processes hear it as well. */
import { newId } from '../kernel/ids';
import type { Bell } from '../ledger/ringing-ledger';
import type { Doorbell } from '../ledger/spend-tail';
import type { Installation } from './installation';
import { LocalDoorbell } from './local-doorbell';
import { connectRedis } from './redis-connection';

export interface OpenDoorbell {
  readonly bell: Bell & Doorbell;
  close(): void;
}

/** Does not wait for Redis. A ring that is lost while it is away costs its hearers a second, and no event. */
export async function openDoorbell({ redisUrl, installation }: Installation): Promise<OpenDoorbell> {
  const local = new LocalDoorbell();
  if (redisUrl === null) return { bell: local, close: () => undefined };
  const redis = await connectRedis(redisUrl);
  const [channel, self] = [`tokens-forge:${installation}:doorbell`, newId()];
  redis.listen(channel, (text) => {
    const [from, ...walletIds] = text.split(' ');
    if (from !== self) local.ring(walletIds);
  });
  return {
    bell: {
      rings: () => local.rings(),
      next: (walletIds, since, timeoutMs) => local.next(walletIds, since, timeoutMs),
      ring: (walletIds) => {
        local.ring(walletIds);
        redis.publish(channel, [self, ...walletIds].join(' '));
      },
    },
    close: () => redis.close(),
  };
}
