/** What an endpoint cannot do on a route is a clear error before anything is held: every endpoint, every reason. */
import { wav } from '../../../test/support/audio';
import { amount, aPrice, aRoute } from '../../../test/support/catalog-builders';
import { play } from '../../../test/support/stage';
import { OPERATION_NAMES } from '../../attempts/obstacle';
import type { PriceClasses } from '../../kernel/classes';
import type { Form } from '../../kernel/form';
import type { PriceVersion, Route } from '../../routing/catalog';
import { ENDPOINTS } from '../endpoints/all-endpoints';

type Body = Readonly<Record<string, unknown>>;

interface Row {
  /** A request that can be served, and the classes that its price needs then. */
  readonly body: Body;
  readonly priced?: PriceClasses;
  /** What it cannot do anywhere, by the member that is named. */
  readonly cannot: readonly (readonly [member: string, value: unknown])[];
}

const messages = [{ role: 'user', content: 'hi' }];
const ROWS: Readonly<Record<string, Row>> = {
  '/v1/chat/completions': { body: { messages }, cannot: [['n', 0]] },
  '/v1/messages': {
    body: { messages, max_tokens: 9 },
    cannot: [
      ['max_tokens', null],
      ['container', 'c_1'],
      ['mcp_servers', [{ name: 'x' }]],
      ['speed', 'fast'],
      ['inference_geo', 'us'],
    ],
  },
  '/v1/completions': { body: { prompt: 'hi' }, cannot: [['echo', true]] },
  '/v1/embeddings': { body: { input: 'hi' }, cannot: [['stream', true]] },
  '/v1/moderations': { body: { input: 'hi' }, cannot: [['stream', true]] },
  '/v1/images/generations': { body: { prompt: 'hi' }, priced: { perImage: amount('1') }, cannot: [['stream', true]] },
  '/v1/responses': {
    body: { input: 'hi' },
    cannot: [
      ['previous_response_id', 'resp_1'],
      ['conversation', 'conv_1'],
      ['prompt', { id: 'p' }],
      ['background', true],
    ],
  },
  '/v1/audio/speech': { body: { input: 'hi', voice: 'x' }, priced: { characters: amount('1') }, cannot: [['stream_format', 'socket']] },
  '/v1/audio/transcriptions': { body: { file: wav(10) }, priced: { perSecond: amount('1') }, cannot: [['stream', 'maybe']] },
};

function sent(body: Body): Body | Form {
  const { file } = body;
  if (!(file instanceof Buffer)) return { model: 'm', ...body };
  const fields = Object.entries({ model: 'm', ...body }).filter(([name]) => name !== 'file');
  return {
    parts: [
      ...fields.map(([name, value]) => ({ name, value: String(value) })),
      { name: 'file', filename: 'a.wav', contentType: 'audio/wav', bytes: file },
    ],
  };
}

function routeWith(channels: readonly string[], classes: PriceClasses | undefined, type: 'ORDINARY' | 'OFFICIAL' = 'ORDINARY'): Route {
  return { ...aRoute('m', type, channels), price: aPrice({ id: `${type}#1`, routeId: `m:${type}`, classes }) };
}

/** Tokens are counted here where no channel counts them: there is nothing to refuse. */
const REFUSING = ENDPOINTS.filter(({ operation }) => operation !== 'count-tokens');

describe.each(REFUSING.map((endpoint) => [endpoint.path, endpoint] as const))('%s', (path, endpoint) => {
  const row = ROWS[path] ?? { body: {}, cannot: [] };
  const ask = (routes: readonly Route[], more: Body = {}, key = {}, scene = {}) => {
    const body = sent({ ...row.body, ...more });
    return play({
      endpoint,
      routes,
      key,
      ...scene,
      ...('parts' in body ? { headers: { body: body as Form } } : { body: body as Record<string, unknown> }),
    });
  };
  const refused = { status: 'FAILED', stopReason: 'REFUSED', holdId: null, holdAmount: null, charge: 0n };

  it('has a row here', () => {
    expect(Object.keys(ROWS)).toContain(path);
    expect(row.cannot.length).toBeGreaterThan(0);
  });

  it('is refused where no channel of the route speaks it, with the reason and the balance that would have paid', async () => {
    const { receipt, upstream, ledger } = await ask([routeWith(['gemini'], row.priced)]);
    expect(receipt).toMatchObject({ ...refused, errorCode: 'endpoint_not_supported', bucket: 'RMB' });
    expect(receipt.errorMessage).toBe(
      `${OPERATION_NAMES[endpoint.operation]} cannot run on the channels of "m": they speak the protocol gemini.`,
    );
    expect([upstream.calls, ledger.open.size]).toEqual([[], 0]);
  });

  it('passes over a channel that does not speak it, where another one does', async () => {
    const { attempts, upstream } = await ask([routeWith(['gemini', 'a'], row.priced)]);
    expect(attempts[0]).toMatchObject({ channelId: 'gemini', status: 'SKIPPED', errorCode: 'protocol_unsupported' });
    expect(upstream.calls).toMatchObject([{ operation: endpoint.operation }]);
  });

  it('passes over a channel that cannot carry the request, and is refused with the reason where no other can', async () => {
    const { attempts, upstream } = await ask([routeWith(['narrow', 'a'], row.priced)]);
    expect(attempts[0]).toMatchObject({ channelId: 'narrow', status: 'SKIPPED', errorCode: 'feature_unsupported' });
    expect(upstream.calls).toMatchObject([{ operation: endpoint.operation }]);
    const { receipt } = await ask([routeWith(['narrow'], row.priced)]);
    expect(receipt).toMatchObject({ ...refused, errorCode: 'feature_unsupported', bucket: 'RMB' });
    expect(receipt.errorMessage).toBe('This request cannot run on a channel of protocol anthropic: it is too narrow.');
  });

  it.each(row.cannot)('is refused for %s, which it cannot do', async (member, value) => {
    const { receipt, sink, upstream } = await ask([routeWith(['a'], row.priced)], { [member]: value });
    expect(receipt).toMatchObject({ ...refused, errorCode: 'invalid_request' });
    expect([sink.fault?.detail.param, upstream.calls]).toEqual([member, []]);
  });

  it('is refused for a model that writes nothing, if it has it write, and gives no answer away', async () => {
    const { receipt, upstream, ledger } = await ask([routeWith(['a'], row.priced)], {}, {}, { maxOutputTokens: 0 });
    if (endpoint.output !== 'limited') return expect(receipt.errorCode).not.toBe('endpoint_not_supported');
    expect(receipt).toMatchObject({ ...refused, errorCode: 'endpoint_not_supported', bucket: 'RMB' });
    expect(receipt.errorMessage).toMatch(/^The model "m" writes no text: its maxOutputTokens is 0\./);
    expect([upstream.calls, ledger.open.size]).toEqual([[], 0]);
  });

  const { needs } = endpoint;
  if (needs !== undefined) {
    const tokens = { input: amount('0'), output: amount('0') };
    const routeAt = (price: Partial<PriceVersion>, type: Route['type'] = 'ORDINARY') => ({
      ...routeWith(['a'], undefined, type),
      price: aPrice({ id: `${type}#1`, routeId: `m:${type}`, ...tokens, ...price }),
    });

    it('is refused where its price names nothing that it is sold by, and never crosses to where it does not', async () => {
      const { receipt, upstream } = await ask([routeAt({})]);
      expect(receipt).toMatchObject({ ...refused, errorCode: 'endpoint_not_supported' });
      for (const name of needs) expect(receipt.errorMessage).toContain(name);
      expect(upstream.calls).toEqual([]);
      const key = { routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true };
      const stays = await ask([routeWith(['off'], row.priced), routeAt({}, 'OFFICIAL')], {}, key);
      expect(stays.receipt).toMatchObject({ stopReason: 'NO_CHANNEL', charge: 0n });
      expect(stays.upstream.calls).toEqual([]);
    });

    it('is sold by its tokens where the price names those of its side alone, and not by those of the other', async () => {
      const [side, other] = needs.includes('input') ? (['input', 'output'] as const) : (['output', 'input'] as const);
      expect((await ask([routeAt({ [side]: amount('4') })])).upstream.calls).toMatchObject([{ operation: endpoint.operation }]);
      expect((await ask([routeAt({ [other]: amount('4') })])).upstream.calls).toEqual([]);
    });

    if (needs.includes('output')) {
      it('is refused where it is sold by tokens of output that no hold of its model covers', async () => {
        const { receipt, upstream } = await ask([routeAt({ output: amount('4') })], {}, {}, { maxOutputTokens: 0 });
        expect(receipt).toMatchObject({ ...refused, errorCode: 'endpoint_not_supported' });
        expect(receipt.errorMessage).toContain('output with a maxOutputTokens of the model above zero');
        expect(upstream.calls).toEqual([]);
      });
    }

    it('is sold by the request where its price names that alone', async () => {
      const { receipt, upstream } = await ask([routeAt({ perRequest: amount('0.5') })]);
      expect(upstream.calls).toMatchObject([{ operation: endpoint.operation }]);
      expect(receipt.holdAmount).toBe(amount('0.5'));
    });
  }
});
