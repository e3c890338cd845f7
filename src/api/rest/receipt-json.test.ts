import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { aCatalog, aChannel, aPrice } from '../../../test/support/catalog-builders';
import { MemoryLedgerReader } from '../../../test/support/memory-ledger-reader';
import { MemoryAccountStore, MemoryKeyStore, someOf } from '../../../test/support/memory-stores';
import { aKey, anAttempt, anEntry, aRecord, aRequest, aUsage, inFlight, settled } from '../../../test/support/receipt-builders';
import { loadReceipt } from '../../gateway/views/load-receipt';
import { nano } from '../../kernel/money';
import type { Protocol } from '../../routing/catalog';
import { receiptJson } from './receipt-json';
import { NO_RUN } from './run-of-receipt';

const ID = '0190f2a0-0000-7000-8000-000000000001';
const FLYING = '0190f2a0-0000-7000-8000-000000000002';

type Json = Record<string, unknown>;

async function jsonOf(id: string, spoke?: Protocol, usage = aUsage(7, 3), price = aPrice()): Promise<Json> {
  const reader = new MemoryLedgerReader();
  reader.allReceipts.push(inFlight(aRequest(FLYING)), settled(aRecord(ID, { projectId: 'bots', finalChannelId: 'gone', usage })));
  reader.allAttempts.push(anAttempt(ID, 0, { usage, charge: nano(19_000n), ...(spoke && { protocol: spoke }) }));
  reader.allEntries.push(anEntry('e', { receiptId: ID }));
  const keys = new MemoryKeyStore();
  keys.put(aKey('chat', { expiresAt: Date.UTC(2026, 2, 2) }), 'sk-tf-test-chat');
  const accounts = new MemoryAccountStore();
  await accounts.addProject({ id: 'bots', accountId: 'acme', name: 'Bots', spendLimits: [] });
  const prices = new Map([['m:ORDINARY#1', price]]);
  const catalog = { current: () => aCatalog({ channels: [aChannel('a')] }), prices: async (ids: readonly string[]) => someOf(prices, ids) };
  const loaded = await loadReceipt({ reader, keys, accounts, catalog }, id, { apiKeyId: 'chat' });
  if (loaded === undefined) throw new Error('the receipt is visible');
  return receiptJson(loaded, NO_RUN, Date.UTC(2026, 2, 3), () => 'HEALTHY') as Json;
}

const schemaOf = (file: string) => buildSchema(readFileSync(join(__dirname, '../../..', file), 'utf8'));
const contract = schemaOf('test/architecture/contract.graphql');
const graph = schemaOf('schema/schema.graphql');
const fieldsOf = (schema: GraphQLSchema, type: string) => Object.keys((schema.getType(type) as GraphQLObjectType).getFields());

/** How a channel is by now beyond one word, and what operators alone see. */
const OF_THE_GRAPH_ALONE = ['healthReason', 'openUntil', 'upstreamModels', 'secrets', 'cost'];

/** Facts that people see as what they stand for. */
const SEEN_AS: Readonly<Record<string, string>> = {
  requestId: 'id',
  apiKeyId: 'apiKey',
  projectId: 'project',
  runId: 'agentRun',
  routeId: 'model',
  primaryChannelId: 'primaryChannel',
  finalChannelId: 'finalChannel',
  priceId: 'price',
  primaryPriceId: 'fallbackDelta',
  holdId: 'hold',
  holdAmount: 'hold',
};
/** Whoever sees a receipt knows whose it is. */
const KNOWN_ANYWAY = ['accountId'];

describe('a fact of a receipt', () => {
  const record = aRecord(ID);

  it.each(Object.keys(record).filter((name) => !KNOWN_ANYWAY.includes(name)))('is to be seen by people: %s', (name) => {
    expect(fieldsOf(graph, 'Receipt')).toContain(SEEN_AS[name] ?? name);
  });
});

describe('a receipt over REST', () => {
  it.each([
    ['Receipt', (receipt: Json) => receipt],
    ['Usage', (receipt: Json) => receipt['usage']],
    ['Price', (receipt: Json) => receipt['price']],
    ['Hold', (receipt: Json) => receipt['hold']],
    ['Channel', (receipt: Json) => receipt['primaryChannel']],
    ['ReceiptLine', (receipt: Json) => (receipt['lines'] as Json[])[0]],
    ['Attempt', (receipt: Json) => (receipt['attempts'] as Json[])[0]],
  ] satisfies [string, (receipt: Json) => unknown][])(
    'has every field of the contract’s %s, and of the graph’s what is not its alone',
    async (type, part) => {
      const names = Object.keys(part(await jsonOf(ID)) as Json);
      expect(names).toEqual(expect.arrayContaining(fieldsOf(contract, type)));
      expect(names.sort()).toEqual(
        fieldsOf(graph, type)
          .filter((name) => !OF_THE_GRAPH_ALONE.includes(name))
          .sort(),
      );
    },
  );

  it('writes amounts as decimal strings and instants in UTC', async () => {
    expect(await jsonOf(ID)).toMatchObject({
      ...{ createdAt: '2026-03-01T12:00:00.000Z', settledAt: '2026-03-01T12:00:00.900Z', charge: '0.000019' },
      price: { input: '1', output: '4', currency: 'CNY', effectiveFrom: '1970-01-01T00:00:00.000Z' },
      ledgerEntries: [{ amount: '-0.000019', wallet: { id: 'acme:RMB', bucket: 'RMB', currency: 'CNY' } }],
    });
  });

  it('has null for what may be priced apart and was not used, as the graph does', async () => {
    const none = await jsonOf(ID);
    expect([none['usage'], none['attempts']]).toMatchObject([{ classes: null }, [{ usage: { classes: null } }]]);
    const heard = await jsonOf(ID, undefined, { ...aUsage(7, 3), classes: { milliseconds: 5 } });
    const classes = { ...Object.fromEntries(fieldsOf(graph, 'UsageClasses').map((name) => [name, null])), milliseconds: 5 };
    expect([heard['usage'], heard['attempts']]).toMatchObject([{ classes }, [{ usage: { classes } }]]);
  });

  it('shows the prices of long prompts, with the names of the graph, and the one that applied in its lines', async () => {
    const price = aPrice({ longPrompts: [{ above: 6, input: nano(2_000_000_000n), output: nano(8_000_000_000n), reasoning: nano(1n) }] });
    const told = await jsonOf(ID, undefined, aUsage(7, 3), price);
    const nulls = Object.fromEntries(fieldsOf(graph, 'LongPromptPrice').map((name) => [name, null]));
    expect((told['price'] as Json)['longPrompts']).toEqual([{ ...nulls, above: 6, input: '2', output: '8', reasoning: '0.000000001' }]);
    expect(told['lines']).toMatchObject([
      { label: 'input tokens, prompt above 6', tokens: 7, unitPrice: '2' },
      { label: 'output tokens, prompt above 6', tokens: 3, unitPrice: '8' },
      { label: 'above the hold, borne by the operator' },
    ]);
    expect((await jsonOf(ID))['price']).toMatchObject({ longPrompts: null });
  });

  it('shows the key as it stands now, and a channel that has left the catalog by its id', async () => {
    expect(await jsonOf(ID)).toMatchObject({
      apiKey: { status: 'EXPIRED' },
      finalChannel: { id: 'gone', name: 'gone', status: 'DISABLED' },
    });
  });

  it('says what a channel spoke then, whatever it speaks by now; where that was not recorded, what it speaks now', async () => {
    expect(await jsonOf(ID, 'gemini')).toMatchObject({
      primaryChannel: { id: 'a', protocol: 'gemini' },
      attempts: [{ protocol: 'gemini', channel: { id: 'a', protocol: 'gemini' } }],
    });
    expect(await jsonOf(ID)).toMatchObject({
      primaryChannel: { id: 'a', protocol: 'openai' },
      attempts: [{ protocol: null, channel: { id: 'a', protocol: 'openai' } }],
    });
  });

  it('holds no secret and no address', async () => {
    expect(JSON.stringify(await jsonOf(ID))).not.toMatch(/sk-upstream|http:|sk-tf-test/);
  });

  it('can be written while the request is in flight', async () => {
    expect(await jsonOf(FLYING)).toMatchObject({ status: 'IN_FLIGHT', charge: '0', lines: [], hold: { state: 'OPEN', resolvedAt: null } });
  });
});
