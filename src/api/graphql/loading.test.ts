import { ACME, type GraphWorld, graphWorld } from '../../../test/support/graph-world';
import { anAttempt, anEntry, aRecord, settled } from '../../../test/support/receipt-builders';

/** A page with the contract's fields three levels deep. */
const PAGE = `query Page($first: Int) { receipts(first: $first) { nodes {
  id createdAt settledAt endpoint stream status stopReason requestedModel upstreamModel reportedModel routeType retryCount fallbackCount
  providerStatus errorCode latencyMs timeToFirstTokenMs bucket bucketReason charge noChargeReason fallbackDelta nextStep
  apiKey { id name prefix status project { id name } limits { concurrency } lastUsedAt }
  project { id name apiKeys { id lastUsedAt } }
  primaryChannel { id name status } finalChannel { id name status }
  usage { inputTokens outputTokens source } price { versionId input output } hold { amount state }
  lines { label tokens unitPrice amount }
  attempts { id channel { id } status usage { inputTokens } charge chargeReason }
  ledgerEntries { id wallet { id balance } apiKey { id } receipt { id charge } }
} pageInfo { hasNextPage endCursor } } }`;

async function callsFor(first: number): Promise<{ calls: Record<string, number>; nodes: number }> {
  const world = await graphWorld();
  fill(world, 100);
  world.calls.clear();
  const { data, errors } = await world.ask(ACME, PAGE, { first });
  await world.app.close();
  expect(errors).toEqual([]);
  return { calls: Object.fromEntries(world.calls), nodes: (data as { receipts: { nodes: unknown[] } }).receipts.nodes.length };
}

function fill({ reader }: GraphWorld, receipts: number): void {
  for (let index = 0; index < receipts; index += 1) {
    const id = `r-${index}`;
    reader.allReceipts.push(settled(aRecord(id, { apiKeyId: index % 2 === 0 ? 'chat' : 'side', projectId: 'bots' })));
    reader.allAttempts.push(anAttempt(id, 0));
    reader.allEntries.push(anEntry(`e-${index}`, { receiptId: id }));
  }
}

describe('reading from the stores', () => {
  it('takes one call for each kind of thing, for a hundred receipts as for five', async () => {
    const [few, many] = [await callsFor(5), await callsFor(100)];
    expect([few.nodes, many.nodes]).toEqual([5, 100]);
    expect(many.calls).toEqual(few.calls);
    expect(Object.values(many.calls).every((count) => count === 1)).toBe(true);
  });

  it('asks the pages of all keys at once, however many keys are met, and each other question by itself', async () => {
    const world = await graphWorld();
    fill(world, 50);
    world.calls.clear();
    await world.ask(
      ACME,
      '{ receipts(first: 50) { nodes { apiKey { a: receipts(first: 10) { nodes { id } } b: receipts(first: 2) { nodes { id } } } } } }',
    );
    await world.app.close();
    expect([world.calls.get('reader.receipts'), world.calls.get('reader.receiptsOfKeys')]).toEqual([1, 2]);
  });

  it('is prepared once for a request of one mutation, and once more for each that follows on it', async () => {
    const world = await graphWorld();
    const pause = (times: number) =>
      `mutation { ${Array.from({ length: times }, (_, at) => `m${at}: pauseApiKey(id: "chat") { status }`).join(' ')} }`;
    const prepared = async (query: string) => {
      world.calls.clear();
      await world.ask(ACME, query);
      return world.calls.get('catalog.current');
    };
    const [query, one, three] = [await prepared('{ __typename }'), await prepared(pause(1)), await prepared(pause(3))];
    await world.app.close();
    expect([query, one, three]).toEqual([1, 1, 3]);
  });

  it('reads nothing that was not asked for', async () => {
    const world = await graphWorld();
    world.calls.clear();
    await world.ask(ACME, '{ receipts { nodes { id charge status } } }');
    await world.app.close();
    expect([...world.calls.keys()].filter((place) => place.startsWith('reader.'))).toEqual(['reader.receipts']);
  });

  it('refuses pages inside of pages that would read a whole ledger', async () => {
    const world = await graphWorld();
    for (let index = 0; index < 100; index += 1)
      await world.keys.add({
        key: { ...(await world.keys.list('acme'))[0]!, id: `k-${index}` },
        secret: { hash: `h-${index}`, keyId: `k-${index}`, validUntil: null },
      });
    const deep = await world.ask(ACME, '{ apiKeys { a: receipts(first: 100) { nodes { id } } b: receipts(first: 99) { nodes { id } } } }');
    const fits = await world.ask(ACME, '{ apiKeys { receipts(first: 100) { nodes { id } } } }');
    await world.app.close();
    expect(deep.errors[0]?.message).toContain('smaller pages');
    expect(fits.errors).toEqual([]);
  });
});
