/** Values at the edge of what a catalog may say: what could not be meant is refused with its path, in the file and over the graph. */
import { parse } from 'yaml';
import { aCatalog, aChannel, aModel, aRoute } from '../../test/support/catalog-builders';
import { EXAMPLE_CATALOG, SURROUNDINGS } from '../../test/support/example-catalog';
import { ConfigurationError } from '../kernel/configuration-error';
import { parseCatalog } from './parse-catalog';
import { entryReader } from './read-entry';

/** Where a value is put into the example, and what is said of it there. */
function faultsWith(path: string, value: unknown): string[] {
  const tree: unknown = parse(EXAMPLE_CATALOG);
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  const owner = parts.reduce((node, part) => (node as Record<string, unknown>)[part], tree) as Record<string, unknown>;
  owner[last] = value;
  try {
    parseCatalog(JSON.stringify(tree), 'json', SURROUNDINGS);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map((fault) => `${fault.path}: ${fault.problem}`);
    throw error;
  }
  return [];
}

const ALLOWED_MODELS = 'accounts.0.keys.1.allowedModels';
const UPSTREAM_MODEL = 'must have 1 to 200 visible characters, without spaces around them';
const TWICE = 'another channel of this route is "cheap-a" with the same upstreamModel: maxAttempts says how often it is tried';

describe('a catalog', () => {
  it.each<[string, string, unknown, string]>([
    ['a blank name of a channel', 'channels.0.name', ' ', 'channels[0].name: must have 1 to 200 characters'],
    ['a blank name of an account', 'accounts.0.name', '\t', 'accounts[0].name: must have 1 to 200 characters'],
    ['no name of a key', 'accounts.0.keys.0.name', '', 'accounts[0].keys[0].name: must have 1 to 200 characters'],
    ['a blank upstreamModel', 'routes.0.channels.0.upstreamModel', ' ', `routes[0].channels[0].upstreamModel: ${UPSTREAM_MODEL}`],
    ['one with the end of a line', 'routes.0.channels.0.upstreamModel', 'gpt\n', `routes[0].channels[0].upstreamModel: ${UPSTREAM_MODEL}`],
    [
      'costs of a blank model',
      'channels.0.costs',
      { ' ': { currency: 'USD', input: '1', output: '1' } },
      `channels[0].costs. : its name ${UPSTREAM_MODEL}`,
    ],
    [
      'a space in a baseUrl',
      'channels.0.baseUrl',
      'https://cheap-a.example/v1 ',
      'channels[0].baseUrl: must have no spaces in it or around it',
    ],
    ...[
      ['https://cheap-a.example/v1/chat/completions/', '/chat/completions'],
      ['https://cheap-a.example/v1/messages', '/messages'],
      ['https://gemini.example/v1beta/models/gemini-3-flash:generateContent', '/models/gemini-3-flash:generateContent'],
    ].map(
      ([url, endpoint]) =>
        [
          `a baseUrl with the path of an endpoint, ${endpoint}`,
          'channels.0.baseUrl',
          url,
          `channels[0].baseUrl: must end before "${endpoint}": the path of each endpoint is put behind it`,
        ] as [string, string, string, string],
    ),
    [
      'a channel twice in one route',
      'routes.0.channels',
      [{ channel: 'cheap-a' }, { channel: 'cheap-b' }, { channel: 'cheap-a', upstreamModel: 'gpt-5-mini', priority: 4 }],
      `routes[0].channels[2].channel: ${TWICE}`,
    ],
    [
      'a key that may call nothing',
      ALLOWED_MODELS,
      [],
      'accounts[0].keys[1].allowedModels: must name 1 to 1000 models; leave it out to allow every model',
    ],
    ['a model twice', ALLOWED_MODELS, ['gpt-5-mini', 'gpt-5-mini'], 'accounts[0].keys[1].allowedModels[1]: stands in the list already'],
    [
      'a limit of nothing',
      'accounts.0.keys.1.spendLimits.0.amount',
      '0.00',
      'accounts[0].keys[1].spendLimits[0].amount: must be above zero',
    ],
    [
      'requests that may cost nothing',
      'accounts.0.keys.1.maxCharge',
      [{ bucket: 'RMB', amount: '0' }],
      'accounts[0].keys[1].maxCharge[0].amount: must be above zero',
    ],
    ['a list for names', 'aliases', [], 'aliases: must be a set of named fields'],
    ['a list for a text', 'accounts.0.token', [], 'accounts[0].token: must be text (put it in quotes)'],
    ['a text for a list', 'accounts.0.keys.1.spendLimits', 'a long text', 'accounts[0].keys[1].spendLimits: must be a list'],
  ])('refuses %s, and says it once', (_, path, value, fault) => {
    expect(faultsWith(path, value)).toEqual([fault]);
  });

  it.each<[string, string, unknown]>([
    ['a channel twice by two of its models', 'routes.0.channels', [{ channel: 'cheap-a' }, { channel: 'cheap-a', upstreamModel: 'older' }]],
    ['a multiplier of zero, as setPrice does', 'routes.0.price.multiplier', '0'],
    ['a model that writes nothing', 'models.0.maxOutputTokens', 0],
  ])('takes %s', (_, path, value) => {
    expect(faultsWith(path, value)).toEqual([]);
  });
});

describe('an entry that is written over the graph', () => {
  const catalog = aCatalog({ models: [aModel('m')], channels: [aChannel('a'), aChannel('b')], routes: [aRoute('m', 'OFFICIAL', ['a'])] });
  const entries = entryReader(() => null);
  const route = { model: 'm', type: 'ORDINARY', price: { input: '1', output: '1' }, channels: [{ channel: 'a' }] };

  it('takes null at every depth for what is left out', () => {
    const nulls = {
      ...route,
      sticky: null,
      price: { ...route.price, cachedInput: null, multiplier: null },
      channels: [{ channel: 'a', upstreamModel: null, maxAttempts: null, price: null, cost: null }],
    };
    expect(entries.route(nulls, catalog, null)).toEqual(entries.route(route, catalog, null));
    const channel = { id: 'c', protocol: 'openai', baseUrl: 'https://c.example/v1', apiKey: 'k' };
    expect(entries.channel({ ...channel, timeouts: { connectMs: null }, breaker: { off: null } }, catalog, null)).toEqual(
      entries.channel({ ...channel, timeouts: {}, breaker: {} }, catalog, null),
    );
  });

  it('is held to the rules of the file', () => {
    expect(() => entries.route({ ...route, channels: [{ channel: 'a' }, { channel: 'a', upstreamModel: 'm' }] }, catalog, null)).toThrow(
      'channels[1].channel: another channel of this route is "a" with the same upstreamModel',
    );
    expect(() => entries.channel({ name: ' ' }, catalog, catalog.channels.get('b') ?? null)).toThrow('name: must have 1 to 200 characters');
  });
});
