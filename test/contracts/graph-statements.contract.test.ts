/** A query of the graph makes as many statements for a long page or a large account as for a short or a small one. */
import Fastify from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { buildGraph } from '../../src/api/graphql/build-schema';
import { registerGraphql } from '../../src/api/graphql/graphql-server';
import { catalogJsonSchema } from '../../src/catalog-file/catalog-schema';
import { entryReader } from '../../src/catalog-file/read-entry';
import { LocalDoorbell } from '../../src/cluster/local-doorbell';
import { LocalRateLimiter } from '../../src/cluster/local-rate-limiter';
import { newId } from '../../src/kernel/ids';
import { nano } from '../../src/kernel/money';
import { hashSecret } from '../../src/kernel/secret';
import { KeyRing } from '../../src/keys/authenticate';
import { ChannelHealth } from '../../src/routing/health/channel-health';
import { NOBODY_ELSE } from '../../src/routing/health/health-news';
import { TypeormAccountStore } from '../../src/storage/account-store';
import { SqlAlertLog } from '../../src/storage/alerts/alert-log';
import { SqlAlertRules } from '../../src/storage/alerts/alert-rule-store';
import { TypeormApiKeyStore } from '../../src/storage/api-key-store';
import { SqlAuditLog } from '../../src/storage/audit-log-store';
import { SqlCatalogStore } from '../../src/storage/catalog/catalog-store';
import { SqlWalletHistory } from '../../src/storage/ledger-reader/wallet-history';
import { SqlTokenStore } from '../../src/storage/management-token-store';
import { moneyStores } from '../../src/storage/money-facts/money-stores';
import { SqlResearchStore } from '../../src/storage/research/research-store';
import { SqlRunStore } from '../../src/storage/runs/run-store';
import { TypeormSettingStore } from '../../src/storage/setting-store';
import { addBulkHistory } from '../support/bulk-history';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { attempt, end, move, place, requestFacts } from '../support/ledger-items';
import { NO_RESEARCH } from '../support/no-research';
import { openLedger } from '../support/open-ledger';
import { type OpenReader, openReader } from '../support/open-reader';
import { aKey } from '../support/receipt-builders';
import { StillClock } from '../support/still-clock';
import { type Given, listFields, takesPages, wholeQuery } from '../support/whole-query';

/** How many keys and projects each account has. */
const SIZES = { few: 2, many: 30 } as const;
const ACCOUNTS = Object.keys(SIZES) as (keyof typeof SIZES)[];
/** Of each account. */
const REQUESTS = 120;
const OPERATOR = 'operator-token-of-tests';
/** Statements. */
const TO_KNOW_THE_OPERATOR = 2;
const TIME = { from: '"2000-01-01T00:00:00Z"', to: '"2100-01-01T00:00:00Z"' };
const GIVEN: Given = { ...TIME, interval: 'DAY', groupBy: 'CHANNEL' };
const NOWHERE = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object) => process.stderr.write(`${JSON.stringify(fields)}\n`),
};

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the statements of a query on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let open: OpenReader;
  let schema: GraphQLSchema;
  let graph: Awaited<ReturnType<typeof graphOver>>;

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    open = await openReader(database);
    schema = await buildGraph(catalogJsonSchema());
    const stores = { keys: new TypeormApiKeyStore(open.dataSource), accounts: new TypeormAccountStore(open.dataSource) };
    await new TypeormSettingStore(open.dataSource).set('operator_token_hash', hashSecret(OPERATOR));
    for (const account of ACCOUNTS) await fill(database, stores, account);
    graph = await graphOver(open);
  });

  afterAll(async () => {
    await graph?.close();
    await open?.close();
    await database?.drop();
  });

  const promise = whereServed(() => served);

  async function statements(token: string, name: string, given: Given): Promise<{ count: number; nodes: number }> {
    let answer: Answer = { data: null };
    const made = await open.statementsOf(async () => {
      answer = await graph.ask(token, wholeQuery(schema, name, given, { first: '3', window: 'MONTH' }));
    });
    expect(answer.errors).toBeUndefined();
    return { count: made.length, nodes: sizeOf(answer.data?.[name]) };
  }

  promise('are as many for a page of forty as for a page of two', async () => {
    const pages = listFields(schema, GIVEN).filter((name) => takesPages(schema, name));
    expect(pages).toEqual(expect.arrayContaining(['receipts', 'ledgerEntries']));
    for (const name of pages) {
      const [short, long] = [await statements(OPERATOR, name, { first: '2' }), await statements(OPERATOR, name, { first: '40' })];
      expect({ name, ...asMany(short, long) }).toEqual({ name, asMany: true });
    }
    expect((await statements('many', 'receipts', { first: '40' })).nodes).toBe(40);
  });

  /** An error is told as soon as it is known: what else was asked for may still be read then. Gives how often it had to look. */
  async function untilNothingIsRead(): Promise<number> {
    let looks = 0;
    for (let quiet = 0; quiet < 5; looks += 1) {
      const before = open.made.length;
      await graph.ask(OPERATOR, '{ __typename }');
      quiet = open.made.length - before === TO_KNOW_THE_OPERATOR ? quiet + 1 : 0;
    }
    return looks;
  }

  promise('are no more for a query that is refused than for the part of it that was allowed', async () => {
    const parts = 'attempts { id } ledgerEntries { id wallet { id balance } } lines { label } price { versionId } agentRun { id }';
    const page = (first: number, inside: string) => `receipts(first: ${first}) { nodes { ${parts} ${inside} } }`;
    const made = async (query: string) => {
      let answer: Answer = { data: null };
      let looks = 0;
      const { length } = await open.statementsOf(async () => {
        answer = await graph.ask(OPERATOR, query);
        looks = await untilNothingIsRead();
      });
      return { count: length - looks * TO_KNOW_THE_OPERATOR, answer };
    };
    const allowed = await made(`{ ${page(100, `apiKey { ${page(100, 'apiKey { id }')} }`)} }`);
    const refused = await made(`{ ${page(100, `apiKey { ${page(100, `apiKey { ${page(99, 'apiKey { id }')} }`)} }`)} }`);
    expect(allowed.answer.errors).toBeUndefined();
    expect(refused.answer).toMatchObject({ data: null, errors: [{ extensions: { faultCode: 'invalid_request' } }] });
    expect(refused.count).toBeLessThanOrEqual(allowed.count);
  });

  promise('are as many for an account with 30 keys as for one with two', async () => {
    const lists = listFields(schema, GIVEN).filter((name) => !['channels', 'margins', 'overages', 'redemptionCodes'].includes(name));
    expect(lists.length).toBeGreaterThan(6);
    for (const name of lists) {
      const [small, large] = [
        await statements('few', name, { ...GIVEN, first: '40' }),
        await statements('many', name, { ...GIVEN, first: '40' }),
      ];
      expect({ name, ...asMany(small, large) }).toEqual({ name, asMany: true });
    }
    expect((await statements('many', 'apiKeys', {})).nodes).toBe(30);
  });
});

/**
 * A thing that two places of a query name is read once where the first place has read it before the second one asks, and
 * that is so more often where there are few. Hence up to two more; one for each node would be dozens.
 */
function asMany(less: { readonly count: number }, more: { readonly count: number }) {
  const grown = more.count - less.count;
  return grown >= -2 && grown <= 2 ? { asMany: true } : { less: less.count, more: more.count };
}

interface Answer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly unknown[];
}

function sizeOf(list: unknown): number {
  return Array.isArray(list) ? list.length : ((list as { nodes?: unknown[] } | undefined)?.nodes?.length ?? 0);
}

interface Stores {
  readonly keys: TypeormApiKeyStore;
  readonly accounts: TypeormAccountStore;
}

/** Keys and projects, and requests of each of them: two attempts, one entry. */
async function fill(database: TestDatabase, { keys, accounts }: Stores, account: keyof typeof SIZES): Promise<void> {
  const size = SIZES[account];
  const projects = Array.from({ length: size }, (_, nth) => ({
    id: `${account}-p-${nth}`,
    accountId: account,
    name: 'p',
    spendLimits: [],
  }));
  await accounts.add({ id: account, name: account, createdAt: 0 }, [hashSecret(account)], projects);
  const spend = [{ bucket: 'RMB' as const, window: 'DAY' as const, amount: nano(5n) }];
  for (let nth = 0; nth < size; nth += 1) {
    const id = `${account}-k-${nth}`;
    const limits = { requestsPerMinute: 5, tokensPerMinute: null, concurrency: null, spend };
    const key = aKey(id, { accountId: account, projectId: `${account}-p-${nth}`, limits });
    await keys.add({ key, secret: { hash: hashSecret(id), keyId: id, validUntil: null } });
  }
  const ledger = await openLedger(database);
  const write = (...items: Parameters<typeof ledger.store.write>[0]['items']) => ledger.store.write({ id: newId(), items });
  await write(move(account, 10n ** 12n), move(account, 10n ** 12n, {}, 'CREDIT'));
  const hold = place(account, 10n, { request: requestFacts(account, { apiKeyId: `${account}-k-0`, projectId: `${account}-p-0` }) });
  await write(hold);
  await write(end(hold, 7n, { attempts: [attempt({ status: 'FAILED' }), attempt({ index: 1 })], chargedAttempt: 1 }));
  const ofNth = (kind: 'k' | 'p') =>
    database.kind === 'sqlite' ? `'${account}-${kind}-' || (n % ${size})` : `CONCAT('${account}-${kind}-', n % ${size})`;
  const variety = { receipt: { api_key_id: ofNth('k'), project_id: ofNth('p') }, transfer: { api_key_id: ofNth('k') } };
  await addBulkHistory(database, {
    walletId: `${account}:RMB`,
    requests: REQUESTS,
    stepMs: 1_000,
    variety,
    series: ACCOUNTS.indexOf(account),
  });
  await ledger.close();
}

async function graphOver({ dataSource, reader }: OpenReader) {
  const clock = new StillClock();
  const keys = new TypeormApiKeyStore(dataSource);
  const catalog = new SqlCatalogStore({ dataSource, masterKey: Buffer.alloc(32, 7), clock, log: NOWHERE });
  await catalog.load();
  const nothing = () => Promise.reject(new Error('nothing is changed here'));
  const app = Fastify({ genReqId: newId });
  await registerGraphql(app, {
    addressOf: () => '203.0.113.7',
    ...moneyStores(dataSource),
    keys,
    accounts: new TypeormAccountStore(dataSource),
    settings: new TypeormSettingStore(dataSource),
    runs: new SqlRunStore(dataSource),
    ...NO_RESEARCH,
    research: new SqlResearchStore(dataSource),
    tokens: new SqlTokenStore(dataSource),
    auditLog: new SqlAuditLog(dataSource),
    alertRules: new SqlAlertRules(dataSource, Buffer.alloc(32, 7)),
    alertLog: new SqlAlertLog(dataSource),
    alertLimits: { problemOfAddress: () => null, sendsMail: false },
    catalog,
    reader,
    commit: { end: nothing },
    verifier: { verify: nothing },
    health: new ChannelHealth({ clock, log: NOWHERE, wire: NOBODY_ELSE, catalog: () => catalog.current() }),
    rates: new LocalRateLimiter(clock),
    upstreams: { openai: { send: () => nothing() as never } },
    spend: { history: new SqlWalletHistory(dataSource), doorbell: new LocalDoorbell(), clock },
    keyRing: new KeyRing(keys, clock),
    clock,
    log: NOWHERE,
    introspection: false,
    catalogFile: catalogJsonSchema(),
    catalogEntries: entryReader(() => null),
  });
  return {
    ask: async (token: string, query: string): Promise<Answer> => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await app.inject({ method: 'POST', url: '/graphql', headers, payload: { query } });
      return response.json() as Answer;
    },
    close: () => app.close(),
  };
}
