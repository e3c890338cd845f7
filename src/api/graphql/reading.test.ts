import { ACME, CHAT, type GraphWorld, graphWorld, OPERATOR } from '../../../test/support/graph-world';

let world: GraphWorld;

beforeAll(async () => {
  world = await graphWorld();
});

afterAll(() => world.app.close());

const STORY = `{ receipt(id: "r-fallback") {
  id createdAt settledAt status stopReason retryCount fallbackCount charge fallbackDelta noChargeReason nextStep bucket bucketReason
  apiKey { id prefix status lastUsedAt } project { id name apiKeys { id } }
  primaryChannel { id baseUrl status } finalChannel { id name protocol health }
  usage { inputTokens outputTokens source } price { versionId currency input output multiplier effectiveFrom }
  hold { amount state resolvedAt } lines { label tokens unitPrice amount }
  attempts { id index channel { id } role status chargeReason charge }
  ledgerEntries { id transactionId kind amount balanceBefore balanceAfter wallet { id available } receipt { id } apiKey { id } }
} }`;

describe('a receipt tells its whole story', () => {
  it('with the price, the lines, the attempts and the entries, each amount exact', async () => {
    const { data, errors } = await world.ask(CHAT, STORY);
    expect(errors).toEqual([]);
    const receipt = data?.['receipt'];
    expect(receipt).toMatchObject({
      status: 'SUCCEEDED',
      charge: '0.000026',
      createdAt: '2026-03-01T12:00:00.000Z',
      fallbackDelta: '0.000007',
    });
    expect(receipt).toMatchObject({
      apiKey: { id: 'chat', status: 'ACTIVE', lastUsedAt: '2026-03-01T12:00:00.000Z' },
      project: { id: 'bots', apiKeys: [{ id: 'chat' }] },
      primaryChannel: { id: 'a', baseUrl: null, status: 'ENABLED' },
      finalChannel: { id: 'b' },
      price: { versionId: 'm:ORDINARY@b#1', currency: 'CNY', input: '2', output: '4', multiplier: '1' },
      hold: { amount: '0.001', state: 'SETTLED' },
      lines: [
        { label: 'input tokens', tokens: 7, unitPrice: '2', amount: '0.000014' },
        { label: 'output tokens', tokens: 3, unitPrice: '4', amount: '0.000012' },
      ],
      attempts: [
        { id: 'r-fallback:0', channel: { id: 'a' }, status: 'FAILED', charge: '0' },
        { id: 'r-fallback:1', channel: { id: 'b' }, role: 'BACKUP', charge: '0.000026' },
      ],
      ledgerEntries: [
        { amount: '-0.000026', balanceAfter: '0.000974', wallet: { id: 'acme:RMB', available: '0.000474' }, receipt: { id: 'r-fallback' } },
      ],
    });
  });

  it('with what each channel spoke then, whatever it speaks by now; where that was not recorded, what it speaks now', async () => {
    const CHANNELS = 'primaryChannel { protocol } finalChannel { id protocol } attempts { protocol channel { protocol } }';
    const spoken = {
      primaryChannel: { protocol: 'openai' },
      finalChannel: { id: 'b', protocol: 'gemini' },
      attempts: [
        { protocol: null, channel: { protocol: 'openai' } },
        { protocol: 'gemini', channel: { protocol: 'gemini' } },
      ],
    };
    const { data, errors } = await world.ask(CHAT, `{ receipt(id: "r-fallback") { ${CHANNELS} } }`);
    expect([data?.['receipt'], errors]).toEqual([spoken, []]);
    const page = await world.ask(CHAT, `{ receipts(first: 10) { nodes { id ${CHANNELS} } } }`);
    expect(page.data).toMatchObject({ receipts: { nodes: expect.arrayContaining([{ id: 'r-fallback', ...spoken }]) } });
  });

  it('while it is in flight, with a charge of zero and no reason to stop', async () => {
    const { data } = await world.ask(
      CHAT,
      '{ receipt(id: "r-flying") { status stopReason charge lines { label } attempts { id } hold { state } } }',
    );
    expect(data?.['receipt']).toEqual({
      status: 'IN_FLIGHT',
      stopReason: null,
      charge: '0',
      lines: [],
      attempts: [],
      hold: { state: 'OPEN' },
    });
  });

  it('and after a refusal what to do next', async () => {
    const { data } = await world.ask(
      ACME,
      '{ receipt(id: "r-refused") { errorCode errorMessage noChargeReason nextStep hold { state } } }',
    );
    expect(data?.['receipt']).toMatchObject({ errorCode: 'insufficient_quota', nextStep: expect.stringContaining('Top up'), hold: null });
  });
});

interface Receipts {
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: { readonly startCursor: string | null; readonly endCursor: string | null };
}

describe('lists', () => {
  it('run by cursor to their end, each node once', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const query =
        'query Page($after: String) { receipts(first: 1, after: $after) { nodes { id } edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }';
      const { data } = await world.ask(ACME, query, { after });
      const page = data?.['receipts'] as { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
      seen.push(...page.nodes.map((node) => node.id));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(['r-flying', 'r-refused', 'r-fallback']);
  });

  it('say where a page begins and ends, and whether there is more on either side, as Relay asks of a PageInfo', async () => {
    const query = 'query Page($after: String) { receipts(first: 2, after: $after) { edges { cursor } pageInfo { ...Whole } } }';
    const whole = 'fragment Whole on PageInfo { hasPreviousPage hasNextPage startCursor endCursor }';
    const pageAfter = async (after: string | null) => {
      const { receipts } = (await world.ask(ACME, `${query} ${whole}`, { after })).data as { receipts: Receipts };
      return { pageInfo: receipts.pageInfo, cursors: receipts.edges.map(({ cursor }) => cursor) };
    };
    const { pageInfo: first, cursors } = await pageAfter(null);
    expect(first).toEqual({ hasPreviousPage: false, hasNextPage: true, startCursor: cursors[0], endCursor: cursors[1] });
    const last = await pageAfter(first.endCursor);
    const only = last.cursors[0];
    expect(last.pageInfo).toEqual({ hasPreviousPage: true, hasNextPage: false, startCursor: only, endCursor: only });
    const nothing = await pageAfter(last.pageInfo.endCursor);
    expect(nothing.pageInfo).toEqual({ hasPreviousPage: true, hasNextPage: false, startCursor: null, endCursor: null });
  });

  it.each([0, -1, 101])('refuse first: %d, and say what is allowed', async (first) => {
    const { errors } = await world.ask(ACME, `{ receipts(first: ${first}) { nodes { id } } }`);
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('1 to 100'),
      extensions: { code: 'BAD_USER_INPUT', param: 'first' },
    });
  });

  it('take null for what is left out', async () => {
    const { data, errors } = await world.ask(
      ACME,
      '{ receipts(first: null, after: null, filter: { status: null, apiKeyId: "side" }) { nodes { id } } }',
    );
    expect([errors, data]).toEqual([[], { receipts: { nodes: [{ id: 'r-refused' }] } }]);
  });

  it('refuse a cursor that is none', async () => {
    const { errors } = await world.ask(ACME, '{ ledgerEntries(after: "nowhere") { nodes { id } } }');
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', param: 'after' });
  });

  it('narrow the entries of a wallet to the wallet', async () => {
    const { data } = await world.ask(ACME, '{ wallets { id currency balance held available entries { nodes { id kind } } } }');
    expect(data?.['wallets']).toEqual([
      {
        ...{ id: 'acme:RMB', currency: 'CNY', balance: '0.000974', held: '0.0005', available: '0.000474' },
        entries: {
          nodes: [
            { id: 'e-charge', kind: 'CHARGE' },
            { id: 'e-top-up', kind: 'TOP_UP' },
          ],
        },
      },
      { id: 'acme:CREDIT', currency: 'USD', balance: '0', held: '0', available: '0', entries: { nodes: [] } },
    ]);
  });
});

describe('the catalog', () => {
  it('shows addresses and the list of channels to the operator alone', async () => {
    const query = '{ routes(model: "m") { id channels { role channel { id baseUrl } } } }';
    const [operator, account] = await Promise.all([world.ask(OPERATOR, query), world.ask(ACME, query)]);
    expect(JSON.stringify(operator.data)).toContain('http://127.0.0.1:9/v1');
    expect(JSON.stringify(account.data)).not.toContain('http://');
    expect((await world.ask(OPERATOR, '{ channels { id status } }')).data).toEqual({
      channels: [
        { id: 'a', status: 'ENABLED' },
        { id: 'b', status: 'DISABLED' },
      ],
    });
    expect((await world.ask(ACME, '{ channels { id } }')).errors[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  it('never shows a secret of a channel', async () => {
    const { data } = await world.ask(OPERATOR, '{ channels { id name protocol baseUrl status health } }');
    expect(JSON.stringify(data)).not.toContain('sk-upstream');
  });

  it('shows a key the models and routes that it can call, and no others', async () => {
    const query = '{ models { id routes { id type bucket price { currency } } } routes { id } }';
    const { data } = await world.ask(CHAT, query);
    expect(data).toEqual({
      models: [{ id: 'm', routes: [{ id: 'm:ORDINARY', type: 'ORDINARY', bucket: 'RMB', price: { currency: 'CNY' } }] }],
      routes: [{ id: 'm:ORDINARY' }],
    });
    expect((await world.ask(ACME, '{ routes { id } }')).data?.['routes']).toHaveLength(3);
  });
});

it('names a backup only where a second channel is in use', async () => {
  const { data, errors } = await world.ask(ACME, '{ apiKey(id: "chat") { callableModels { model callable hasBackup } } }');
  expect(errors).toEqual([]);
  expect(data?.['apiKey']).toMatchObject({ callableModels: [{ model: 'm', callable: true, hasBackup: false }, {}] });
});
