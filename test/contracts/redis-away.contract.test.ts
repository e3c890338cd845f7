/** What becomes of shared rate limits when Redis is cut off, hangs, and comes back. */
import { openRateLimits } from '../../src/cluster/open-rate-limits';
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import type { RateLimits } from '../../src/keys/rate-limiter';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy';
import { eventually } from '../support/eventually';
import { freshPrefix, REDIS_SERVER, redisIsServed } from '../support/redis';

const LIMITS: RateLimits = { requestsPerMinute: 1, tokensPerMinute: null, concurrency: null };

describe('two processes of which one loses Redis', () => {
  it.each([
    ['cut off', (proxy: CuttingProxy) => proxy.sever()],
    ['silent', (proxy: CuttingProxy) => proxy.hang()],
  ])(
    'share again by themselves after it was %s, and meanwhile each counts alone without an error or a long wait',
    async (_, part) => {
      if (!(await redisIsServed())) return;
      const proxy = await cuttingProxy(REDIS_SERVER);
      const said: string[] = [];
      const say = (_fields: object, message: string) => void said.push(message);
      const log = { info: say, warn: say, error: say };
      const installation = freshPrefix();
      const open = (redisUrl: string) => openRateLimits({ redisUrl, installation, clock: systemClock, log });
      const [loses, stays] = await Promise.all([open(proxy.url), open(REDIS_SERVER)]);
      const ask = (keyId: string) => ({ keyId, requestId: newId(), limits: LIMITS, tokens: 0 });
      /** A key of which the other process has used the one request up: whoever grants it counts alone. */
      const countsAlone = async () => {
        const keyId = newId();
        await stays.rates.take(ask(keyId));
        return (await loses.rates.take(ask(keyId))).granted;
      };
      try {
        await eventually(async () => expect(await countsAlone()).toBe(false));
        said.length = 0;
        part(proxy);
        await eventually(async () => expect(await countsAlone()).toBe(true));
        const asked = performance.now();
        for (let nth = 0; nth < 50; nth += 1) expect((await loses.rates.take(ask(newId()))).granted).toBe(true);
        expect(performance.now() - asked).toBeLessThan(1_000);
        proxy.mend();
        await eventually(async () => expect(await countsAlone()).toBe(false), 10_000);
        expect(said).toEqual([expect.stringContaining('does not answer'), expect.stringContaining('answers again')]);
      } finally {
        loses.close();
        stays.close();
        await proxy.close();
      }
    },
    30_000,
  );
});
