/** What a doorbell over Redis promises: other processes hear it, and nobody waits or fails while Redis is away. */
import { type OpenDoorbell, openDoorbell } from '../../src/cluster/open-doorbell';
import { cuttingProxy } from '../support/cutting-proxy';
import { eventually } from '../support/eventually';
import { freshPrefix, REDIS_SERVER, redisIsServed } from '../support/redis';

const RMB = new Set(['acme:RMB']);
/** Nobody is woken by it here: only a ring is heard. */
const FOREVER_MS = 2_000_000_000;

/** Resolves when `hears` was woken by a ring of `rings`, which rings until then: the first rings may find nobody listening yet. */
async function heard(rings: OpenDoorbell, hears: OpenDoorbell): Promise<void> {
  let woken = false;
  const waiting = hears.bell.next(RMB, hears.bell.rings(), FOREVER_MS).then(() => {
    woken = true;
  });
  await eventually(() => {
    rings.bell.ring(['acme:RMB']);
    expect(woken).toBe(true);
  });
  await waiting;
}

describe('a doorbell over Redis', () => {
  const open = (redisUrl: string, installation: string) => openDoorbell({ redisUrl, installation });

  it('is heard by the other processes of its installation, and by no other one', async () => {
    if (!(await redisIsServed())) return;
    const installation = freshPrefix();
    const [one, two, stranger] = await Promise.all([
      open(REDIS_SERVER, installation),
      open(REDIS_SERVER, installation),
      open(REDIS_SERVER, freshPrefix()),
    ]);
    const before = stranger.bell.rings();
    await heard(one, two);
    await heard(two, one);
    expect(stranger.bell.rings()).toBe(before);
    for (const each of [one, two, stranger]) each.close();
  });

  it('is heard once by its own process, and does not come back to it', async () => {
    if (!(await redisIsServed())) return;
    const installation = freshPrefix();
    const [one, two] = await Promise.all([open(REDIS_SERVER, installation), open(REDIS_SERVER, installation)]);
    await heard(one, two);
    await heard(two, one);
    // Rings that are under way from there are heard before the mark.
    const mark = one.bell.next(new Set(['mark:RMB']), one.bell.rings(), FOREVER_MS);
    two.bell.ring(['mark:RMB']);
    await mark;
    const before = one.bell.rings();
    const last = one.bell.next(new Set(['last:RMB']), before, FOREVER_MS);
    one.bell.ring(['acme:RMB']);
    two.bell.ring(['last:RMB']);
    // Redis keeps the order: what came back of the first ring would have come before the second.
    await last;
    expect(one.bell.rings()).toBe(before + 2);
    one.close();
    two.close();
  });

  it('hears the others also where Redis was not there when it was opened', async () => {
    if (!(await redisIsServed())) return;
    const proxy = await cuttingProxy(REDIS_SERVER);
    proxy.sever();
    const installation = freshPrefix();
    const [late, other] = await Promise.all([open(proxy.url, installation), open(REDIS_SERVER, installation)]);
    try {
      const waiting = late.bell.next(RMB, late.bell.rings(), FOREVER_MS);
      late.bell.ring(['acme:RMB']);
      await waiting;
      proxy.mend();
      await heard(other, late);
    } finally {
      late.close();
      other.close();
      await proxy.close();
    }
  });

  it('rings in its own process while Redis is cut off, and in the others again when it is back', async () => {
    if (!(await redisIsServed())) return;
    const proxy = await cuttingProxy(REDIS_SERVER);
    const installation = freshPrefix();
    const [cut, stays] = await Promise.all([open(proxy.url, installation), open(REDIS_SERVER, installation)]);
    try {
      await heard(stays, cut);
      proxy.sever();
      const waiting = cut.bell.next(RMB, cut.bell.rings(), FOREVER_MS);
      cut.bell.ring(['acme:RMB']);
      await waiting;
      proxy.mend();
      await heard(stays, cut);
      await heard(cut, stays);
    } finally {
      cut.close();
      stays.close();
      await proxy.close();
    }
  });
});
