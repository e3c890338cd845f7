/** What processes of this installation tell each other of channels, over Redis where there is one. */
import { newId } from '../kernel/ids';
import { type HealthWire, NOBODY_ELSE, newsIn } from '../routing/health/health-news';
import type { Installation } from './installation';
import { connectRedis } from './redis-connection';

export interface OpenHealthWire {
  readonly wire: HealthWire;
  close(): void;
}

/** Does not wait for Redis. While it is away each process decides alone. */
export async function openHealthWire({ redisUrl, installation }: Installation): Promise<OpenHealthWire> {
  if (redisUrl === null) return { wire: NOBODY_ELSE, close: () => undefined };
  const redis = await connectRedis(redisUrl);
  const [topic, self] = [`tokens-forge:${installation}:health`, newId()];
  return {
    wire: {
      tell: (news) => redis.publish(topic, `${self} ${JSON.stringify(news)}`),
      listen: (hear) =>
        redis.listen(topic, (text) => {
          const from = text.indexOf(' ');
          const news = text.slice(0, from) === self ? undefined : newsIn(text.slice(from + 1));
          if (news !== undefined) hear(news);
        }),
    },
    close: () => redis.close(),
  };
}
