/** What a queue of runs promises, in process and over Redis. */
import { openRunQueue } from '../../src/cluster/open-run-queue';
import type { RunQueue } from '../../src/research/run-queue';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy';
import { eventually, gate } from '../support/eventually';
import { freshPrefix, REDIS_SERVER, redisIsServed } from '../support/redis';

const KINDS = { 'in process': null, 'over Redis': REDIS_SERVER };

describe.each(Object.entries(KINDS))('a queue of runs, %s', (_, redisUrl) => {
  const opened: RunQueue[] = [];
  let installation = '';
  const open = async (url = redisUrl) => {
    const queue = await openRunQueue({ redisUrl: url, installation });
    opened.push(queue);
    return queue;
  };
  const isServed = async () => redisUrl === null || redisIsServed();

  beforeEach(() => {
    installation = freshPrefix();
  });
  afterEach(() => Promise.all(opened.splice(0).map((queue) => queue.close())));

  it('gives each id that is pushed to whoever takes, once', async () => {
    if (!(await isServed())) return;
    const queue = await open();
    const taken: string[] = [];
    queue.consume(async (id) => void taken.push(id));
    const ids = Array.from({ length: 20 }, (_each, nth) => `run-${nth}`);
    await Promise.all(ids.map((id) => queue.push(id)));
    await eventually(() => expect([...taken].sort()).toEqual([...ids].sort()));
  });

  it('keeps what is pushed before anybody takes', async () => {
    if (!(await isServed())) return;
    const queue = await open();
    await queue.push('early');
    const taken: string[] = [];
    queue.consume(async (id) => void taken.push(id));
    await eventually(() => expect(taken).toEqual(['early']));
  });

  it('goes on with others while one is worked on', async () => {
    if (!(await isServed())) return;
    const queue = await open();
    const { opened: released, open: release } = gate();
    const taken: string[] = [];
    queue.consume(async (id) => {
      taken.push(id);
      if (id === 'slow') await released;
    });
    await queue.push('slow');
    await queue.push('fast');
    await eventually(() => expect(taken.sort()).toEqual(['fast', 'slow']));
    release();
  });

  it('takes the same id again when it is pushed again', async () => {
    if (!(await isServed())) return;
    const queue = await open();
    const taken: string[] = [];
    queue.consume(async (id) => void taken.push(id));
    await queue.push('again');
    await eventually(() => expect(taken).toEqual(['again']));
    await queue.push('again');
    await eventually(() => expect(taken).toEqual(['again', 'again']));
  });

  it('closes while nobody takes, and while somebody waits', async () => {
    if (!(await isServed())) return;
    const [idle, waiting] = [await open(), await open()];
    const taken: string[] = [];
    waiting.consume(async (id) => void taken.push(id));
    await waiting.push('first');
    await eventually(() => expect(taken).toEqual(['first']));
    await idle.close();
    await waiting.close();
    await expect(idle.push('late')).resolves.toBeUndefined();
  });
});

describe('a queue over Redis', () => {
  it('is shared by the processes of an installation: each id is taken by one of them', async () => {
    if (!(await redisIsServed())) return;
    const installation = freshPrefix();
    const queues = await Promise.all([1, 2].map(() => openRunQueue({ redisUrl: REDIS_SERVER, installation })));
    const taken: string[] = [];
    for (const queue of queues) queue.consume(async (id) => void taken.push(id));
    const ids = Array.from({ length: 30 }, (_, nth) => `run-${nth}`);
    await Promise.all(ids.map((id, nth) => queues[nth % 2]?.push(id)));
    await eventually(() => expect([...taken].sort()).toEqual([...ids].sort()));
    await Promise.all(queues.map((queue) => queue.close()));
  });

  it('keeps nobody waiting and fails for nobody while Redis is away', async () => {
    if (!(await redisIsServed())) return;
    const proxy = await cuttingProxy(REDIS_SERVER);
    proxy.sever();
    const queue = await openRunQueue({ redisUrl: proxy.url, installation: freshPrefix() });
    const taken: string[] = [];
    queue.consume(async (id) => void taken.push(id));
    await queue.push('lost');
    proxy.mend();
    await eventually(async () => {
      await queue.push('found');
      expect(taken).toContain('found');
    });
    await queue.close();
    await proxy.close();
  });

  it.each([
    ['cut off', (proxy: CuttingProxy) => proxy.sever()],
    ['silent', (proxy: CuttingProxy) => proxy.hang()],
  ])('is taken from again by itself after Redis was %s', async (_, part) => {
    if (!(await redisIsServed())) return;
    const installation = freshPrefix();
    const proxy = await cuttingProxy(REDIS_SERVER);
    const [loses, stays] = await Promise.all([proxy.url, REDIS_SERVER].map((redisUrl) => openRunQueue({ redisUrl, installation })));
    const taken: string[] = [];
    loses?.consume(async (id) => void taken.push(id));
    await stays?.push('before');
    await eventually(() => expect(taken).toEqual(['before']));
    part(proxy);
    await loses?.push('lost');
    proxy.mend();
    await eventually(async () => {
      await stays?.push('after');
      expect(taken).toContain('after');
    });
    await Promise.all([loses?.close(), stays?.close()]);
    await proxy.close();
  });

  it('that was closed while Redis was away comes back to it no more', async () => {
    if (!(await redisIsServed())) return;
    const proxy = await cuttingProxy(REDIS_SERVER);
    const open = () => openRunQueue({ redisUrl: proxy.url, installation: freshPrefix() });
    const takesOne = async (queue: RunQueue) => {
      const taken: string[] = [];
      queue.consume(async (id) => void taken.push(id));
      await eventually(async () => {
        await queue.push('one');
        expect(taken).toContain('one');
      });
    };
    const [closed, next] = [await open(), await open()];
    await takesOne(closed);
    proxy.sever();
    await eventually(() => expect(proxy.turnedAway()).toBeGreaterThan(6));
    await closed.close();
    proxy.mend();
    await takesOne(next);
    await next.close();
    await eventually(() => expect(proxy.connections()).toBe(0));
    await proxy.close();
  });
});
