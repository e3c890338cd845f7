import { aCatalog, aChannel, aModel, amount, aPrice, aRoute } from '../../test/support/catalog-builders';
import { type Act, FakeUpstream } from '../../test/support/fake-upstream';
import { MemoryLedger } from '../../test/support/memory-ledger';
import { Fault } from '../kernel/fault';
import type { ApiKey, StoredKeyStatus } from '../keys/api-key';
import { GroupCommit } from '../ledger/group-commit';
import type { ReceiptRecord } from '../ledger/receipt';
import type { Route } from '../routing/catalog';
import type { AnswerHead, AnswerSink, CompletionRequest, Gateway } from './completion-request';
import { serveCompletion } from './serve-completion';

class RecordingSink implements AnswerSink {
  head: AnswerHead | null = null;
  frames: string[] = [];
  whole: string | null = null;
  fault: Fault | null = null;
  /** What stood in the ledger when the last byte was given out. */
  settledFirst: boolean | null = null;
  constructor(private readonly ledger: MemoryLedger) {}
  get started() {
    return this.frames.length > 0;
  }
  announce(head: AnswerHead) {
    this.head = head;
  }
  write(frames: string) {
    this.frames.push(frames);
    return true;
  }
  whenReady = () => Promise.resolve();
  finishWhole(text: string) {
    this.whole = text;
    this.settledFirst = this.ledger.receipts.size === 1;
  }
  finishStream(frames: string) {
    this.frames.push(frames);
    this.settledFirst = this.ledger.receipts.size === 1;
  }
  fail(fault: Fault) {
    this.fault = fault;
    this.settledFirst = this.ledger.receipts.size === 1;
  }
}

const aKey = (overrides: Partial<ApiKey>): ApiKey => ({
  id: 'key',
  accountId: 'acme',
  projectId: 'bots',
  name: 'chat',
  prefix: 'sk-tf-…',
  status: 'ACTIVE',
  routePolicy: 'ORDINARY_ONLY',
  crossBucketFallback: false,
  allowedModels: null,
  limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null, spend: [] },
  createdAt: 0,
  expiresAt: null,
  ...overrides,
});

interface Scene {
  readonly acts?: Readonly<Record<string, readonly Act[]>>;
  readonly key?: Partial<ApiKey>;
  readonly rmb?: string;
  readonly credit?: string;
  readonly routes?: readonly Route[];
  readonly body?: Record<string, unknown> | string;
  readonly headers?: Partial<CompletionRequest>;
  readonly onClientGone?: 'drain' | 'cancel';
}

const routes = [
  aRoute('m', 'ORDINARY', [
    { channelId: 'a', maxAttempts: 2 },
    { channelId: 'b', price: aPrice({ id: 'dear', output: amount('8') }) },
  ]),
];

function stage(scene: Scene) {
  const ledger = new MemoryLedger();
  ledger.fund('acme:RMB', amount(scene.rmb ?? '100'));
  ledger.fund('acme:CREDIT', amount(scene.credit ?? '100'));
  const upstream = new FakeUpstream(scene.acts ?? {});
  const catalog = aCatalog({
    models: [aModel('m')],
    channels: [
      ...['a', 'b', 'c'].map((id) => aChannel(id, { onClientGone: scene.onClientGone ?? 'drain' })),
      aChannel('off', { enabled: false }),
      aChannel('gemini', { protocol: 'gemini' }),
    ],
    routes: scene.routes ?? routes,
  });
  const key = aKey(scene.key ?? {});
  const gateway = {
    keys: { recognise: async () => ({ key, secret: { hash: '', keyId: key.id, validUntil: null } }) } as unknown as Gateway['keys'],
    catalog: { current: () => catalog, prices: async () => new Map() },
    ledger: new GroupCommit(ledger),
    upstreams: { openai: upstream },
    counter: { count: (text: string) => text.split(/\s+/).filter(Boolean).length },
    clock: { now: () => 1_000, monotonic: () => 0, sleep: () => Promise.resolve() },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  } satisfies Gateway;
  const body = scene.body ?? { model: 'm', messages: [{ role: 'user', content: 'hello there' }], max_tokens: 50 };
  const request: CompletionRequest = {
    id: 'req-1',
    endpoint: '/v1/chat/completions',
    credential: 'sk',
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    routeHeader: null,
    runHeader: null,
    receivedAt: 1_000,
    ...scene.headers,
  };
  const sink = new RecordingSink(ledger);
  const interruption = new AbortController();
  return { ledger, upstream, sink, interruption, serve: () => serveCompletion(gateway, request, sink, interruption.signal) };
}

async function play(scene: Scene) {
  const set = stage(scene);
  const receipt = await set.serve();
  const { posted, held } = set.ledger.wallets.get('acme:RMB') ?? { posted: 0n, held: 0n };
  expect(set.ledger.open.size).toBe(0);
  expect(held).toBe(0n);
  expect(set.sink.settledFirst).toBe(true);
  return { ...set, receipt, spentRmb: amount(scene.rmb ?? '100') - posted, attempts: set.ledger.ends[0]?.attempts ?? [] };
}

const STREAM = { model: 'm', messages: [{ role: 'user', content: 'hello there' }], max_tokens: 50, stream: true };
const ok: Act = {};
const failing = (status: number | null, kind: 'provider_error' | 'first_byte_timeout' = 'provider_error'): Act => ({
  failure: { status, kind },
});

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

  it('costs nothing when no channel answers, and says whether they failed or timed out', async () => {
    const failed = await play({ acts: { a: [failing(500), failing(500)], b: [failing(503)] } });
    expect(failed.receipt).toMatchObject({ stopReason: 'UPSTREAM_ERROR', errorCode: 'upstream_failed', charge: 0n });
    const late = await play({ acts: { a: [failing(429)], b: [failing(null, 'first_byte_timeout')] } });
    expect(late.receipt).toMatchObject({ stopReason: 'UPSTREAM_TIMEOUT', errorCode: 'upstream_timeout', charge: 0n });
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
  });

  it('is counted here when the provider sent no usage, and marked so', async () => {
    const { receipt } = await play({ acts: { a: [{ usage: 'missing' }] } });
    expect(receipt.usage).toMatchObject({ source: 'COUNTED', outputTokens: 1 });
    expect(receipt.charge).toBeGreaterThan(0n);
  });

  it('is free when the provider reports explicit zeros', async () => {
    const { receipt } = await play({ acts: { a: [{ usage: { input: 0, output: 0 } }] } });
    expect(receipt).toMatchObject({ status: 'SUCCEEDED', charge: 0n, usage: { source: 'PROVIDER' } });
    expect(receipt.noChargeReason).not.toBeNull();
  });

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
    set.interruption.abort('CLIENT_GONE');
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
});

describe('the two balances', () => {
  const both = [aRoute('m', 'ORDINARY', ['a']), aRoute('m', 'OFFICIAL', ['c'])];
  const crossing = { routes: both, key: { routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true } } as const;

  it('never mix: a short balance is refused while the other is rich', async () => {
    const { sink, upstream, receipt } = await play({ routes: both, key: { routePolicy: 'ORDINARY_FIRST' }, rmb: '0.0000001' });
    expect(sink.fault?.code).toBe('insufficient_quota');
    expect(receipt).toMatchObject({
      status: 'FAILED',
      stopReason: 'REFUSED',
      charge: 0n,
      requestedModel: 'm',
      bucket: 'RMB',
      holdId: null,
    });
    expect(upstream.calls).toEqual([]);
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

  it('cross over with consent when every channel of the first failed: the first hold is released, one charge is made', async () => {
    const { receipt, ledger, attempts } = await play({ ...crossing, acts: { a: [failing(500)] } });
    expect(attempts.map((each) => each.channelId)).toEqual(['a', 'c']);
    expect(receipt).toMatchObject({ bucket: 'CREDIT', status: 'SUCCEEDED' });
    expect(ledger.wallets.get('acme:CREDIT')).toEqual({ posted: amount('100') - 19_000n, held: 0n });
    expect(ledger.ends).toHaveLength(1);
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
  it('that the client set is never changed: what the balance cannot cover is refused', async () => {
    const { sink } = await play({ rmb: '0.0001' });
    expect(sink.fault?.code).toBe('insufficient_quota');
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
    ['[]', 'invalid_json', null],
    [JSON.stringify({ model: 'm' }), 'invalid_request', 'm'],
    [JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }], max_tokens: -1 }), 'invalid_request', 'm'],
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
    await expect(set.serve()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(set.upstream.calls).toEqual([]);
  });
});

describe('a settlement', () => {
  it('is tried again until the ledger takes it, and made once', async () => {
    const set = stage({});
    let failures = 2;
    set.ledger.beforeWrite = ({ items }) => {
      if (items[0]?.kind === 'end' && failures-- > 0) throw new Fault('temporarily_unavailable', 'down');
    };
    const receipt = await set.serve();
    expect(set.ledger.ends).toHaveLength(1);
    expect(set.ledger.wallets.get('acme:RMB')?.posted).toBe(amount('100') - receipt.charge);
  });

  it('of a hold that another process has ended changes nothing, and the answer is not completed', async () => {
    const set = stage({});
    set.ledger.beforeWrite = ({ items }) => {
      if (items[0]?.kind === 'end') set.ledger.open.clear();
    };
    await expect(set.serve()).rejects.toMatchObject({ code: 'gateway_crashed', detail: { retry: false } });
    expect(set.ledger.wallets.get('acme:RMB')?.posted).toBe(amount('100'));
    expect(set.sink.whole).toBeNull();
  });

  it('whose content the ledger refuses releases the hold at no charge', async () => {
    const set = stage({});
    set.ledger.beforeWrite = ({ items }) => {
      if (items[0]?.kind === 'end' && items[0].attempts.length > 0) throw new Error('data too long');
    };
    await expect(set.serve()).rejects.toMatchObject({ code: 'internal_error' });
    expect(set.ledger.open.size).toBe(0);
    expect(set.ledger.wallets.get('acme:RMB')).toEqual({ posted: amount('100'), held: 0n });
  });
});
