import { parse } from 'yaml';
import { EXAMPLE_CATALOG, SURROUNDINGS } from '../../test/support/example-catalog';
import { ConfigurationError } from '../kernel/configuration-error';
import { parseCatalog } from './parse-catalog';

/** A catalog as a tree in which everything can be replaced. */
type Tree = { [field: string]: Tree } & { [index: number]: Tree };

/** A value of any kind, as part of a tree. */
const set = (value: unknown) => value as Tree;

function faultsOf(source: string, format: 'yaml' | 'json' = 'json'): string[] {
  try {
    parseCatalog(source, format, SURROUNDINGS);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map(({ path, problem }) => `${path}: ${problem}`);
    throw error;
  }
  return [];
}

function faultsAfter(change: (tree: Tree) => void): string[] {
  const tree = parse(EXAMPLE_CATALOG) as Tree;
  change(tree);
  return faultsOf(JSON.stringify(tree));
}

describe('a catalog with faults', () => {
  it('reports all of them at once, each with its path', () => {
    const faults = faultsAfter((tree) => {
      tree['chanels'] = set([]);
      tree['channels']![0]!['apiKey'] = set('${MISSING_KEY}');
      tree['channels']![0]!['proxy'] = set('x');
      tree['channels']![1]!['baseUrl'] = set('http://localhost:9/v1');
      tree['models']![0]!['contextWindow'] = set('many');
      tree['routes']![0]!['price']!['input'] = set(0.8);
      tree['routes']![0]!['channels']![1]!['channel'] = set('cheap-c');
      tree['routes']![1]!['price']!['output'] = set('-2.00');
      tree['accounts']![0]!['keys']![0]!['project'] = set('cats');
      tree['research']!['models']!['deep'] = set('gpt-9');
    });
    expect(faults.sort()).toEqual(
      [
        'chanels: unknown field',
        'channels[0].apiKey: the environment has no MISSING_KEY',
        'channels[0].proxy: unknown field',
        'channels[1].baseUrl: points at a private address',
        'models[0].contextWindow: must be a whole number',
        'routes[0].price.input: must be a decimal string in quotes, such as "0.80", with at most nine digits after the point',
        'routes[0].channels[1].channel: unknown channel "cheap-c"',
        'routes[1].price.output: must not be negative',
        'accounts[0].keys[0].project: unknown project of the key\'s account "cats"',
        'research.models.deep: unknown model "gpt-9"',
      ].sort(),
    );
  });

  it.each([
    [{ provider: 'stocks' }, 'provider: must be one of sample, csv, yahoo, stooq'],
    [{ provider: 'csv' }, 'folder: is missing: csv reads files'],
    [{ provider: 'sample', folder: 'prices' }, 'folder: belongs to the provider csv'],
    [{ provider: 'yahoo', apiKey: 'key' }, 'apiKey: belongs to the provider stooq'],
    [
      { provider: 'csv', folder: 'nowhere' },
      'folder: is no folder that can be read; it is taken from the working directory of the gateway',
    ],
  ])('refuses market data of %j', (marketData, fault) => {
    expect(faultsAfter((tree) => (tree['research']!['marketData'] = set(marketData)))).toEqual([`research.marketData.${fault}`]);
  });

  it.each<[string, (tree: Tree) => void, string]>([
    ['a missing field', (tree) => delete tree['models']![0]!['contextWindow'], 'models[0].contextWindow: is missing'],
    ['a channel without a secret', (tree) => delete tree['channels']![0]!['apiKey'], 'channels[0].apiKey: is missing'],
    [
      'one secret and several',
      (tree) => (tree['channels']![0]!['apiKeys'] = set(['sk-other'])),
      'channels[0].apiKeys: stands beside apiKey: write one of the two',
    ],
    [
      'one secret twice',
      (tree) => {
        delete tree['channels']![0]!['apiKey'];
        tree['channels']![0]!['apiKeys'] = set(['sk-secret', 'sk-secret']);
      },
      'channels[0].apiKeys[1]: stands in the list already',
    ],
    [
      'a breaker that would always be open',
      (tree) => (tree['channels']![0]!['breaker'] = set({ failureRate: 0 })),
      'channels[0].breaker.failureRate: must be above 0',
    ],
    [
      'a breaker with an unknown field',
      (tree) => (tree['channels']![0]!['breaker'] = set({ threshold: 3 })),
      'channels[0].breaker.threshold: unknown field',
    ],
    [
      'a weight of nothing',
      (tree) => (tree['routes']![0]!['channels']![0]!['weight'] = set(0)),
      'routes[0].channels[0].weight: must be at least 1',
    ],
    [
      'something else to stick to',
      (tree) => (tree['routes']![0]!['sticky'] = set('session')),
      'routes[0].sticky: must be one of key, prefix',
    ],
    ['a missing list', (tree) => delete tree['routes'], 'routes: is missing'],
    [
      'an unknown protocol',
      (tree) => (tree['channels']![0]!['protocol'] = set('grpc')),
      'channels[0].protocol: must be one of openai, anthropic, gemini',
    ],
    [
      'too many attempts',
      (tree) => (tree['routes']![0]!['channels']![0]!['maxAttempts'] = set(11)),
      'routes[0].channels[0].maxAttempts: must be at most 10',
    ],
    [
      'half an attempt',
      (tree) => (tree['routes']![0]!['channels']![0]!['maxAttempts'] = set(1.5)),
      'routes[0].channels[0].maxAttempts: must be a whole number',
    ],
    ['a route without channels', (tree) => (tree['routes']![1]!['channels'] = set([])), 'routes[1].channels: must have at least 1 entries'],
    ['a number for an id', (tree) => (tree['accounts']![0]!['id'] = set(7)), 'accounts[0].id: must be text (put it in quotes)'],
    [
      'ten digits after the point',
      (tree) => (tree['routes']![0]!['price']!['input'] = set('0.0000000001')),
      'routes[0].price.input: must be a decimal string in quotes, such as "0.80", with at most nine digits after the point',
    ],
    [
      'a negative balance',
      (tree) => (tree['accounts']![0]!['wallets']!['RMB'] = set('-1')),
      'accounts[0].wallets.RMB: must not be negative',
    ],
    ['an unknown bucket', (tree) => (tree['accounts']![0]!['wallets']!['EUR'] = set('1')), 'accounts[0].wallets.EUR: unknown field'],
    [
      'a user name in a URL',
      (tree) => (tree['channels']![0]!['baseUrl'] = set('https://u:p@a.example/v1')),
      'channels[0].baseUrl: must not hold a user name or password: the apiKey field is for secrets',
    ],
    [
      'another scheme',
      (tree) => (tree['channels']![0]!['baseUrl'] = set('file:///etc/passwd')),
      'channels[0].baseUrl: must be an http:// or https:// URL',
    ],
    [
      'a URL that is none',
      (tree) => (tree['channels']![0]!['baseUrl'] = set('https://')),
      'channels[0].baseUrl: must be an http:// or https:// URL',
    ],
    [
      'a date that is none',
      (tree) => (tree['accounts']![0]!['keys']![0]!['expiresAt'] = set('tomorrow')),
      'accounts[0].keys[0].expiresAt: must be an instant such as 2030-01-31T00:00:00Z',
    ],
    [
      'a model that nobody sells',
      (tree) => (tree['accounts']![0]!['keys']![1]!['allowedModels'] = set(['gpt-9'])),
      'accounts[0].keys[1].allowedModels[0]: unknown model "gpt-9"',
    ],
    [
      'the account of another',
      (tree) => (tree['accounts']![0]!['keys']![0]!['accountId'] = set('other')),
      'accounts[0].keys[0].accountId: must be the same as the id of the account that the key stands under',
    ],
    [
      'a reference that names nothing',
      (tree) => (tree['channels']![0]!['apiKey'] = set('${A B}')),
      'channels[0].apiKey: ${A B} names no variable',
    ],
  ])('refuses %s', (_, change, fault) => {
    expect(faultsAfter(change)).toEqual([fault]);
  });

  it.each(['100001', '99999999999.5'])('refuses a price without limits: %s', (amount) => {
    const faults = faultsAfter((tree) => (tree['routes']![0]!['price']!['input'] = set(amount)));
    expect(faults).toEqual(['routes[0].price.input: must be at most 100000']);
  });

  it.each<[string, (tree: Tree) => void, string]>([
    ['channels', (tree) => (tree['channels']![1]!['id'] = set('cheap-a')), 'channels[1].id: another channel has the id "cheap-a"'],
    ['models', (tree) => (tree['models']![1]!['id'] = set('gpt-5-mini')), 'models[1].id: another model has the id "gpt-5-mini"'],
    [
      'routes',
      (tree) => (tree['routes']![1]!['type'] = set('ORDINARY')),
      'routes[1]: another route has the model and type gpt-5-mini:ORDINARY',
    ],
    ['keys', (tree) => (tree['accounts']![0]!['keys']![1]!['id'] = set('chat')), 'accounts[0].keys[1].id: another key has the id "chat"'],
    [
      'secrets',
      (tree) => (tree['accounts']![0]!['keys']![1]!['secret'] = set('sk-tf-test-chat')),
      'accounts[0].keys[1].secret: is the secret or token of another one too',
    ],
  ])('refuses two %s of the same name', (_, change, fault) => {
    expect(faultsAfter(change)).toContain(fault);
  });

  it('refuses two spend limits of a project for one bucket and window', () => {
    const limit = { bucket: 'RMB', window: 'DAY', amount: '1' };
    const faults = faultsAfter((tree) => (tree['accounts']![0]!['projects']![0]!['spendLimits'] = set([limit, limit])));
    expect(faults).toEqual(['accounts[0].projects[0].spendLimits[1]: another spend limit of this project is for RMB:DAY']);
  });

  it('refuses projects and keys that two accounts share', () => {
    const faults = faultsAfter((tree) => {
      const [acme] = tree['accounts'] as unknown as Tree[];
      tree['accounts'] = set([acme, { ...acme, id: 'other', token: 'other-token', keys: [] }]);
    });
    expect(faults).toEqual(['accounts[1].projects[0].id: another project has the id "bots"']);
  });

  it('says where a file is not YAML, and repeats nothing of it', () => {
    const [fault] = faultsOf('channels:\n  - id: a\n    apiKey: "sk-secret', 'yaml');
    expect(fault).toMatch(/^catalog line \d+, column \d+: is not YAML/);
    expect(fault).not.toMatch(/secret/);
  });

  it('says of a variable without quotes within braces what it needs, and calls nothing behind it wrong', () => {
    expect(faultsOf('a: { b: ${C} }\nd: 1\n', 'yaml')).toEqual(['catalog line 1, column 10: is not YAML: a variable needs quotes here']);
  });

  it('says where text that begins with a star needs quotes, and repeats nothing of it', () => {
    expect(faultsOf('a: &x 1\nb: *x\nc: *sk-secret\n', 'yaml')).toEqual([
      'catalog line 3, column 4: is an alias that refers to nothing: text that begins with * needs quotes',
    ]);
  });

  it.each(['', '[]', 'text'])('refuses %j, which is no catalog', (source) => {
    expect(faultsOf(source, 'yaml')).toEqual(['catalog: must be a set of named fields']);
  });

  it.each([
    ['ends too early', '{ "apiKey": "sk-secret" ', ' line 1, column 25'],
    ['has a comma too much', '{\n  "channels": [],\n}', ' line 3, column 1'],
    ['has a word without quotes', '{\n  "channels": sk-secret\n}', ' line 2, column 15'],
    ['is empty', '', ''],
  ])('says where a JSON file is not JSON, and repeats nothing of it: one that %s', (_, source, where) => {
    expect(faultsOf(source)).toEqual([`catalog${where}: is not JSON`]);
  });

  it('never repeats a secret in a message', () => {
    const message = faultsAfter((tree) => {
      tree['channels']![1]!['apiKey'] = set('sk b');
      tree['accounts']![0]!['token'] = set('my token');
      tree['accounts']![0]!['keys']![0]!['secret'] = set('x y');
    }).join('\n');
    expect(message).not.toMatch(/sk b|my token|x y/);
  });
});
