/** Rate limits within the flow: what a refusal leaves behind, and what comes back when a request ends. */
import { play, STREAM, stage } from '../../test/support/stage';
import { Fault } from '../kernel/fault';
import { refuseCompletion } from './serve-completion';

const limits = (changes: object) => ({
  limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null, spend: [], ...changes },
});

describe('a request beyond the rate of its key', () => {
  it('is refused with a receipt and a time, holds nothing and sends nothing', async () => {
    const set = stage({ key: limits({ requestsPerMinute: 1 }) });
    await set.serve();
    const receipt = await set.serve();
    expect(receipt).toMatchObject({ stopReason: 'REFUSED', errorCode: 'rate_limit_exceeded', charge: 0n });
    expect(set.sink.fault).toMatchObject({ code: 'rate_limit_exceeded', detail: { retryAfterS: 60 } });
    expect(set.sink.fault?.publicMessage).toContain('1 requests per minute');
    expect(set.upstream.calls).toHaveLength(1);
    expect(set.ledger.open.size).toBe(0);
  });

  it('hears how much is left, whatever becomes of it', async () => {
    const key = limits({ requestsPerMinute: 60, tokensPerMinute: 1_000 });
    for (const body of [STREAM, { ...STREAM, stream: false }, { ...STREAM, model: 'none' }, 'no json']) {
      const { sink } = await play({ key, body });
      expect(sink.rates).toMatchObject({ requests: { limit: 60, remaining: 59 }, tokens: { limit: 1_000 } });
    }
  });

  it('gives its slot back before the last byte, also when it fails', async () => {
    const set = stage({ key: limits({ concurrency: 1 }) });
    for (let index = 0; index < 3; index += 1) expect(await set.serve()).toMatchObject({ stopReason: 'COMPLETED' });
    const failing = stage({ key: limits({ concurrency: 1 }), body: 'no json' });
    for (let index = 0; index < 3; index += 1) expect(await failing.serve()).toMatchObject({ errorCode: 'invalid_json' });
  });

  it('counts the tokens that were used in place of those that were expected', async () => {
    const set = stage({ key: limits({ tokensPerMinute: 1_000 }), body: { ...STREAM, max_tokens: 900 } });
    const first = await set.serve();
    const used = (first?.usage.inputTokens ?? 0) + (first?.usage.outputTokens ?? 0);
    expect(used).toBeGreaterThan(0);
    const { tokens } = await set.gateway.rates.levels('key', { requestsPerMinute: null, tokensPerMinute: 1_000, concurrency: null });
    expect(tokens?.remaining).toBe(1_000 - used);
  });

  it('is never asked for where the key has no rate limits', async () => {
    const set = stage({});
    set.gateway.rates.take = () => Promise.reject(new Error('asked'));
    expect(await set.serve()).toMatchObject({ stopReason: 'COMPLETED' });
    expect(set.sink.rates).toBeNull();
  });
});

describe('a request beyond the rate of its account', () => {
  const NONE = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null };
  const bounded = (accountRates: object, ofKey: object = {}) => ({ ...limits(ofKey), accountRates: { ...NONE, ...accountRates } });

  it('is never made by a key that may not call: that takes nothing of the rate, whatever body it sends', async () => {
    const set = stage({ key: { ...bounded({ requestsPerMinute: 1 }), status: 'REVOKED' } });
    await refuseCompletion(set.gateway, set.request, set.sink, new Fault('unsupported_media_type', 'The body must be application/json.'));
    expect(set.sink.fault?.code).toBe('key_revoked');
    expect(set.sink.rates).toBeNull();
    expect([...set.ledger.receipts.values()]).toMatchObject([{ stopReason: 'REFUSED', errorCode: 'key_revoked', charge: 0n }]);
  });

  it('is refused with a receipt, says whose rate it is, and sends nothing', async () => {
    const set = stage({ key: bounded({ requestsPerMinute: 1 }) });
    await set.serve();
    expect(await set.serve()).toMatchObject({ stopReason: 'REFUSED', errorCode: 'rate_limit_exceeded', charge: 0n });
    expect(set.sink.fault?.publicMessage).toBe('The account of this key is limited to 1 requests per minute: try again in 60 s.');
    expect(set.upstream.calls).toHaveLength(1);
  });

  it('hears of the limits that refuse it, and else of those of its key', async () => {
    const set = stage({ key: bounded({ requestsPerMinute: 2 }, { requestsPerMinute: 60 }) });
    for (const left of [59, 58]) {
      await set.serve();
      expect(set.sink.rates?.requests).toMatchObject({ limit: 60, remaining: left });
    }
    await set.serve();
    expect(set.sink.rates?.requests).toMatchObject({ limit: 2, remaining: 0 });
  });

  it('takes nothing of the account where its key is beyond its own', async () => {
    const set = stage({ key: bounded({ requestsPerMinute: 10 }, { requestsPerMinute: 1 }) });
    for (let index = 0; index < 5; index += 1) await set.serve();
    const levels = await set.gateway.rates.levels('account acme', { ...NONE, requestsPerMinute: 10 });
    expect(levels.requests?.remaining).toBe(9);
  });

  it('gives the slots of both back, and counts the tokens that were used for both', async () => {
    const one = { concurrency: 1, tokensPerMinute: 1_000 };
    const set = stage({ key: bounded(one, one), body: { ...STREAM, max_tokens: 900 } });
    const { usage } = await set.serve();
    const left = 1_000 - usage.inputTokens - usage.outputTokens;
    for (const holder of ['key', 'account acme']) {
      const levels = await set.gateway.rates.levels(holder, { ...NONE, ...one });
      expect(levels).toMatchObject({ concurrency: { remaining: 1 }, tokens: { remaining: left } });
    }
  });
});
