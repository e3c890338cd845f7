/** What a request that asks for too much is told, and what it costs until then. */
import { getIntrospectionQuery } from 'graphql';
import { ACME, type Answer, CHAT, type GraphWorld, graphWorld, OPERATOR } from '../../../test/support/graph-world';
import { aKey, anAttempt, anEntry, aRecord, settled } from '../../../test/support/receipt-builders';

/** The keys of the project of a key, so many times over. */
const keysOfKeys = (times: number): string => (times === 0 ? 'id' : `project { apiKeys { ${keysOfKeys(times - 1)} } }`);

const TOO_MUCH = {
  message: expect.stringContaining('smaller pages') as string,
  extensions: expect.objectContaining({ faultCode: 'invalid_request' }) as object,
};

describe('a request that asks for too much', () => {
  let world: GraphWorld;

  beforeEach(async () => {
    world = await graphWorld();
  });
  afterEach(() => world.app.close());

  const manyKeys = (count: number) => {
    for (let nth = 0; nth < count; nth += 1) world.keys.put(aKey(`k-${nth}`, { projectId: 'bots' }), `sk-tf-test-k-${nth}`);
  };
  const manyReceipts = (count: number) => {
    for (let nth = 0; nth < count; nth += 1) {
      const id = `r-${nth}`;
      world.reader.allReceipts.push(settled(aRecord(id, { apiKeyId: `k-${nth % 100}`, projectId: 'bots' })));
      world.reader.allAttempts.push(anAttempt(id, 0));
      world.reader.allEntries.push(anEntry(`e-${id}`, { receiptId: id, apiKeyId: `k-${nth % 100}` }));
    }
  };

  it('is refused before lists inside of lists multiply, however small the query and the account', async () => {
    manyKeys(60);
    const fits = await world.ask(ACME, `{ apiKeys { ${keysOfKeys(1)} } }`);
    expect(fits.errors).toEqual([]);
    for (const times of [2, 4]) refusedAsAWhole(await world.ask(ACME, `{ apiKeys { ${keysOfKeys(times)} } }`));
  });

  it('is refused before the fields of all objects are millions, however few each of them has, and those of one name count once', async () => {
    manyKeys(150);
    const renamed = Array.from({ length: 50 }, (_, nth) => `a${nth}: id`).join(' ');
    const asked = (fields: string) => world.ask(ACME, `{ apiKeys { project { apiKeys { ${fields} } } } }`);
    expect((await asked('id ... on ApiKey { id } '.repeat(25))).errors).toEqual([]);
    const answer = await asked(`id ... on ApiKey { ${renamed} }`);
    expect(answer.errors).toMatchObject([{ message: expect.stringContaining('1000000 fields') as string }]);
  });

  it('is refused once and as a whole, not once for each node that is cut off', async () => {
    manyKeys(100);
    manyReceipts(100);
    const query = `{ wallets { id } ledgerEntries(first: 100) { nodes { receipt { apiKey { receipts(first: 100) { nodes {
      ledgerEntries { receipt { apiKey { receipts(first: 100) { nodes { id } } } } } } } } } } } }`;
    refusedAsAWhole(await world.ask(OPERATOR, query));
  });

  it('loads nothing more from where it is refused on, whatever else it asked for', async () => {
    manyKeys(100);
    manyReceipts(500);
    const ofReceipt = 'attempts { id usage { inputTokens } } ledgerEntries { id wallet { id } } lines { label } price { versionId }';
    const parts = `${ofReceipt} lastUsed: apiKey { lastUsedAt }`;
    const pages = (first: number, inside: string) => `apiKey { receipts(first: ${first}) { nodes { ${inside} ${parts} } } }`;
    world.calls.clear();
    const refused = await world.ask(OPERATOR, `{ receipts(first: 100) { nodes { ${pages(100, pages(99, 'id'))} } } }`);
    refusedAsAWhole(refused);
    const spent = Object.fromEntries(world.calls);
    world.calls.clear();
    expect((await world.ask(OPERATOR, `{ receipts(first: 100) { nodes { ${pages(100, 'apiKey { id }')} } } }`)).errors).toEqual([]);
    const allowed = Object.fromEntries(world.calls);
    for (const [place, count] of Object.entries(spent))
      expect({ place, count }).toEqual({ place, count: Math.min(count, allowed[place] ?? 0) });
  });

  it('is refused as well where it asks for the schema many times over, while tools read the whole of it', async () => {
    const whole = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
    });
    expect((await world.ask(CHAT, whole)).errors).toEqual([]);
    const named = (inside: string) => Array.from({ length: 26 }, (_, nth) => `a${nth}: fields { ${inside} }`).join(' ');
    for (const query of [
      `{ __schema { types { ${named(`type { ofType { ${named('name')} } }`)} } } }`,
      `{ __type(name: "Query") { ${named(`type { ${named('name')} }`)} } }`,
    ]) {
      const { data, errors } = await world.ask(CHAT, query);
      expect([data, errors.map(({ message }) => message)]).toEqual([
        null,
        expect.arrayContaining([expect.stringContaining('renamed fields')]),
      ]);
    }
  });

  it.each([
    ['within a list', `{ apiKeys { ${'project { id } '.repeat(900)} } }`],
    ['at the root', `{ ${'wallets { id } '.repeat(900)} }`],
    ['in lists that are asked for over and over', `{ ${`apiKeys { ${'project { id } '.repeat(20)} } `.repeat(20)} }`],
    ['in a fragment that nothing spreads', `{ wallets { id } } fragment lone on Query { ${'wallets { id } '.repeat(900)} }`],
    [
      'in fragments within themselves',
      `{ ...a } fragment a on Query { ${'wallets { ...b } '.repeat(60)} } fragment b on Wallet { id ...b }`,
    ],
  ])('is refused for one name in one place %s, and not compared with itself before', async (_name, query) => {
    const { errors } = await world.ask(ACME, query);
    expect(errors.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('fields of one name in one place, and 50 are allowed'),
    );
    for (const { message } of errors) expect(message).toContain('are allowed: ask for less');
  });

  it('says what its mutation has done all the same', async () => {
    manyKeys(60);
    const inside = `receipts(first: 1) { nodes { id } } ${keysOfKeys(3)}`;
    const answer = await world.ask(ACME, `mutation { pauseApiKey(id: "chat") { status ${inside} } }`);
    expect(answer.errors).toEqual([expect.objectContaining(TOO_MUCH)]);
    expect((await world.keys.find(['chat'])).get('chat')?.status).toBe('PAUSED');
  });
});

function refusedAsAWhole({ data, errors }: Answer): void {
  expect(data).toBeNull();
  expect(errors).toEqual([expect.objectContaining(TOO_MUCH)]);
}
