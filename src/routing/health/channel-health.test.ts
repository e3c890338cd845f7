import { aCatalogOf, aChannel } from '../../../test/support/catalog-builders';
import { at } from '../../../test/support/channel-healths';
import { StillClock } from '../../../test/support/still-clock';
import { ChannelHealth } from './channel-health';
import { type HealthNews, newsIn } from './health-news';
import { reportOf } from './health-report';
import { RATE_REST_MAX_MS } from './model-health';
import { REFUSED_MS } from './secret-ring';

const SILENT = { info: () => undefined, warn: () => undefined };
const ONE = aChannel('a');
const RING = aChannel('ring', { apiKey: 'secret-one', apiKeys: ['secret-one', 'secret-two', 'secret-three'] });
const SOLD = aCatalogOf([ONE, RING], ['m']);

function world() {
  const clock = new StillClock();
  const told: HealthNews[] = [];
  const hearers: ((news: HealthNews) => void)[] = [];
  const wire = { tell: (news: HealthNews) => void told.push(news), listen: (hear: (news: HealthNews) => void) => void hearers.push(hear) };
  const health = new ChannelHealth({ clock, log: SILENT, wire, catalog: () => SOLD });
  const fail = (times: number, model = 'm') => {
    for (let call = 0; call < times; call += 1) health.failed(at(ONE, model), health.begin(at(ONE, model)), 'HTTP 500');
  };
  return { clock, told, health, fail, hear: (news: HealthNews) => hearers[0]?.(news), report: (id: string) => reportOf(health, id, clock) };
}

describe('the health of a channel', () => {
  it('is kept for each upstream model apart, and is read as that of the worst', () => {
    const { health, fail, report, clock } = world();
    fail(15, 'dead');
    health.succeeded(at(ONE, 'fine'), health.begin(at(ONE, 'fine')), 120, 30);
    expect(health.restOf(at(ONE, 'dead'))).toMatchObject({ code: 'breaker_open', forMs: 5_000 });
    expect(health.restOf(at(ONE, 'fine'))).toBeNull();
    expect(report('a')).toMatchObject({
      health: 'OPEN',
      reason: 'dead: 15 calls in a row failed, the last one with HTTP 500.',
      openUntil: clock.now() + 5_000,
      models: [
        { upstreamModel: 'dead', breaker: 'OPEN', requests: 15, failures: 15, latencyMs: null },
        { upstreamModel: 'fine', breaker: 'CLOSED', health: 'HEALTHY', requests: 1, failures: 0 },
      ],
    });
    expect(report('never-called')).toMatchObject({ health: 'HEALTHY', reason: null, models: [] });
  });

  it('is degraded while it is probed, and while it fails half as often as would open it', () => {
    const { health, fail, report, clock } = world();
    for (let call = 0; call < 12; call += 1) health.succeeded(at(ONE), 0, 10, null);
    fail(4);
    expect(report('a')).toMatchObject({ health: 'DEGRADED', reason: 'm: 4 of 16 calls within 10 s failed.' });
    fail(15);
    clock.time += 5_000;
    health.begin(at(ONE));
    expect(report('a')).toMatchObject({ health: 'DEGRADED', openUntil: null });
  });

  it('rests as long as the provider says that its limit lasts, bounded, and counts that as no failure', () => {
    const { health, report, clock } = world();
    health.limited(at(ONE), 0, 2_000);
    expect(health.restOf(at(ONE))).toMatchObject({ code: 'rate_limited_until', forMs: 2_000 });
    clock.time += 2_000;
    expect([health.restOf(at(ONE)), report('a').models[0]?.failures]).toEqual([null, 0]);
    health.limited(at(ONE), 0, 86_400_000);
    expect(health.restOf(at(ONE))?.forMs).toBe(RATE_REST_MAX_MS);
  });

  it('obeys the catalog at once: a breaker that is put off lets everything through', () => {
    const { health, fail, report } = world();
    fail(15);
    expect(health.restOf(at({ ...ONE, breaker: { off: true } }))).toBeNull();
    expect(report('a').health).toBe('HEALTHY');
    expect(health.restOf(at(ONE))).toBeNull();
  });

  it('is told to the other processes when it turns, and heard from them', () => {
    const here = world();
    const there = world();
    here.fail(15);
    for (const news of here.told) there.hear(newsIn(JSON.stringify(news)) as HealthNews);
    expect(there.health.restOf(at(ONE))).toEqual(here.health.restOf(at(ONE)));
    expect(there.told).toEqual([]);
    here.clock.time += 5_000;
    for (let probe = 0; probe < 3; probe += 1) here.health.succeeded(at(ONE), here.health.begin(at(ONE)), 10, null);
    there.hear(here.told.at(-1) as HealthNews);
    expect(here.told.map(({ kind }) => kind)).toEqual(['opened', 'closed']);
    expect(there.health.restOf(at(ONE))).toBeNull();
  });

  it('is not told by news of what the catalog does not sell, so that no more is kept than that', () => {
    const { health, hear } = world();
    for (const [channelId, upstreamModel] of [
      ['unknown', 'm'],
      ['a', 'unknown'],
    ] as const) {
      hear({ kind: 'opened', channelId, upstreamModel, forMs: 1_000, reason: 'it failed elsewhere' });
      hear({ kind: 'limited', channelId, upstreamModel, forMs: 1_000, secret: null });
      hear({ kind: 'closed', channelId, upstreamModel });
    }
    expect([health.breakers(), health.known('a'), health.known('unknown')]).toEqual([[], undefined, undefined]);
    hear({ kind: 'opened', channelId: 'a', upstreamModel: 'm', forMs: 1_000, reason: 'it failed elsewhere' });
    expect(health.breakers()).toEqual([{ channel: 'a', upstreamModel: 'm', state: 'OPEN' }]);
  });

  it('takes nothing from a text that is no news', () => {
    for (const text of ['', '{', 'null', '[]', '{"kind":"opened"}', '{"kind":"sold","channelId":"a","upstreamModel":"m"}']) {
      expect(newsIn(text)).toBeUndefined();
    }
    expect(newsIn('{"kind":"opened","channelId":"a","upstreamModel":"m","forMs":1e99}')).toMatchObject({ forMs: 0 });
  });
});

describe('several secrets of a channel', () => {
  const picked = (health: ChannelHealth, times = 3) =>
    Array.from({ length: times }, () => health.secretFor(at(RING))?.channel.apiKey).sort();

  it('are used in turn', () => {
    const { health } = world();
    expect(picked(health, 6)).toEqual(['secret-one', 'secret-one', 'secret-three', 'secret-three', 'secret-two', 'secret-two']);
    expect(health.secretFor(at(ONE))).toBeNull();
  });

  it('are put aside one by one when the provider refuses them, and come back by themselves', () => {
    const { health, report, clock } = world();
    const first = health.secretFor(at(RING));
    if (first === null) throw new Error('a secret is there');
    expect(health.secretRefused(at(RING), first, 'the provider refused it with HTTP 401')).toBe(true);
    for (let turn = 0; turn < 6; turn += 1) expect(health.secretFor(at(RING))?.ordinal).not.toBe(first.ordinal);
    expect(health.restOf(at(RING))).toBeNull();
    expect(report('ring')).toMatchObject({
      health: 'DEGRADED',
      reason: `Secret ${first.ordinal} of 3 is put aside: The provider refused it with HTTP 401.`,
    });
    expect(JSON.stringify(report('ring'))).not.toContain('secret-');
    clock.time += REFUSED_MS;
    expect(picked(health)).toEqual(['secret-one', 'secret-three', 'secret-two']);
  });

  it('are put aside for longer when they are refused again, and not for each of several calls that were under way', () => {
    const { health, report, clock } = world();
    const first = health.secretFor(at(RING));
    if (first === null) throw new Error('a secret is there');
    const aside = () => (report('ring').secrets[first.ordinal - 1]?.openUntil ?? 0) - clock.now();
    for (let call = 0; call < 5; call += 1) health.secretRefused(at(RING), first, 'the provider refused it with HTTP 401');
    expect(aside()).toBe(REFUSED_MS);
    clock.time += REFUSED_MS;
    health.secretRefused(at(RING), first, 'the provider refused it with HTTP 401');
    expect(aside()).toBe(2 * REFUSED_MS);
  });

  it('stay put aside for answers that were asked for before they were refused', () => {
    const { health, clock } = world();
    const refused = health.secretFor(at(RING));
    if (refused === null) throw new Error('a secret is there');
    health.secretRefused(at(RING), refused, 'the provider refused it with HTTP 401');
    clock.time += 100;
    health.secretSucceeded(at(RING), refused, 150);
    expect(picked(health)).not.toContain(refused.channel.apiKey);
    health.secretSucceeded(at(RING), refused, 50);
    expect(picked(health)).toContain(refused.channel.apiKey);
  });

  it('close the channel only when all of them are put aside, until the first is ready', () => {
    const { health, report, clock } = world();
    const answers = [1, 2, 3].map(() => {
      const secret = health.secretFor(at(RING));
      return secret !== null && health.secretRefused(at(RING), secret, 'the provider refused it with HTTP 403');
    });
    expect(answers).toEqual([true, true, false]);
    expect(health.restOf(at(RING))).toEqual({ code: 'breaker_open', reason: 'the provider refused it with HTTP 403', forMs: REFUSED_MS });
    expect(report('ring')).toMatchObject({ health: 'OPEN', openUntil: clock.now() + REFUSED_MS });
    // One is tried all the same where nothing else is left.
    expect(health.secretFor(at(RING))).not.toBeNull();
  });

  it('rest by upstream model when their rate is used up', () => {
    const { health } = world();
    for (const wait of [3_000, 1_000, 2_000]) {
      const secret = health.secretFor(at(RING));
      if (secret !== null) health.secretLimited(at(RING), secret, wait);
    }
    expect(health.restOf(at(RING))).toMatchObject({ code: 'rate_limited_until', forMs: 1_000 });
    expect(health.restOf(at(RING, 'another'))).toBeNull();
  });

  it('rest as long as the longest of what several calls were told of their rate', () => {
    const { health, report, clock } = world();
    const secret = health.secretFor(at(RING));
    if (secret === null) throw new Error('a secret is there');
    for (const wait of [30_000, null, 2_000]) health.secretLimited(at(RING), secret, wait);
    expect(report('ring').secrets[secret.ordinal - 1]?.openUntil).toBe(clock.now() + 30_000);
  });

  it('start anew when the catalog has another one in their place', () => {
    const { health } = world();
    const first = health.secretFor(at(RING));
    if (first !== null) health.secretRefused(at(RING), first, 'the provider refused it with HTTP 401');
    const changed = { ...RING, apiKeys: RING.apiKeys?.map((secret) => (secret === first?.channel.apiKey ? 'secret-four' : secret)) };
    const used = new Set(Array.from({ length: 3 }, () => health.secretFor(at(changed))?.channel.apiKey));
    expect(used).toContain('secret-four');
    expect(used.size).toBe(3);
  });
});
