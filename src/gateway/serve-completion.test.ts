import { amount, aPrice, aRoute } from '../../test/support/catalog-builders';
import type { Act } from '../../test/support/fake-upstream';
import { failing, ok, play, type Scene, STREAM, stage } from '../../test/support/stage';
import { formatDecimal, nano } from '../kernel/money';

describe('a request', () => {
  it('is answered, charged for its usage, and settled before the last byte', async () => {
    const { receipt, sink, spentRmb } = await play({});
    expect(receipt).toMatchObject({ status: 'SUCCEEDED', stopReason: 'COMPLETED', charge: 19_000n, reportedModel: 'm-reported' });
    expect(spentRmb).toBe(19_000n);
    expect(JSON.parse(sink.whole ?? '').usage).toEqual({ prompt_tokens: 7, completion_tokens: 3, cost: '0.000019', cost_currency: 'CNY' });
    expect(sink.head).toMatchObject({ routeType: 'ORDINARY', bucket: 'RMB' });
  });

  it('retries the same channel, then falls back, and is charged at the price of the step that answered', async () => {
    const { receipt, attempts, spentRmb } = await play({ acts: { a: [failing(500), failing(null)], b: [ok] } });
    expect(attempts.map((each) => [each.channelId, each.retry, each.status])).toEqual([
      ['a', 0, 'FAILED'],
      ['a', 1, 'FAILED'],
      ['b', 0, 'SUCCEEDED'],
    ]);
    expect(receipt).toMatchObject({ retryCount: 1, fallbackCount: 1, finalChannelId: 'b', primaryChannelId: 'a', priceId: 'dear' });
    expect(spentRmb).toBe(7_000n + 24_000n);
  });

  it.each([401, 403, 429])('goes to the next channel at once when the provider answers %i', async (status) => {
    const { attempts } = await play({ acts: { a: [failing(status)], b: [ok] } });
    expect(attempts.map((each) => each.channelId)).toEqual(['a', 'b']);
  });

  it('ends with the own error of a provider that rejected it, without charge and without another try', async () => {
    const rejection: Act = {
      failure: { kind: 'provider_error', status: 422, message: 'no such voice', code: 'bad_voice', type: 'invalid' },
    };
    const { receipt, sink, attempts } = await play({ acts: { a: [rejection] } });
    expect(attempts).toHaveLength(1);
    expect(receipt).toMatchObject({ status: 'FAILED', stopReason: 'REJECTED', charge: 0n, providerStatus: 422 });
    expect(sink.fault).toMatchObject({ publicMessage: 'no such voice', detail: { provider: { status: 422, code: 'bad_voice' } } });
  });

  it('that is rejected after a part of its answer was delivered pays for that part: what has begun is no longer rejected', async () => {
    const failure = { status: 400, message: 'The output was flagged.' };
    const { receipt, sink } = await play({ body: STREAM, acts: { a: [{ frames: ['one ', 'two '], failure }] } });
    expect([receipt.stopReason, receipt.usage.outputTokens, receipt.charge > 0n]).toEqual(['UPSTREAM_ERROR', 2, true]);
    expect(sink.fault).toMatchObject({
      code: 'upstream_failed',
      publicMessage: 'The provider ended its answer in the middle, for what the request asks: The output was flagged.',
    });
  });

  it('that a provider blames in the middle of its answer is told so, also where that has no status', async () => {
    const failure = { status: null, kind: 'provider_error', atFault: 'request', message: 'Blocked.' } as const;
    const { sink } = await play({ body: STREAM, acts: { a: [{ frames: ['one '], failure }] } });
    expect(sink.fault?.publicMessage).toMatch(/for what the request asks: Blocked\.$/);
  });

  it('costs nothing when no channel answers, and says whether they failed or timed out', async () => {
    const failed = await play({ acts: { a: [failing(500), failing(500)], b: [failing(503)] } });
    expect(failed.receipt).toMatchObject({ stopReason: 'UPSTREAM_ERROR', errorCode: 'upstream_failed', charge: 0n });
    const late = await play({ acts: { a: [failing(429)], b: [failing(null, 'first_byte_timeout')] } });
    expect(late.receipt).toMatchObject({ stopReason: 'UPSTREAM_TIMEOUT', errorCode: 'upstream_timeout', charge: 0n });
  });

  it('says of an answer that stopped in its middle that it had begun, whether it broke off or went silent', async () => {
    const begun = (kind: 'connection_lost' | 'idle_timeout'): Act => ({ frames: ['one ', 'two '], failure: { status: null, kind } });
    const broken = await play({ body: STREAM, acts: { a: [begun('connection_lost')] } });
    expect(broken.sink.fault?.publicMessage).toBe('The provider broke off in the middle of its answer.');
    const silent = await play({ body: STREAM, acts: { a: [begun('idle_timeout')] } });
    expect(silent.receipt).toMatchObject({ stopReason: 'UPSTREAM_TIMEOUT', usage: { outputTokens: 2 } });
    expect(silent.sink.fault?.publicMessage).toBe('The provider did not end its answer in time.');
  });

  it('records every step whose turn came and that was passed over, with the reason, and no step after the end', async () => {
    const { attempts, receipt } = await play({ routes: [aRoute('m', 'ORDINARY', ['off', 'gemini', 'a', 'b'])] });
    expect(attempts.map((each) => [each.channelId, each.status, each.errorCode])).toEqual([
      ['off', 'SKIPPED', 'channel_disabled'],
      ['gemini', 'SKIPPED', 'protocol_unsupported'],
      ['a', 'SUCCEEDED', null],
    ]);
    expect(receipt).toMatchObject({ primaryChannelId: 'off', finalChannelId: 'a', fallbackCount: 1 });
    const none = await play({ routes: [aRoute('m', 'ORDINARY', ['off'])] });
    expect(none.receipt).toMatchObject({ status: 'FAILED', stopReason: 'NO_CHANNEL', errorCode: 'upstream_failed', charge: 0n });
    expect(none.sink.fault).toMatchObject({
      publicMessage: 'No channel of m:ORDINARY can take this request now: nothing was sent to any. The channel "off" is disabled.',
      detail: { retry: false },
    });
  });

  it('is counted here when the provider sent no usage, and marked so', async () => {
    const { receipt } = await play({ acts: { a: [{ usage: 'missing' }] } });
    expect(receipt.usage).toMatchObject({ source: 'COUNTED', outputTokens: 1 });
    expect(receipt.charge).toBeGreaterThan(0n);
  });

  it('shows on the attempt that is charged what was counted here for it, and what that cost the operator', async () => {
    const cost = { ...aPrice({ id: 'a/m#1', output: amount('2') }), channelId: 'a', currency: 'USD' } as const;
    const { receipt, attempts } = await play({
      routes: [aRoute('m', 'ORDINARY', [{ channelId: 'b' }, { channelId: 'a', cost }])],
      acts: { b: [failing(500)], a: [{ usage: 'missing' }] },
    });
    const { inputTokens, outputTokens } = receipt.usage;
    expect(attempts).toMatchObject([
      { channelId: 'b', usage: { source: 'NONE' }, cost: null },
      { channelId: 'a', usage: receipt.usage, cost: { amount: BigInt(inputTokens * 1_000 + outputTokens * 2_000), currency: 'USD' } },
    ]);
  });

  it('is free when the provider reports explicit zeros', async () => {
    const { receipt } = await play({ acts: { a: [{ usage: { input: 0, output: 0 } }] } });
    expect(receipt).toMatchObject({ status: 'SUCCEEDED', charge: 0n, usage: { source: 'PROVIDER' } });
    expect(receipt.noChargeReason).not.toBeNull();
  });

  it.each([
    ['UPSTREAM_ERROR', { failure: { status: null, kind: 'connection_lost' } }],
    ['UPSTREAM_TIMEOUT', { failure: { status: null, kind: 'idle_timeout' } }],
  ] as const)(
    'that broke off after output was delivered, where nothing has a price, does not say that none was: %s',
    async (stopReason, act) => {
      const route = aRoute('m', 'ORDINARY', ['a']);
      const free = { ...route, price: { ...route.price, input: nano(0n), output: nano(0n) } };
      const { receipt } = await play({ body: STREAM, routes: [free], acts: { a: [{ ...act, frames: ['two words'] }] } });
      expect(receipt).toMatchObject({ stopReason, charge: 0n, usage: { source: 'FLOOR', outputTokens: 2 } });
      expect(receipt.noChargeReason).toBe('What was delivered used nothing that has a price.');
    },
  );

  it('never settles more than was held: the excess is the loss of the operator', async () => {
    const { receipt, ledger } = await play({ acts: { a: [{ usage: { input: 7, output: 1_000_000 } }] } });
    expect(receipt.charge).toBe(receipt.holdAmount);
    expect(ledger.ends[0]?.overage).toBe(7_000n + 4_000_000_000n - receipt.charge);
  });
});

describe('a stream', () => {
  it('ends with the usage chunk, cost included, when the client asked for it', async () => {
    const body = { ...STREAM, stream_options: { include_usage: true } };
    const { sink, receipt } = await play({ body, acts: { a: [{ frames: ['one ', 'two'] }] } });
    const [usage, done] = (sink.frames.at(-1) ?? '').split('\n\n');
    expect(JSON.parse((usage ?? '').slice(6))).toMatchObject({ choices: [], usage: { cost: '0.000019', cost_currency: 'CNY' } });
    expect(done).toBe('data: [DONE]');
    expect(receipt.stream).toBe(true);
  });

  it('ends with the count that was made here where the client asked for usage and the provider sent none', async () => {
    const body = { ...STREAM, stream_options: { include_usage: true } };
    const { sink, receipt } = await play({ body, acts: { a: [{ frames: ['three words here'], usage: 'missing' }] } });
    const { inputTokens, outputTokens, source } = receipt.usage;
    const { usage } = JSON.parse((sink.frames.at(-1) ?? '').slice(6).split('\n\n')[0] ?? '');
    expect([source, outputTokens]).toEqual(['COUNTED', 3]);
    expect(usage).toMatchObject({ prompt_tokens: inputTokens, completion_tokens: outputTokens, cost: formatDecimal(receipt.charge) });
  });

  it('ends with the end marker alone when the client did not ask for usage', async () => {
    const { sink } = await play({ body: STREAM, acts: { a: [{ frames: ['one'] }] } });
    expect(sink.frames.at(-1)).toBe('data: [DONE]\n\n');
  });

  it('never goes to a second channel after the first byte, and charges input and delivered output', async () => {
    const { receipt, attempts, sink } = await play({
      body: STREAM,
      acts: { a: [{ frames: ['three words delivered'], ...failing(null) }] },
    });
    expect(attempts).toHaveLength(1);
    expect(receipt).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', usage: { source: 'FLOOR', outputTokens: 3 } });
    expect(receipt.charge).toBeGreaterThan(0n);
    expect(sink.fault?.detail.retry).toBe(false);
  });

  it('that breaks after an early count of the provider is charged for what was delivered since', async () => {
    const early = { input: 7, output: 1 };
    const broken = { frames: ['four words were delivered'], usage: early, keepsUsage: true, ...failing(null) };
    const { receipt } = await play({ body: STREAM, acts: { a: [broken] } });
    expect(receipt.usage).toMatchObject({ inputTokens: 7, outputTokens: 4, source: 'FLOOR' });
  });

  it('is cut when an upstream does not stop, and charged at most the hold', async () => {
    const endless = { frames: ['word '.repeat(2_000)], until: new Promise(() => undefined) };
    const cut = await play({ body: STREAM, acts: { a: [endless] } });
    expect(cut.receipt).toMatchObject({ status: 'FAILED', stopReason: 'BUDGET' });
    expect(cut.receipt.charge <= (cut.receipt.holdAmount ?? 0n)).toBe(true);
  });
});

describe('a client that leaves', () => {
  const leaving = async (scene: Scene, act: Act) => {
    let resume: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const set = stage({ body: STREAM, ...scene, acts: { a: [{ ...act, until }] } });
    const served = set.serve();
    while (set.upstream.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    set.interruption.happen('CLIENT_GONE');
    resume();
    return { ...set, receipt: await served };
  };

  it('pays the usage of an answer that is read to its end (drain)', async () => {
    const { receipt, upstream } = await leaving({ onClientGone: 'drain' }, { frames: ['some'] });
    expect(receipt).toMatchObject({ status: 'CANCELLED', stopReason: 'CLIENT_GONE', charge: 19_000n, usage: { source: 'PROVIDER' } });
    expect(upstream.cuts).toEqual([]);
  });

  it('pays input and delivered output where the upstream is left at once (cancel)', async () => {
    const { receipt, upstream } = await leaving({ onClientGone: 'cancel' }, { frames: ['two words'] });
    expect(receipt).toMatchObject({ status: 'CANCELLED', stopReason: 'CLIENT_GONE', usage: { source: 'FLOOR', outputTokens: 2 } });
    expect(upstream.cuts).toEqual(['a']);
  });

  it.each(['drain', 'cancel'] as const)('pays nothing when no output was delivered (%s)', async (onClientGone) => {
    const { receipt } = await leaving({ onClientGone }, {});
    expect(receipt).toMatchObject({ status: 'CANCELLED', charge: 0n });
  });

  it('and is read to its end is cut when the gateway must stop', async () => {
    const set = stage({
      body: STREAM,
      onClientGone: 'drain',
      acts: { a: [{ frames: ['two words'], until: new Promise(() => undefined) }] },
    });
    const served = set.serve();
    while (set.upstream.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    set.interruption.happen('CLIENT_GONE');
    expect(set.upstream.cuts).toEqual([]);
    set.interruption.happen('GATEWAY_STOPPED');
    expect(await served).toMatchObject({ status: 'CANCELLED', stopReason: 'CLIENT_GONE', usage: { source: 'FLOOR', outputTokens: 2 } });
  });
});

describe('a gateway that stops', () => {
  it('settles what still streams at what was delivered', async () => {
    const set = stage({ body: STREAM, acts: { a: [{ frames: ['three words delivered'], until: new Promise(() => undefined) }] } });
    const served = set.serve();
    while (set.upstream.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    set.interruption.happen('GATEWAY_STOPPED');
    const receipt = await served;
    expect(receipt).toMatchObject({ status: 'ABANDONED', stopReason: 'GATEWAY_STOPPED', usage: { outputTokens: 3 } });
    expect(receipt.charge).toBeGreaterThan(0n);
    expect(set.sink.fault?.detail.retry).toBe(false);
  });
});
