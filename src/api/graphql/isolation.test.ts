import { ACME, CHAT, GLOBEX, type GraphWorld, graphWorld, OPERATOR } from '../../../test/support/graph-world';

let world: GraphWorld;

beforeAll(async () => {
  world = await graphWorld();
});

afterAll(() => world.app.close());

/** Every list of the graph, with everything that hangs on it. */
const EVERYTHING = `{
  apiKeys { id project { id apiKeys { id } } receipts { nodes { id } } }
  projects { id apiKeys { id } }
  receipts(first: 100) { nodes { id apiKey { id } project { id } ledgerEntries { id wallet { id } } } }
  wallets { id entries { nodes { id receipt { id } apiKey { id } } } }
  ledgerEntries { nodes { id wallet { id } receipt { id } apiKey { id } } }
}`;

/** Every id that an answer holds. */
function idsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(idsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (name === 'id' ? [String(inner)] : idsIn(inner)));
}

async function idsSeenBy(token: string): Promise<string[]> {
  const { data, errors } = await world.ask(token, EVERYTHING);
  expect(errors).toEqual([]);
  return [...new Set(idsIn(data))].sort();
}

const OF_ACME = ['acme:CREDIT', 'acme:RMB', 'bots', 'chat', 'e-charge', 'e-top-up', 'labs', 'r-fallback', 'r-flying', 'r-refused', 'side'];
const OF_GLOBEX = ['apps', 'e-other', 'globex:CREDIT', 'globex:RMB', 'other', 'r-other'];

describe('what a caller sees', () => {
  it('is all of its account and nothing of another', async () => {
    expect(await idsSeenBy(ACME)).toEqual(OF_ACME);
    expect(await idsSeenBy(GLOBEX)).toEqual(OF_GLOBEX);
  });

  it('is for a key itself, its project, its receipts and entries, and the wallets that pay for it', async () => {
    expect(await idsSeenBy(CHAT)).toEqual(['acme:CREDIT', 'acme:RMB', 'bots', 'chat', 'e-charge', 'r-fallback', 'r-flying']);
  });

  it('is everything for the operator', async () => {
    expect(await idsSeenBy(OPERATOR)).toEqual([...OF_ACME, ...OF_GLOBEX].sort());
  });

  it('says of every key and project whose it is', async () => {
    const { data } = await world.ask(OPERATOR, '{ apiKeys { id accountId project { accountId } } projects { id accountId } }');
    expect(data).toEqual({
      apiKeys: expect.arrayContaining([
        { id: 'chat', accountId: 'acme', project: { accountId: 'acme' } },
        { id: 'other', accountId: 'globex', project: { accountId: 'globex' } },
      ]),
      projects: expect.arrayContaining([
        { id: 'bots', accountId: 'acme' },
        { id: 'apps', accountId: 'globex' },
      ]),
    });
  });
});

describe('what a caller may not see', () => {
  it.each([
    ['a neighbour', CHAT, '{ found: apiKey(id: "side") { id } }'],
    ['a key of another account', ACME, '{ found: apiKey(id: "other") { id } }'],
    ['a receipt of another account', ACME, '{ found: receipt(id: "r-other") { id } }'],
    ['a receipt of a neighbour', CHAT, '{ found: receipt(id: "r-refused") { id } }'],
  ])('is null, as what does not exist: %s', async (_what, token, query) => {
    expect(await world.ask(token, query)).toMatchObject({ data: { found: null }, errors: [] });
    expect(await world.ask(token, query.replace(/id: "[\w-]+"/, 'id: "nothing"'))).toMatchObject({ data: { found: null }, errors: [] });
  });

  it('stays unseen when a filter asks for it', async () => {
    const query =
      '{ receipts(filter: { apiKeyId: "other" }) { nodes { id } } ledgerEntries(filter: { apiKeyId: "other" }) { nodes { id } } }';
    expect((await world.ask(ACME, query)).data).toEqual({ receipts: { nodes: [] }, ledgerEntries: { nodes: [] } });
  });
});

describe('without a known token', () => {
  it.each([
    ['none', null],
    ['an unknown one', 'sk-tf-unknown'],
  ])('nothing is answered, not even a typename: %s', async (_what, token) => {
    const { status, data, errors } = await world.ask(token, '{ __typename }');
    expect([status, data]).toEqual([401, null]);
    expect(errors[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('a paused key is told that it is paused', async () => {
    await world.keys.setStatus('side', 'PAUSED');
    const { status, errors } = await world.ask('sk-tf-test-side', '{ apiKeys { id } }');
    await world.keys.setStatus('side', 'ACTIVE');
    expect([status, errors[0]?.extensions['faultCode']]).toEqual([403, 'key_paused']);
  });
});
