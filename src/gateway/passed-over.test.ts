/** What channels that rest, and secrets that are refused, do to a request and to what it costs. */
import { amount, aPrice, aRoute } from '../../test/support/catalog-builders';
import { healthy, failing as resting } from '../../test/support/channel-healths';
import { failing, ok, play, STREAM, stage } from '../../test/support/stage';
import { StillClock } from '../../test/support/still-clock';
import { viewReceipt } from './views/receipt-view';

type Played = Awaited<ReturnType<typeof play>>;

const rows = ({ attempts }: Played) => attempts.map(({ channelId, status, errorCode, retry }) => [channelId, status, errorCode, retry]);
const one = (id: string) => [aRoute('m', 'ORDINARY', [id])];
/** 7 tokens of input and 3 of output: at the price of the route, and on the channel `b` of the stage. */
const [AT_ROUTE, AT_B] = [19_000n, 31_000n];

/** What the receipt says that moving to another channel cost. */
function fallbackDelta({ receipt }: Played): bigint | null {
  const prices = new Map([
    ['m:ORDINARY#1', aPrice()],
    ['dear', aPrice({ id: 'dear', output: amount('8') })],
  ]);
  return viewReceipt({ receipt: { inFlight: false, record: receipt, hold: null }, attempts: [], prices }).fallbackDelta;
}

describe('a channel whose breaker is open', () => {
  it('is passed over with the reason and the time, and nothing is sent to it', async () => {
    const played = await play({ health: resting(['a']) });
    expect(rows(played)).toEqual([
      ['a', 'SKIPPED', 'breaker_open', 0],
      ['b', 'SUCCEEDED', null, 0],
    ]);
    expect(played.attempts[0]?.errorMessage).toBe(
      'The channel "a" is passed over for m until 1970-01-01T00:00:06Z: 15 calls in a row failed, the last one with HTTP 500.',
    );
    expect(played.upstream.calls.map(({ channel }) => channel.id)).toEqual(['b']);
  });

  it('costs what the backup costs, and the receipt says how much more that is', async () => {
    const played = await play({ health: resting(['a']) });
    expect([played.receipt.charge, played.spentRmb]).toEqual([AT_B, AT_B]);
    expect(played.receipt).toMatchObject({
      fallbackCount: 1,
      retryCount: 0,
      primaryChannelId: 'a',
      primaryPriceId: 'm:ORDINARY#1',
      priceId: 'dear',
    });
    expect(fallbackDelta(played)).toBe(AT_B - AT_ROUTE);
  });

  it('holds as much as before: the dearest step, whichever will be tried', async () => {
    const [usual, passing] = [await play({}), await play({ health: resting(['a']) })];
    expect(passing.receipt.holdAmount).toBe(usual.receipt.holdAmount);
  });

  it('is tried all the same where it is the only one, and closes by being answered', async () => {
    const clock = new StillClock(1_000);
    const health = resting(['a'], clock);
    for (let call = 0; call < 3; call += 1) expect(rows(await play({ health, routes: one('a') }))).toEqual([['a', 'SUCCEEDED', null, 0]]);
    expect(health.known('a')?.models.get('m')?.breaker.state).toBe('CLOSED');
  });

  it('waits for the one that opens sooner where all are open', async () => {
    expect(rows(await play({ health: resting(['a', 'b']) }))).toEqual([
      ['a', 'SKIPPED', 'breaker_open', 0],
      ['b', 'SUCCEEDED', null, 0],
    ]);
    expect(rows(await play({ health: resting(['b', 'a']) }))).toEqual([['a', 'SUCCEEDED', null, 0]]);
  });

  it('is tried when the channel before it failed and no other is left', async () => {
    expect(rows(await play({ health: resting(['b']), acts: { a: [failing(500), failing(500)] } }))).toEqual([
      ['a', 'FAILED', 'provider_error', 0],
      ['a', 'FAILED', 'provider_error', 1],
      ['b', 'SUCCEEDED', null, 0],
    ]);
  });

  it('is not tried again on the same step once it has opened', async () => {
    const health = healthy();
    const before = Array.from({ length: 14 }, () => failing(500));
    for (let call = 0; call < 14; call += 1) await play({ health, routes: one('a'), acts: { a: before } });
    expect(rows(await play({ health, acts: { a: [failing(500), ok] } })).map(([channelId]) => channelId)).toEqual(['a', 'b']);
  });

  it.each([400, 404, 409, 422])('does not come of rejections with status %i', async (status) => {
    const health = healthy();
    for (let call = 0; call < 30; call += 1) await play({ health, routes: one('a'), acts: { a: [failing(status)] } });
    expect(health.known('a')?.models.get('m')?.breaker).toMatchObject({ state: 'CLOSED' });
    expect(health.known('a')?.models.get('m')?.breaker.window.failures(1_000)).toBe(0);
  });

  it.each([null, 403, 429, 500])('does not come of what one client’s text brings about, whatever the status: %s', async (status) => {
    const health = healthy();
    const blamed = { failure: { status, kind: 'provider_error', atFault: 'request', resetMs: 60_000 } } as const;
    for (let call = 0; call < 30; call += 1) await play({ health, routes: one('a'), acts: { a: [blamed, blamed] } });
    expect(health.known('a')?.models.get('m')?.breaker).toMatchObject({ state: 'CLOSED' });
    expect(rows(await play({ health, routes: one('a') }))).toEqual([['a', 'SUCCEEDED', null, 0]]);
  });

  it('comes of a channel that has lost its model, whose refusals look like those of a request', async () => {
    const health = healthy();
    const lost = { failure: { status: 404, kind: 'provider_error', atFault: 'channel' } } as const;
    for (let call = 0; call < 15; call += 1) expect(rows(await play({ health, acts: { a: [lost] } }))).toHaveLength(1);
    expect(rows(await play({ health })).map(([id, status]) => [id, status])).toEqual([
      ['a', 'SKIPPED'],
      ['b', 'SUCCEEDED'],
    ]);
  });

  const NOTHING_THERE = { failure: { status: 404, kind: 'no_endpoint' } } as const;

  it('comes of a channel that has nothing at its address and never answered; until then its backup is asked each time', async () => {
    const health = healthy();
    for (let call = 0; call < 15; call += 1) {
      expect(rows(await play({ health, acts: { a: [NOTHING_THERE] } }))).toEqual([
        ['a', 'FAILED', 'no_endpoint', 0],
        ['b', 'SUCCEEDED', null, 0],
      ]);
    }
    expect(rows(await play({ health }))[0]).toEqual(['a', 'SKIPPED', 'breaker_open', 0]);
  });

  it('does not come of calls of an endpoint that a channel which answers others does not have', async () => {
    const health = healthy();
    await play({ health });
    for (let call = 0; call < 30; call += 1) await play({ health, routes: one('a'), acts: { a: [NOTHING_THERE] } });
    expect(rows(await play({ health }))[0]).toEqual(['a', 'SUCCEEDED', null, 0]);
  });

  it('does not come of clients that leave', async () => {
    const health = healthy();
    for (let call = 0; call < 30; call += 1) {
      const leaves = Promise.resolve().then(() => set.interruption.happen('CLIENT_GONE'));
      const acts = { a: [{ frames: ['one '], until: leaves.then(() => new Promise(() => undefined)) }] };
      const set = stage({ health, body: STREAM, routes: one('a'), onClientGone: 'cancel', acts });
      expect(await set.serve()).toMatchObject({ stopReason: 'CLIENT_GONE' });
    }
    expect(health.known('a')?.models.get('m')?.breaker).toMatchObject({ state: 'CLOSED' });
    expect(health.known('a')?.models.get('m')?.breaker.window.failures(1_000)).toBe(0);
  });

  it('rests as long as the provider says after a 429, and then takes requests again', async () => {
    const clock = new StillClock(1_000);
    const health = healthy(clock);
    const limited = { failure: { status: 429, kind: 'provider_error', resetMs: 2_500 } } as const;
    expect(rows(await play({ health, acts: { a: [limited] } })).map(([id]) => id)).toEqual(['a', 'b']);
    expect(rows(await play({ health }))[0]).toEqual(['a', 'SKIPPED', 'rate_limited_until', 0]);
    clock.time += 2_500;
    expect(rows(await play({ health }))).toEqual([['a', 'SUCCEEDED', null, 0]]);
  });
});

describe('a secret that the provider refuses', () => {
  const apiKeys = ['secret-one', 'secret-two', 'secret-three'];

  it.each([401, 403, 429])('with %i is put aside, and the next one is tried within the same step', async (status) => {
    const health = healthy();
    const played = await play({ health, apiKeys, acts: { a: [failing(status)] }, routes: one('a') });
    expect(rows(played)).toEqual([
      ['a', 'FAILED', 'provider_error', 0],
      ['a', 'SUCCEEDED', null, 1],
    ]);
    expect(played.attempts[0]?.errorMessage).toMatch(/^With secret \d of 3: scripted$/);
    expect(played.receipt).toMatchObject({ charge: AT_ROUTE, retryCount: 1, fallbackCount: 0 });
    expect(fallbackDelta(played)).toBeNull();
    const used = played.upstream.calls.map(({ channel }) => channel.apiKey);
    expect(new Set(used).size).toBe(2);
    expect(health.known('a')?.models.get('m')?.breaker.window.failures(1_000)).toBe(0);
    for (let call = 0; call < 4; call += 1) {
      const { upstream } = await play({ health, apiKeys, routes: one('a') });
      expect(upstream.calls.map(({ channel }) => channel.apiKey)).not.toContain(used[0]);
    }
  });

  const lost = { failure: { status: 404, kind: 'provider_error', atFault: 'channel' } } as const;

  it('for one model rests for that model, and the next one is tried within the same step', async () => {
    const health = healthy();
    const played = await play({ health, apiKeys, acts: { a: [lost, lost] }, routes: one('a') });
    expect(rows(played).map(([, status]) => status)).toEqual(['FAILED', 'FAILED', 'SUCCEEDED']);
    expect(played.receipt).toMatchObject({ charge: AT_ROUTE, fallbackCount: 0 });
    const may = played.upstream.calls.at(-1)?.channel.apiKey;
    for (let call = 0; call < 4; call += 1) {
      const { upstream } = await play({ health, apiKeys, routes: one('a') });
      expect(upstream.calls.map(({ channel }) => channel.apiKey)).toEqual([may]);
    }
    const others = Array.from({ length: 3 }, () => health.known('a')?.ring?.pick('another', 1_000)?.ordinal);
    expect(others.sort()).toEqual([1, 2, 3]);
  });

  it('for one model stays in use for the others: it is the model that the channel does not have', async () => {
    const health = healthy();
    for (let call = 0; call < 3; call += 1) await play({ health, apiKeys, acts: { a: [lost, lost, lost] }, routes: one('a') });
    expect(
      health
        .known('a')
        ?.ring?.report(1_000)
        .map(({ rest }) => rest),
    ).toEqual([null, null, null]);
    expect(health.known('a')?.models.get('m')?.breaker.window.failures(1_000)).toBe(3);
  });

  it.each([403, 429])('with %i for what the request says stays in use, and no other one is tried for it', async (status) => {
    const health = healthy();
    const blamed = { failure: { status, kind: 'provider_error', atFault: 'request' } } as const;
    expect(rows(await play({ health, apiKeys, acts: { a: [blamed] }, routes: one('a') }))).toHaveLength(1);
    const used = new Set<string>();
    for (let call = 0; call < 3; call += 1) {
      const { upstream } = await play({ health, apiKeys, routes: one('a') });
      for (const { channel } of upstream.calls) used.add(channel.apiKey);
    }
    expect(used.size).toBe(3);
  });

  it('takes nothing of the tries that the step has', async () => {
    const acts = { a: [failing(401), failing(500), failing(403), ok] };
    const routes = [aRoute('m', 'ORDINARY', [{ channelId: 'a', maxAttempts: 2 }])];
    const played = await play({ apiKeys, acts, routes, body: STREAM });
    expect(rows(played).map(([, status]) => status)).toEqual(['FAILED', 'FAILED', 'FAILED', 'SUCCEEDED']);
    expect(played.receipt.retryCount).toBe(3);
  });

  it('leads to the next channel when it was the last one, and then counts against the channel', async () => {
    const health = healthy();
    const played = await play({ health, apiKeys, acts: { a: [failing(401), failing(401), failing(401), ok] } });
    expect(rows(played).map(([id, status]) => [id, status])).toEqual([...Array(3).fill(['a', 'FAILED']), ['b', 'SUCCEEDED']]);
    expect(health.known('a')?.models.get('m')?.breaker.window.failures(1_000)).toBe(1);
    expect(rows(await play({ health, apiKeys }))[0]).toEqual(['a', 'SKIPPED', 'breaker_open', 0]);
  });

  it('is in use again as soon as it is answered, having been sent because no other one was left', async () => {
    const clock = new StillClock(1_000);
    const health = healthy(clock);
    await play({ health, apiKeys, routes: one('a'), acts: { a: [failing(401), failing(401), failing(401)] } });
    expect(rows(await play({ health, apiKeys }))[0]).toEqual(['a', 'SKIPPED', 'breaker_open', 0]);
    clock.time += 1_000;
    expect(rows(await play({ health, apiKeys, routes: one('a') }))).toEqual([['a', 'SUCCEEDED', null, 0]]);
    expect(rows(await play({ health, apiKeys }))).toEqual([['a', 'SUCCEEDED', null, 0]]);
  });
});
