import { aChannel } from '../../../test/support/catalog-builders';
import { REFUSED_MS, type SecretInUse, SecretRing } from './secret-ring';

const CHANNEL = { ...aChannel('shared'), apiKey: 'one', apiKeys: ['one', 'two', 'three'] };
const WHY = 'the provider refuses it';

function ringOf(apiKeys: readonly string[] = CHANNEL.apiKeys): SecretRing {
  const ring = new SecretRing();
  ring.follow({ ...CHANNEL, apiKeys });
  return ring;
}

function secretsOf(ring: SecretRing, now = 0): SecretInUse[] {
  const picked = Array.from({ length: 3 }, () => ring.pick('m', now) as SecretInUse);
  return picked.toSorted((one, other) => one.ordinal - other.ordinal);
}

const restsOf = (ring: SecretRing, now: number) => ring.report(now).map(({ rest }) => rest?.forMs ?? 0);

describe('the secrets of a channel', () => {
  it('are used in turn, each as the key of the channel', () => {
    const ring = ringOf();
    const picked = Array.from({ length: 6 }, () => ring.pick('m', 0));
    expect(picked.map((secret) => secret?.ordinal)).toEqual([2, 3, 1, 2, 3, 1]);
    expect(picked.map((secret) => secret?.channel.apiKey)).toEqual(['two', 'three', 'one', 'two', 'three', 'one']);
    expect(picked[0]).toMatchObject({ of: 3 });
  });

  it('are passed over one by one while they rest; where all do, the one that is ready soonest is sent, whatever its place', () => {
    const ring = ringOf();
    const [one, two, three] = secretsOf(ring);
    for (const [secret, forMs] of [
      [one, 3_000],
      [two, 1_000],
      [three, 2_000],
    ] as const) {
      expect(ring.restAt('m', 0)).toBeNull();
      ring.limited(String(secret?.print), 'm', 0, forMs);
    }
    expect(Array.from({ length: 3 }, () => ring.pick('m', 0)?.ordinal)).toEqual([2, 2, 2]);
    expect(ring.restAt('m', 400)).toMatchObject({ code: 'rate_limited_until', forMs: 600 });
    expect(ring.restAt('other', 0)).toBeNull();
    expect(restsOf(ring, 1_000)).toEqual([2_000, 0, 1_000]);
    // Of a call that began before the longer limit was told.
    ring.limited(String(one?.print), 'm', 1_000, 500);
    expect(restsOf(ring, 1_000)).toEqual([2_000, 0, 1_000]);
  });

  it('rest twice as long each time that one is refused again, up to ten minutes, and anew once it was taken', () => {
    const ring = ringOf();
    const print = String(secretsOf(ring)[0]?.print);
    let now = 0;
    const refusedFor = () => {
      const forMs = ring.refused(print, now, WHY);
      now += forMs;
      return forMs;
    };
    const times = Array.from({ length: 6 }, refusedFor);
    expect(ring.report(now - 1)[0]?.rest).toEqual({ code: 'breaker_open', reason: WHY, forMs: 1 });
    expect(times).toEqual([1, 2, 4, 8, 10, 10].map((minutes) => minutes * REFUSED_MS));
    ring.succeeded(print, now);
    expect(refusedFor()).toBe(REFUSED_MS);
  });

  it('are refused once by all calls that were under way then, and what those were answered says nothing of the refusal', () => {
    const ring = ringOf();
    const print = String(secretsOf(ring)[0]?.print);
    expect([ring.refused(print, 1_000, WHY), ring.refused(print, 11_000, WHY)]).toEqual([REFUSED_MS, REFUSED_MS - 10_000]);
    ring.succeeded(print, 1_000);
    expect(restsOf(ring, 1_000)).toEqual([REFUSED_MS, 0, 0]);
    expect(ring.refused(print, 1_000 + REFUSED_MS, WHY)).toBe(2 * REFUSED_MS);
    // Sent because no secret was left.
    ring.succeeded(print, 2_000 + REFUSED_MS);
    expect(restsOf(ring, 3_000 + REFUSED_MS)).toEqual([0, 0, 0]);
  });

  it('that may not use a model are used for the others, and for that one again after a minute', () => {
    const ring = ringOf();
    const [one, ...others] = secretsOf(ring).map(({ print }) => print);
    for (const print of others) ring.denied(print, 'm', 1_000, 'no access');
    expect(Array.from({ length: 3 }, () => ring.pick('m', 1_000)?.ordinal)).toEqual([1, 1, 1]);
    expect([restsOf(ring, 1_000), ring.restAt('other', 1_000)]).toEqual([[0, 0, 0], null]);
    ring.denied(String(one), 'm', 2_000, 'no access');
    expect(ring.restAt('m', 2_000)).toEqual({ code: 'breaker_open', reason: 'no access', forMs: REFUSED_MS - 1_000 });
    expect([ring.restAt('m', REFUSED_MS + 999), ring.restAt('m', REFUSED_MS + 1_000)]).toMatchObject([{ forMs: 1 }, null]);
  });

  it('start anew where another one stands in the place, and keep what is known of those that stay', () => {
    const ring = ringOf();
    for (const { print } of secretsOf(ring).slice(0, 2)) ring.refused(print, 0, WHY);
    ring.follow({ ...CHANNEL, apiKeys: ['other', 'three', 'two'] });
    expect(restsOf(ring, 0)).toEqual([0, 0, REFUSED_MS]);
    ring.follow(CHANNEL);
    expect(restsOf(ring, 0)).toEqual([0, REFUSED_MS, 0]);
  });
});
