import { amount, aPrice, aRoute } from '../../test/support/catalog-builders';
import { failing, ok, play, STREAM } from '../../test/support/stage';
import type { ApiKey } from '../keys/api-key';
import { type KeyPolicies, NO_POLICIES } from '../keys/key-policies';

const routes = [aRoute('m', 'ORDINARY', [{ channelId: 'a', maxAttempts: 3 }, 'b']), aRoute('m', 'OFFICIAL', ['c'])];
const with_ = (policies: Partial<KeyPolicies>, key: Partial<ApiKey> = {}) => ({
  key: { ...key, policies: { ...NO_POLICIES, ...policies } },
});
const CROSSING = { routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true } as const;
const rows = (attempts: readonly { channelId: string; status: string; errorCode: string | null }[]) =>
  attempts.map(({ channelId, status, errorCode }) => [channelId, status, errorCode].join(' '));
const never = new Promise<never>(() => undefined);

describe('a ceiling of attempts', () => {
  const broken = { a: [failing(500), failing(500), failing(500)], b: [failing(500)], c: [ok] };

  it('ends the tries of a channel and passes over those after it, with the reason', async () => {
    const { receipt, attempts, sink, upstream } = await play({ routes, acts: broken, ...with_({ maxAttempts: 2 }) });
    expect(rows(attempts)).toEqual(['a FAILED provider_error', 'a FAILED provider_error', 'b SKIPPED attempt_ceiling']);
    expect(upstream.calls).toHaveLength(2);
    expect(receipt).toMatchObject({ stopReason: 'UPSTREAM_ERROR', charge: 0n, retryCount: 1, fallbackCount: 0 });
    expect(sink.fault?.publicMessage).toMatch(/\(2 attempts\)\. This key lets one request be tried 2 times\.$/);
  });

  it('counts over both balances, and holds nothing of the second one for a request that it has ended', async () => {
    const spent = await play({ routes, acts: broken, ...with_({ maxAttempts: 1 }, CROSSING) });
    expect(rows(spent.attempts)).toEqual(['a FAILED provider_error', 'b SKIPPED attempt_ceiling', 'c SKIPPED attempt_ceiling']);
    expect(spent.receipt).toMatchObject({ bucket: 'RMB', stopReason: 'UPSTREAM_ERROR' });
    const enough = await play({ routes, acts: broken, ...with_({ maxAttempts: 5 }, CROSSING) });
    expect(enough.receipt).toMatchObject({ bucket: 'CREDIT', stopReason: 'COMPLETED', finalChannelId: 'c' });
  });

  it('counts no secret that the provider refused, neither in its step nor before the next one', async () => {
    const apiKeys = ['secret-one', 'secret-two', 'secret-three'];
    const acts = { a: [failing(401), ok] };
    const within = await play({ routes, apiKeys, acts, ...with_({ maxAttempts: 1 }) });
    expect(rows(within.attempts)).toEqual(['a FAILED provider_error', 'a SUCCEEDED ']);
    const behind = { a: [failing(401), failing(501)], b: [ok] };
    const single = [aRoute('m', 'ORDINARY', ['a', 'b'])];
    const next = await play({ routes: single, apiKeys, acts: behind, ...with_({ maxAttempts: 2 }) });
    expect(rows(next.attempts)).toEqual(['a FAILED provider_error', 'a FAILED provider_error', 'b SUCCEEDED ']);
    const ended = await play({ routes: single, apiKeys, acts: behind, ...with_({ maxAttempts: 1 }) });
    expect(rows(ended.attempts)).toEqual(['a FAILED provider_error', 'a FAILED provider_error', 'b SKIPPED attempt_ceiling']);
  });

  it('counts no secret that the provider refused before the other balance is crossed to', async () => {
    const crossing = [aRoute('m', 'ORDINARY', ['a']), aRoute('m', 'OFFICIAL', [{ channelId: 'c', maxAttempts: 3 }])];
    const acts = { a: [failing(401), failing(500)], c: [failing(500), failing(500), ok] };
    const scene = { routes: crossing, apiKeys: ['secret-one', 'secret-two', 'secret-three'], acts };
    const crossed = await play({ ...scene, ...with_({ maxAttempts: 3 }, CROSSING) });
    expect(rows(crossed.attempts)).toEqual([
      ...['a FAILED provider_error', 'a FAILED provider_error'],
      ...['c FAILED provider_error', 'c FAILED provider_error'],
    ]);
    const once = await play({ ...scene, ...with_({ maxAttempts: 2 }, CROSSING) });
    expect(rows(once.attempts).slice(2)).toEqual(['c FAILED provider_error']);
  });

  it('leaves a route alone that has fewer', async () => {
    const { attempts } = await play({ routes, acts: { a: [ok] }, ...with_({ maxAttempts: 100 }) });
    expect(rows(attempts)).toEqual(['a SUCCEEDED ']);
  });
});

describe('a deadline', () => {
  it('ends a request that nobody answers, without charge and without another channel, in its own words', async () => {
    const { receipt, attempts, sink, upstream } = await play({
      routes,
      acts: { a: [{ until: never }] },
      ...with_({ deadlineMs: 100 }, CROSSING),
    });
    expect(rows(attempts)).toEqual(['a CANCELLED deadline', 'c SKIPPED deadline']);
    expect(receipt).toMatchObject({
      status: 'FAILED',
      stopReason: 'UPSTREAM_TIMEOUT',
      errorCode: 'upstream_timeout',
      charge: 0n,
      bucket: 'RMB',
    });
    expect(sink.fault?.publicMessage).toBe('The request must end within 100 ms, as this key says.');
    expect(upstream.cuts).toEqual(['a']);
  });

  it('charges the output that was delivered by then', async () => {
    const act = { frames: ['one two'], until: never };
    const { receipt, sink } = await play({ routes, body: STREAM, acts: { a: [act] }, ...with_({ deadlineMs: 100 }) });
    expect(receipt).toMatchObject({ stopReason: 'UPSTREAM_TIMEOUT', usage: { outputTokens: 2 } });
    expect(receipt.charge).toBeGreaterThan(0n);
    expect(sink.fault?.detail.retry).toBe(false);
  });

  it('begins no attempt for which too little time is left', async () => {
    const { receipt, attempts, upstream } = await play({ routes, headers: { deadlineHeader: '20' } });
    expect(rows(attempts)).toEqual(['a SKIPPED deadline', 'b SKIPPED deadline']);
    expect(receipt).toMatchObject({ stopReason: 'UPSTREAM_TIMEOUT', charge: 0n });
    expect(upstream.calls).toEqual([]);
  });

  it('is narrowed by the header, and never widened', async () => {
    const told = async (header: string, deadlineMs: number) => {
      const scene = { routes, acts: { a: [{ until: never }] }, headers: { deadlineHeader: header }, ...with_({ deadlineMs }) };
      return (await play(scene)).sink.fault?.publicMessage;
    };
    expect(await told('100', 5_000)).toBe('The request must end within 100 ms, as x-forge-deadline-ms says.');
    expect(await told('5000', 100)).toBe('The request must end within 100 ms, as this key says.');
  });

  it('strikes nobody because the wall clock is put forward or back meanwhile', async () => {
    for (const receivedAt of [1_000 - 3_600_000, 1_000 + 3_600_000]) {
      const { receipt } = await play({ routes, headers: { receivedAt }, ...with_({ deadlineMs: 5_000 }) });
      expect(receipt).toMatchObject({ status: 'SUCCEEDED', stopReason: 'COMPLETED' });
    }
  });

  it.each(['', '0', '-1', '1.5', '2s', '3600001', '5, 6'])('of "%s" in the header is refused with its name', async (deadlineHeader) => {
    const { receipt, sink } = await play({ headers: { deadlineHeader } });
    expect(receipt).toMatchObject({ stopReason: 'REFUSED', errorCode: 'invalid_request', holdId: null });
    expect(sink.fault?.detail.param).toBe('x-forge-deadline-ms');
  });
});

describe('a ceiling of prices', () => {
  const dear = aPrice({ id: 'dear', output: amount('8') });
  const shop = [aRoute('m', 'ORDINARY', [{ channelId: 'a', price: dear }, 'b']), aRoute('m', 'OFFICIAL', ['c'])];
  const most = (output: string) => with_({ maxPrice: [{ bucket: 'RMB', input: null, output: amount(output) }] });

  it('passes over what is dearer, and holds no more than the rest can cost', async () => {
    const { receipt, attempts } = await play({ routes: shop, ...most('4') });
    expect(rows(attempts)).toEqual(['a SKIPPED price_ceiling', 'b SUCCEEDED ']);
    const without = await play({ routes: shop });
    expect(receipt.holdAmount ?? 0n).toBeLessThan(without.receipt.holdAmount ?? 0n);
  });

  it('refuses, before anything is held, what has nothing within it', async () => {
    const { receipt, sink, upstream } = await play({ routes: shop, ...most('1') });
    expect(receipt).toMatchObject({ stopReason: 'REFUSED', errorCode: 'price_ceiling', bucket: 'RMB', holdId: null, charge: 0n });
    expect(sink.fault?.rule.http).toBe(403);
    // As its receipt says it.
    expect(sink.head).toEqual({ routeType: 'ORDINARY', bucket: 'RMB' });
    expect(upstream.calls).toEqual([]);
  });
});

describe('a ceiling of charges', () => {
  // 50 tokens of output and the bound of the input cost 0.0002 and more.
  const most = (decimal: string) => with_({ maxCharge: [{ bucket: 'RMB', amount: amount(decimal) }] });

  it('refuses a request that can cost more, when its client has set the limit', async () => {
    const { receipt, sink } = await play({ ...most('0.0001') });
    expect(receipt).toMatchObject({ stopReason: 'REFUSED', errorCode: 'price_ceiling', bucket: 'RMB', holdId: null });
    expect(sink.fault?.publicMessage).toMatch(
      /^This request can cost up to [\d.]+ CNY on the route m:ORDINARY, and the key allows 0\.0001 CNY/,
    );
  });

  it('lowers the output limit where the client set none, and is never passed by the hold', async () => {
    const body = { model: 'm', messages: [{ role: 'user', content: 'hello there' }] };
    const { receipt } = await play({ body, ...most('0.004') });
    expect(receipt.holdAmount).toBe(amount('0.004'));
    expect(receipt.loweredOutputLimit).toBeGreaterThanOrEqual(256);
    expect(receipt.loweredOutputLimit).toBeLessThan(1_000);
  });
});
