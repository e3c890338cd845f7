/** What becomes of shared rate limits when Redis is cut off, hangs, and comes back. */
import { type AddressInfo, createServer } from 'node:net';
import { openDoorbell } from '../../src/cluster/open-doorbell';
import { openRateLimits } from '../../src/cluster/open-rate-limits';
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import type { RateLimits } from '../../src/keys/rate-limiter';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy';
import { demotableRedis } from '../support/demotable-redis';
import { eventually, SLACK_MS } from '../support/eventually';
import { freshPrefix, REDIS_SERVER, redisIsServed } from '../support/redis';

/** A port on which nothing listens. */
const NOBODY = 'redis://127.0.0.1:9';

describe('a process that never reaches its Redis', () => {
  const saysWhy = async (redisUrl: string, why: RegExp) => {
    const said: string[] = [];
    const say = ({ err }: { err?: Error }, message: string) => void said.push(`${message} (${err?.message})`);
    const log = { info: say, warn: say, error: say };
    const { areShared, close } = await openRateLimits({ redisUrl, installation: freshPrefix(), clock: systemClock, log });
    try {
      await eventually(() => expect(said).toEqual([expect.stringContaining('correct REDIS_URL')]));
      expect(said[0]).toMatch(why);
      expect(areShared()).toBe(false);
    } finally {
      close();
    }
  };

  it('says why, once and unasked, and that nothing is shared, when nothing listens there', () => saysWhy(NOBODY, /ECONNREFUSED/));

  it('says why, once and unasked, when it is not let in', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).on('data', () => socket.write('-WRONGPASS invalid username-password pair\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await saysWhy(`redis://:wrong@127.0.0.1:${(server.address() as AddressInfo).port}`, /WRONGPASS/);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

const NO_LIMITS: RateLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null };
const LIMITS: RateLimits = { ...NO_LIMITS, requestsPerMinute: 1 };

describe('two processes of which one loses Redis', () => {
  it.each([
    ['cut off', (proxy: CuttingProxy) => proxy.sever()],
    ['silent', (proxy: CuttingProxy) => proxy.hang()],
  ])(
    'share again by themselves after it was %s, say at each time whether they do, and meanwhile each counts alone without an error or a long wait',
    async (_, part) => {
      if (!(await redisIsServed())) return;
      const proxy = await cuttingProxy(REDIS_SERVER);
      const said: string[] = [];
      const say = (_fields: object, message: string) => void said.push(message);
      const log = { info: say, warn: say, error: say };
      const installation = freshPrefix();
      const open = (redisUrl: string) => openRateLimits({ redisUrl, installation, clock: systemClock, log });
      const [loses, stays] = await Promise.all([open(proxy.url), open(REDIS_SERVER)]);
      const ask = (holder: string) => ({ holder, requestId: newId(), limits: LIMITS, tokens: 0 });
      /** A key of which the other process has used the one request up: whoever grants it counts alone. */
      const countsAlone = async () => {
        const holder = newId();
        await stays.rates.take(ask(holder));
        return (await loses.rates.take(ask(holder))).granted;
      };
      try {
        const isSeenToCountAlone = async (alone: boolean) => expect([await countsAlone(), loses.areShared()]).toEqual([alone, !alone]);
        await eventually(() => isSeenToCountAlone(false));
        said.length = 0;
        part(proxy);
        await eventually(() => isSeenToCountAlone(true));
        const asked = performance.now();
        for (let nth = 0; nth < 50; nth += 1) expect((await loses.rates.take(ask(newId()))).granted).toBe(true);
        expect(performance.now() - asked).toBeLessThan(1_000 + SLACK_MS);
        proxy.mend();
        await eventually(() => isSeenToCountAlone(false));
        // Once for each change; a busy machine may have some of its own.
        expect(said.map((each) => each.includes('answers again'))).toEqual(said.map((_each, nth) => nth % 2 === 1));
        expect([said[0], said.at(-1)]).toEqual([expect.stringContaining('does not answer'), expect.stringContaining('answers again')]);
      } finally {
        loses.close();
        stays.close();
        await proxy.close();
      }
    },
    600_000,
  );
});

describe('a process of whose Redis nobody asks anything', () => {
  it('says that it is lost, why, and that it is back', async () => {
    if (!(await redisIsServed())) return;
    const proxy = await cuttingProxy(REDIS_SERVER);
    const said: string[] = [];
    const say = ({ err }: { err?: Error }, message: string) => void said.push(`${message} (${err?.message})`);
    const log = { info: say, warn: say, error: say };
    const installation = freshPrefix();
    const open = (redisUrl: string) => openRateLimits({ redisUrl, installation, clock: systemClock, log });
    const [loses, stays] = await Promise.all([open(proxy.url), open(REDIS_SERVER)]);
    try {
      await eventually(async () => {
        const holder = newId();
        await stays.rates.take({ holder, requestId: newId(), limits: LIMITS, tokens: 0 });
        expect((await loses.rates.take({ holder, requestId: newId(), limits: LIMITS, tokens: 0 })).granted).toBe(false);
      });
      said.length = 0;
      proxy.sever();
      await eventually(() => expect(said).toEqual([expect.stringMatching(/Redis does not answer.*\(.*closed/)]));
      proxy.mend();
      await eventually(() => expect(said).toEqual([expect.anything(), expect.stringContaining('answers again')]));
    } finally {
      loses.close();
      stays.close();
      await proxy.close();
    }
  }, 600_000);
});

describe('a process whose Redis became a replica', () => {
  it('leaves it with every connection, and shares again by itself', async () => {
    if (!(await redisIsServed())) return;
    const redis = await demotableRedis(REDIS_SERVER);
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const installation = freshPrefix();
    const open = (redisUrl: string) => openRateLimits({ redisUrl, installation, clock: systemClock, log });
    const [led, stays] = await Promise.all([open(redis.url), open(REDIS_SERVER)]);
    const doorbell = await openDoorbell({ redisUrl: redis.url, installation });
    const taken = (process: typeof led, holder: string) => process.rates.take({ holder, requestId: newId(), limits: LIMITS, tokens: 0 });
    const countAsOne = async () => {
      const holder = newId();
      expect([(await taken(stays, holder)).granted, (await taken(led, holder)).granted]).toEqual([true, false]);
    };
    try {
      await eventually(countAsOne);
      redis.demote();
      await eventually(countAsOne, 20_000);
      await eventually(() => expect(redis.behind()).toBe(0), 20_000);
    } finally {
      led.close();
      stays.close();
      doorbell.close();
      await redis.close();
    }
  });
});

describe('the slot of a request', () => {
  it.each([
    ['cut off', (proxy: CuttingProxy) => proxy.sever()],
    ['silent', (proxy: CuttingProxy) => proxy.hang()],
  ])(
    'that ended while Redis was %s is free again soon after it is back, long before its lease ends',
    async (_, part) => {
      if (!(await redisIsServed())) return;
      const proxy = await cuttingProxy(REDIS_SERVER);
      const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
      const installation = freshPrefix();
      const open = (redisUrl: string) => openRateLimits({ redisUrl, installation, clock: systemClock, log });
      const [loses, stays] = await Promise.all([open(proxy.url), open(REDIS_SERVER)]);
      const holder = newId();
      const takenBy = (process: typeof loses) =>
        process.rates.take({ holder, requestId: newId(), limits: { ...NO_LIMITS, concurrency: 1 }, tokens: 0 });
      try {
        /** Taken of Redis, and not of the process alone: the other one is refused. */
        const taken = await eventually(async () => {
          const answer = await takenBy(loses);
          const other = await takenBy(stays);
          if (other.granted) await other.giveBack(0);
          if (answer.granted && other.granted) await answer.giveBack(0);
          expect([answer.granted, other.granted]).toEqual([true, false]);
          return answer;
        });
        part(proxy);
        if (taken.granted) await taken.giveBack(0);
        expect((await takenBy(stays)).granted).toBe(false);
        proxy.mend();
        await eventually(async () => expect((await takenBy(stays)).granted).toBe(true));
      } finally {
        loses.close();
        stays.close();
        await proxy.close();
      }
    },
    600_000,
  );
});
