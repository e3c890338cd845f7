import { amount, aRoute } from '../../test/support/catalog-builders';
import { failing, play, type Scene, stage } from '../../test/support/stage';
import { Fault } from '../kernel/fault';
import { HOUR_MS } from '../kernel/times';
import { NO_RATES, type StoredKeyStatus } from '../keys/api-key';
import type { PlaceHold } from '../ledger/ledger-store';
import type { ReceiptRecord } from '../ledger/receipt';

describe('the two balances', () => {
  const both = [aRoute('m', 'ORDINARY', ['a']), aRoute('m', 'OFFICIAL', ['c'])];
  const crossing = { routes: both, key: { routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true } } as const;

  it('never mix: a short balance is refused while the other is rich', async () => {
    const { sink, upstream, receipt, attempts } = await play({ routes: both, key: { routePolicy: 'ORDINARY_FIRST' }, rmb: '0.0000001' });
    expect(sink.fault?.code).toBe('insufficient_quota');
    // As every model call whose route is known.
    expect(sink.head).toEqual({ routeType: 'ORDINARY', bucket: 'RMB' });
    expect(receipt).toMatchObject({
      status: 'FAILED',
      stopReason: 'REFUSED',
      charge: 0n,
      requestedModel: 'm',
      bucket: 'RMB',
      holdId: null,
    });
    expect([upstream.calls, attempts]).toEqual([[], []]);
  });

  it('cross over with consent when the first cannot pay, and the receipt shows the refused hop', async () => {
    const { receipt, attempts, spentRmb } = await play({ ...crossing, rmb: '0.0000001' });
    expect(attempts.map((each) => [each.channelId, each.status, each.errorCode])).toEqual([
      ['a', 'SKIPPED', 'insufficient_quota'],
      ['c', 'SUCCEEDED', null],
    ]);
    expect(receipt).toMatchObject({ bucket: 'CREDIT', charge: 19_000n, fallbackCount: 1 });
    expect(spentRmb).toBe(0n);
  });

  it('are both named where neither can pay: the refusal is that of the first, and each refused hop is a row with its reason', async () => {
    const { receipt, attempts, sink, upstream } = await play({ ...crossing, rmb: '0.0000001', credit: '0.0000002' });
    expect(sink.fault).toMatchObject({ code: 'insufficient_quota', publicMessage: expect.stringMatching(/^The RMB balance/) });
    expect(receipt).toMatchObject({
      stopReason: 'REFUSED',
      bucket: 'RMB',
      holdId: null,
      finalChannelId: null,
      fallbackCount: 0,
      retryCount: 0,
    });
    expect(attempts.map(({ channelId, status, errorMessage }) => [channelId, status, errorMessage])).toEqual([
      ['a', 'SKIPPED', expect.stringContaining('0.0000001 CNY is available')],
      ['c', 'SKIPPED', expect.stringContaining('0.0000002 USD is available')],
    ]);
    expect(upstream.calls).toEqual([]);
  });

  it('cross over with consent when every channel of the first failed: the first hold is released, one charge is made', async () => {
    const { receipt, ledger, attempts } = await play({ ...crossing, acts: { a: [failing(500)] } });
    expect(attempts.map((each) => each.channelId)).toEqual(['a', 'c']);
    expect(receipt).toMatchObject({ bucket: 'CREDIT', status: 'SUCCEEDED' });
    expect(ledger.wallets.get('acme:CREDIT')).toEqual({ posted: amount('100') - 19_000n, held: 0n });
    expect(ledger.ends).toHaveLength(1);
  });

  it('are crossed in the windows of the first hold, however long its channels took: limits count a request when it reserved money', async () => {
    const began = Date.UTC(2026, 10, 30, 23, 45);
    let now = began;
    const spend = [{ bucket: 'CREDIT', window: 'DAY', amount: amount('1') }] as const;
    const key = { ...crossing.key, limits: { ...NO_RATES, spend } };
    const { ledger, serve } = stage({ ...crossing, key, now: () => now, acts: { a: [failing(null, 'first_byte_timeout')] } });
    const placed: PlaceHold[] = [];
    ledger.beforeWrite = ({ items }) => {
      placed.push(...items.filter((item) => item.kind === 'place'));
      now += HOUR_MS;
    };
    expect(await serve()).toMatchObject({ bucket: 'CREDIT', status: 'SUCCEEDED', settledAt: began + 2 * HOUR_MS });
    expect(placed.map(({ walletId, placedAt }) => [walletId, placedAt])).toEqual([
      ['acme:RMB', began],
      ['acme:CREDIT', began],
    ]);
    expect(placed[1]?.ceilings).toEqual([{ counterId: 'key/key/CREDIT/DAY/2026-11-30', ceiling: amount('1') }]);
  });

  it('are not crossed to where no channel of the other route can be tried: the request ended as the first one did', async () => {
    const shut = [aRoute('m', 'ORDINARY', ['a']), aRoute('m', 'OFFICIAL', ['off', 'narrow'])];
    const { receipt, sink, attempts, ledger } = await play({
      ...crossing,
      routes: shut,
      acts: { a: [failing(null, 'first_byte_timeout')] },
    });
    expect(attempts.map(({ channelId, errorCode }) => [channelId, errorCode])).toEqual([
      ['a', 'first_byte_timeout'],
      ['off', 'channel_disabled'],
      ['narrow', 'feature_unsupported'],
    ]);
    expect(receipt).toMatchObject({ stopReason: 'UPSTREAM_TIMEOUT', bucket: 'RMB', finalChannelId: 'a', charge: 0n });
    expect(sink.fault?.rule.http).toBe(504);
    expect(ledger.wallets.get('acme:CREDIT')).toMatchObject({ held: 0n });
  });

  it('end on the first hold when the second cannot be placed', async () => {
    const { receipt, attempts } = await play({ ...crossing, credit: '0', acts: { a: [failing(500)] } });
    expect(attempts.map((each) => [each.channelId, each.status])).toEqual([
      ['a', 'FAILED'],
      ['c', 'SKIPPED'],
    ]);
    expect(receipt).toMatchObject({ bucket: 'RMB', stopReason: 'UPSTREAM_ERROR', charge: 0n });
  });
});

describe('an output limit', () => {
  it('that the client set is never changed: what the balance cannot cover is refused, with what it needs and what there is', async () => {
    const { sink } = await play({ rmb: '0.0001' });
    expect(sink.fault?.code).toBe('insufficient_quota');
    expect(sink.fault?.publicMessage).toMatch(/^The RMB balance .* up to 0\.\d+ CNY, and 0\.0001 CNY is available\.$/);
  });

  it('that the client left open is lowered to what the balance covers, and the receipt says so', async () => {
    const body = { model: 'm', messages: [{ role: 'user', content: 'hello there' }] };
    const { receipt, upstream } = await play({ rmb: '0.003', body });
    // (0.003 - 27 × 1 / 10⁶) / (8 / 10⁶): the dearest step of the plan
    expect(receipt.loweredOutputLimit).toBe(371);
    expect(upstream.calls[0]?.outputLimit).toBe(371);
    expect(receipt.holdAmount).toBe(amount('0.003'));
  });
});

describe('a refusal', () => {
  const refusal = async (scene: Scene): Promise<[string | undefined, ReceiptRecord]> => {
    const { sink, receipt, upstream } = await play(scene);
    expect(upstream.calls).toEqual([]);
    expect(receipt).toMatchObject({ status: 'FAILED', stopReason: 'REFUSED', charge: 0n, holdId: null });
    return [sink.fault?.code, receipt];
  };

  it.each([
    ['{"model":', 'invalid_json', null],
    ['[]', 'invalid_request', null],
    ['null', 'invalid_request', null],
    [JSON.stringify({ model: 'm' }), 'invalid_request', 'm'],
    [JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }], max_tokens: -1 }), 'invalid_request', 'm'],
    ['{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":9000,"max_tokens":1}', 'invalid_request', 'm'],
    [JSON.stringify({ model: 'zzz', messages: [{ role: 'user', content: 'x' }] }), 'model_not_found', 'zzz'],
  ])('of the body %s is %s and has a receipt', async (body, code, model) => {
    const [given, receipt] = await refusal({ body });
    expect(given).toBe(code);
    expect(receipt).toMatchObject({ requestedModel: model, errorCode: code });
  });

  it.each([
    ['PAUSED', 'key_paused'],
    ['REVOKED', 'key_revoked'],
  ] as const)('of a key that is %s is %s', async (status: StoredKeyStatus, code) => {
    expect((await refusal({ key: { status } }))[0]).toBe(code);
  });

  it('of an expired key, a narrowed route and an unknown run is named', async () => {
    expect((await refusal({ key: { expiresAt: 999 } }))[0]).toBe('key_expired');
    expect((await refusal({ headers: { routeHeader: 'official' } }))[0]).toBe('route_not_allowed');
    expect((await refusal({ headers: { routeHeader: 'cheap' } }))[0]).toBe('invalid_request');
    expect((await refusal({ headers: { runHeader: 'run-1' } }))[0]).toBe('not_found');
  });

  it('sends nothing upstream when the ledger cannot take the hold', async () => {
    const set = stage({});
    set.ledger.beforeWrite = () => {
      throw new Fault('temporarily_unavailable', 'down');
    };
    const told = expect.stringMatching(/^down Nothing was sent or charged: try again/);
    await expect(set.serve()).rejects.toMatchObject({ code: 'temporarily_unavailable', publicMessage: told });
    expect(set.upstream.calls).toEqual([]);
  });
});

describe('a hold that was refused for a reason that nobody knows any more', () => {
  it('is asked for again by the client, blames no balance, and sends nothing upstream', async () => {
    const set = stage({});
    set.ledger.write = async () => [{ verdict: 'refused' }];
    await expect(set.serve()).rejects.toMatchObject({ code: 'temporarily_unavailable', publicMessage: expect.stringContaining('again') });
    expect([set.upstream.calls, set.ledger.receipts.size]).toEqual([[], 0]);
  });
});
