import { parse } from 'yaml';
import { EXAMPLE_CATALOG, SURROUNDINGS } from '../../test/support/example-catalog';
import { parseDecimal } from '../kernel/money';
import { parseCatalog } from './parse-catalog';

describe('a catalog without faults', () => {
  const declared = parseCatalog(EXAMPLE_CATALOG, 'yaml', SURROUNDINGS);

  it('declares channels with their secrets from the environment and every default', () => {
    expect(declared.routing.channels).toEqual([
      {
        id: 'cheap-a',
        name: 'cheap-a',
        protocol: 'openai',
        baseUrl: 'https://cheap-a.example/v1',
        apiKey: 'sk-a',
        timeouts: { connectMs: 1_000, firstByteMs: 30_000, idleMs: 60_000, totalMs: 600_000 },
        onClientGone: 'drain',
      },
      {
        id: 'cheap-b',
        name: 'cheap-b',
        protocol: 'anthropic',
        baseUrl: 'https://cheap-b.example',
        apiKey: 'sk-b',
        timeouts: { connectMs: 3_000, firstByteMs: 30_000, idleMs: 60_000, totalMs: 600_000 },
        onClientGone: 'cancel',
      },
    ]);
  });

  it('takes the context window for the bound of a media part that is not given', () => {
    expect(declared.routing.models.map((model) => model.mediaPartTokens)).toEqual([128_000, 2_000]);
  });

  it('declares routes with exact prices', () => {
    const [ordinary, official] = declared.routing.routes;
    expect([ordinary?.id, official?.id]).toEqual(['gpt-5-mini:ORDINARY', 'gpt-5-mini:OFFICIAL']);
    expect(ordinary?.price).toEqual({
      input: 800_000_000n,
      cachedInput: 80_000_000n,
      cacheWrite: null,
      output: 3_200_000_000n,
      perRequest: null,
      multiplier: 1_000_000_000n,
    });
    expect(ordinary?.steps).toMatchObject([
      { channelId: 'cheap-a', upstreamModel: 'gpt-5-mini-2025-08-07', maxAttempts: 2, price: null },
      { channelId: 'cheap-b', upstreamModel: 'gpt-5-mini', maxAttempts: 1, price: { perRequest: 10_000_000n, multiplier: 1_500_000_000n } },
    ]);
  });

  it('declares several secrets, when a channel is passed over, and how one of several is chosen', () => {
    const text = EXAMPLE_CATALOG.replace(
      'apiKey: ${CHEAP_A_KEY}',
      'apiKeys: ["${CHEAP_A_KEY}", sk-a2]\n    breaker: { consecutiveFailures: 3, off: false }',
    )
      .replace('maxAttempts: 2 }', 'maxAttempts: 2, priority: 2 }')
      .replace('type: ORDINARY\n', 'type: ORDINARY\n    sticky: prefix\n');
    const { routing } = parseCatalog(text, 'yaml', SURROUNDINGS);
    expect(routing.channels[0]).toMatchObject({
      apiKey: 'sk-a',
      apiKeys: ['sk-a', 'sk-a2'],
      breaker: { consecutiveFailures: 3, off: false },
    });
    expect(routing.routes[0]).toMatchObject({
      sticky: 'prefix',
      steps: [
        { channelId: 'cheap-a', priority: 2 },
        { channelId: 'cheap-b', priority: 2 },
      ],
    });
  });

  it('puts steps in the order of their priorities; one without gets its place', () => {
    const text = EXAMPLE_CATALOG.replace('maxAttempts: 2 }', 'maxAttempts: 2, priority: 3 }');
    const [route] = parseCatalog(text, 'yaml', SURROUNDINGS).routing.routes;
    expect(route?.steps.map(({ channelId, priority }) => [channelId, priority])).toEqual([
      ['cheap-b', 2],
      ['cheap-a', 3],
    ]);
    expect(declared.routing.routes[0]?.steps.map(({ priority }) => priority)).toEqual([undefined, undefined]);
  });

  it('declares what channels charge: the cost of the step, else that of the channel for the upstream model', () => {
    const withCosts = (channel: string, step: string) =>
      parseCatalog(
        EXAMPLE_CATALOG.replace('timeouts: { connectMs: 1000 }', `costs: { gpt-5-mini-2025-08-07: ${channel} }`).replace(
          'maxAttempts: 2 }',
          `maxAttempts: 2${step} }`,
        ),
        'yaml',
        SURROUNDINGS,
      ).routing.routes[0]?.steps.map((each) => each.cost);
    const ofChannel = '{ currency: USD, input: "0.1", output: "0.4" }';
    expect(withCosts(ofChannel, '')).toMatchObject([{ currency: 'USD', input: 100_000_000n, cachedInput: null, perRequest: null }, null]);
    expect(withCosts(ofChannel, ', cost: { currency: CNY, input: "0.5", output: "2", perRequest: "0.01" }')).toMatchObject([
      { currency: 'CNY', input: 500_000_000n, perRequest: 10_000_000n },
      null,
    ]);
    expect(() => withCosts('{ currency: EUR, input: "0.1", output: "0.4" }', '')).toThrow();
  });

  it('declares accounts with wallets, projects and keys', () => {
    const [acme] = declared.accounts;
    expect(acme).toMatchObject({ id: 'acme', token: 'acme-management-token', projects: [{ id: 'bots', name: 'Bots' }] });
    expect(acme?.projects[0]?.spendLimits).toEqual([{ bucket: 'RMB', window: 'MONTH', amount: parseDecimal('40.5') }]);
    expect(acme?.wallets).toEqual([
      { bucket: 'RMB', amount: parseDecimal('100') },
      { bucket: 'CREDIT', amount: 0n },
    ]);
    expect(acme?.keys[0]).toMatchObject({
      id: 'chat',
      projectId: 'bots',
      allowedModels: null,
      crossBucketFallback: false,
      expiresAt: null,
    });
    expect(acme?.keys[1]).toMatchObject({
      projectId: 'bots',
      routePolicy: 'OFFICIAL_FIRST',
      crossBucketFallback: true,
      allowedModels: ['gpt-5-mini'],
      limits: { requestsPerMinute: 60, tokensPerMinute: null, spend: [{ bucket: 'RMB', window: 'DAY', amount: 5_000_000_000n }] },
      expiresAt: Date.UTC(2030, 0, 30, 16),
    });
  });

  it('declares what research uses', () => {
    expect(declared.research).toEqual({ models: { quick: 'gpt-5-mini', deep: 'org/large@2025' }, marketData: { provider: 'sample' } });
  });

  it('declares the folder of market data', () => {
    const inFolder = EXAMPLE_CATALOG.replace('provider: sample', 'provider: csv, folder: prices');
    expect(parseCatalog(inFolder, 'yaml', SURROUNDINGS).research?.marketData).toEqual({ provider: 'csv', folder: 'prices' });
  });

  it('reads the same from JSON', () => {
    expect(parseCatalog(JSON.stringify(parse(EXAMPLE_CATALOG), null, '\t'), 'json', SURROUNDINGS)).toEqual(declared);
  });

  it.each(['json', 'yaml'] as const)('reads %s behind a byte order mark', (format) => {
    expect(parseCatalog(`\uFEFF${JSON.stringify(parse(EXAMPLE_CATALOG))}`, format, SURROUNDINGS)).toEqual(declared);
  });

  it('researches on the synthetic sample where no market data is named', () => {
    const unnamed = EXAMPLE_CATALOG.replace(/\n\s+marketData:.*/, '');
    expect(parseCatalog(unnamed, 'yaml', SURROUNDINGS).research?.marketData).toEqual({ provider: 'sample' });
  });

  it('needs neither accounts nor research', () => {
    const smaller = parseCatalog('{ channels: [], models: [], routes: [] }', 'yaml', SURROUNDINGS);
    expect(smaller).toEqual({ routing: { channels: [], models: [], routes: [] }, accounts: [], research: null });
  });
});
