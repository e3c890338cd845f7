/** What processes of one installation learn of channels from each other: one process by itself, and two over Redis. */
import { openHealthWire } from '../../src/cluster/open-health-wire';
import { ChannelHealth } from '../../src/routing/health/channel-health';
import { reportOf } from '../../src/routing/health/health-report';
import { aCatalogOf, aChannel } from '../support/catalog-builders';
import { at } from '../support/channel-healths';
import { cuttingProxy } from '../support/cutting-proxy';
import { eventually } from '../support/eventually';
import { freshPrefix, REDIS_SERVER, redisIsServed } from '../support/redis';
import { StillClock } from '../support/still-clock';

const SILENT = { info: () => undefined, warn: () => undefined };
const RING = aChannel('ring', { apiKey: 'secret-one', apiKeys: ['secret-one', 'secret-two'] });
const MODEL = 'm';
/** What is said of it tells that Redis listens by now. */
const MARK = aChannel('mark');
const SOLD = aCatalogOf([RING, MARK, aChannel('a'), aChannel('b'), aChannel('c')], [MODEL, 'to', 'fro']);
const catalog = () => SOLD;

const fail = (health: ChannelHealth, channel = aChannel('a'), calls = 15) => {
  for (let call = 0; call < calls; call += 1) health.failed(at(channel), health.begin(at(channel)), 'HTTP 500');
};
const answer = (health: ChannelHealth, channel = aChannel('a')) => health.succeeded(at(channel), health.begin(at(channel)), 10, null);

const shownBy = (health: ChannelHealth, clock: StillClock, id = 'a') => reportOf(health, id, clock).models[0];

interface Processes {
  readonly clock: StillClock;
  readonly here: ChannelHealth;
  /** As another process of the installation sees the same channels. */
  readonly there: ChannelHealth;
  readonly close: () => unknown;
}

async function alone(): Promise<Processes> {
  const clock = new StillClock();
  const { wire, close } = await openHealthWire({ redisUrl: null, installation: 'alone' });
  const here = new ChannelHealth({ clock, log: SILENT, wire, catalog });
  return { clock, here, there: here, close };
}

async function overRedis(redisUrl = REDIS_SERVER, installation = freshPrefix()): Promise<Processes> {
  const clock = new StillClock();
  const wires = await Promise.all([redisUrl, REDIS_SERVER].map((each) => openHealthWire({ redisUrl: each, installation })));
  const [here, there] = wires.map(({ wire }) => new ChannelHealth({ clock, log: SILENT, wire, catalog })) as [ChannelHealth, ChannelHealth];
  return { clock, here, there, close: () => wires.map((each) => each.close()) };
}

/** Resolves when each of them hears the other. What is told before is lost, as it may be. */
async function meet({ here, there }: Processes): Promise<void> {
  await eventually(() => {
    for (const each of [here, there]) each.limited(at(MARK), 0, 1_000);
    expect([here.restOf(at(MARK)), there.restOf(at(MARK))]).not.toContain(null);
    for (const [teller, hearer, model] of [
      [here, there, 'to'],
      [there, here, 'fro'],
    ] as const) {
      teller.limited(at(MARK, model), 0, 1_000);
      expect(hearer.restOf(at(MARK, model))).not.toBeNull();
    }
  });
}

describe.each(['in process', 'over Redis'])('the health of channels %s', (kind) => {
  const promise = (name: string, check: (processes: Processes) => Promise<void>) =>
    it(name, async () => {
      if (kind === 'over Redis' && !(await redisIsServed())) return;
      const processes = await (kind === 'in process' ? alone() : overRedis());
      try {
        await meet(processes);
        await check(processes);
      } finally {
        processes.close();
      }
    });

  promise('is passed over by all when one has seen it fail, with the reason and for as long', async ({ here, there }) => {
    fail(here);
    await eventually(() => expect(there.restOf(at(aChannel('a')))).toEqual(here.restOf(at(aChannel('a')))));
    expect(here.restOf(at(aChannel('a')))).toMatchObject({ code: 'breaker_open', forMs: 5_000 });
  });

  promise('is used again by all when one has seen its probes answered', async ({ here, there, clock }) => {
    fail(here);
    await eventually(() => expect(there.restOf(at(aChannel('a')))).not.toBeNull());
    clock.time += 5_000;
    for (let probe = 0; probe < 3; probe += 1) answer(there);
    await eventually(() => expect(here.known('a')?.models.get(MODEL)?.breaker.state).toBe('CLOSED'));
  });

  promise('is shown by all with the calls of all', async ({ here, there, clock }) => {
    for (let call = 0; call < 3; call += 1) answer(here);
    fail(there, aChannel('a'), 2);
    for (const each of [here, there]) each.tellFigures();
    const seen = { requests: 5, failures: 2, latencyMs: expect.any(Number), health: 'HEALTHY' };
    await eventually(() => expect([here, there].map((each) => shownBy(each, clock))).toEqual(Array(2).fill(expect.objectContaining(seen))));
    expect(shownBy(there, clock)).toEqual(shownBy(here, clock));
  });

  promise('is passed over by all when only the calls of all are enough to say so', async ({ here, there }) => {
    for (const each of [here, there]) {
      for (let call = 0; call < 6; call += 1) answer(each);
      fail(each, aChannel('a'), 4);
      each.tellFigures();
    }
    const because = { code: 'breaker_open', reason: '8 of 20 calls within 10 s failed, the last one with HTTP 500', forMs: 5_000 };
    await eventually(() => expect([here, there].map((each) => each.restOf(at(aChannel('a'))))).toEqual([because, because]));
  });

  promise('rests for all as long as the provider said to one', async ({ here, there }) => {
    here.limited(at(aChannel('a')), 0, 2_000);
    await eventually(() => expect(there.restOf(at(aChannel('a')))).toMatchObject({ code: 'rate_limited_until', forMs: 2_000 }));
  });

  promise('loses one secret for all when the provider refused it to one', async ({ here, there }) => {
    // A process puts aside what it uses itself.
    there.secretFor(at(RING));
    const secret = here.secretFor(at(RING));
    if (secret === null) throw new Error('the channel has secrets');
    here.secretRefused(at(RING), secret, 'the provider refused it with HTTP 401');
    const used = () => new Set(Array.from({ length: 4 }, () => there.secretFor(at(RING))?.ordinal));
    await eventually(() => expect([...used()]).toEqual([3 - secret.ordinal]));
  });
});

describe('the health of channels, with Redis away', () => {
  it('is decided by each process alone, and shared again when it is back', async () => {
    if (!(await redisIsServed())) return;
    const proxy = await cuttingProxy(REDIS_SERVER);
    const processes = await overRedis(proxy.url);
    const { here, there, clock } = processes;
    try {
      await meet(processes);
      proxy.sever();
      answer(here, aChannel('b'));
      here.tellFigures();
      fail(here);
      expect(here.restOf(at(aChannel('a')))).not.toBeNull();
      fail(there, aChannel('b'));
      expect([there.restOf(at(aChannel('a'))), here.restOf(at(aChannel('b')))]).toEqual([null, null]);
      proxy.mend();
      await eventually(() => {
        fail(here, aChannel('c'), 1);
        here.limited(at(aChannel('c')), 0, 1_000);
        expect(there.restOf(at(aChannel('c')))).not.toBeNull();
      });
      answer(here, aChannel('c'));
      here.tellFigures();
      await eventually(() => expect(shownBy(there, clock, 'c')?.latencyMs).not.toBeNull());
      // What was told while nobody could hear it is not told later.
      expect(shownBy(there, clock, 'b')?.requests).toBe(15);
    } finally {
      processes.close();
      await proxy.close();
    }
  });
});
