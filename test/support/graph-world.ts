/** Two accounts with keys, receipts and wallets behind a graph, and clients of each kind of caller. Ports count their calls. */

import Fastify, { type FastifyInstance } from 'fastify';
import { registerGraphql } from '../../src/api/graphql/graphql-server';
import { catalogJsonSchema } from '../../src/catalog-file/catalog-schema';
import { entryReader } from '../../src/catalog-file/read-entry';
import { LocalDoorbell } from '../../src/cluster/local-doorbell';
import { newId } from '../../src/kernel/ids';
import { nano } from '../../src/kernel/money';
import { hashSecret } from '../../src/kernel/secret';
import { KeyRing } from '../../src/keys/authenticate';
import type { UsageReports } from '../../src/ledger/usage-report';
import { walletId } from '../../src/ledger/wallet';
import { ChannelHealth } from '../../src/routing/health/channel-health';
import { NOBODY_ELSE } from '../../src/routing/health/health-news';
import { aCatalog, aChannel, aModel, aPrice, aRoute } from './catalog-builders';
import { MemoryLedgerReader } from './memory-ledger-reader';
import { MemoryAccountStore, MemoryKeyStore, MemorySettings, someOf } from './memory-stores';
import { NO_RESEARCH } from './no-research';
import { aKey, anAttempt, anEntry, aRecord, aRequest, aUsage, inFlight, settled } from './receipt-builders';
import { StillClock } from './still-clock';

export const OPERATOR = 'operator-token-of-tests';
export const ACME = 'acme-management-token';
export const GLOBEX = 'globex-management-token';
export const CHAT = 'sk-tf-test-chat';

export interface Answer {
  readonly status: number;
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

export async function graphWorld(options: { readonly introspection?: boolean; readonly usage?: Pick<UsageReports, 'usage'> } = {}) {
  const clock = new StillClock();
  const stores = { keys: new MemoryKeyStore(), accounts: new MemoryAccountStore(), settings: new MemorySettings() };
  const reader = new MemoryLedgerReader();
  const priceVersions = new Map(
    [aPrice(), aPrice({ id: 'm:ORDINARY@b#1', channelId: 'b', input: nano(2_000_000_000n) })].map((p) => [p.id, p]),
  );
  const noRun = () => Promise.reject(new Error('no run is made here'));
  const noRuns = { add: noRun, page: noRun, cursorOf: () => '', finish: noRun, setBudget: noRun, sums: async () => new Map() };
  const nothingOf = async () => new Map();
  const NOTHING_MADE = { madeBefore: async () => undefined };
  const noAlertRules = {
    ...NOTHING_MADE,
    ...{
      addRule: noRun,
      rules: async () => [],
      rulesById: nothingOf,
      changeRule: noRun,
      setRuleEnabled: noRun,
      deleteRule: noRun,
      calm: noRun,
      pass: noRun,
    },
    ...{ addWebhook: noRun, webhooks: async () => [], webhook: async () => undefined, rotateWebhook: noRun, deleteWebhook: noRun },
  };
  const noAlertLog = {
    raise: noRun,
    page: noRun,
    after: async () => [],
    head: async () => 0n,
    deliveries: nothingOf,
    claim: noRun,
    tried: noRun,
  };
  const snapshot = catalogOfTests();
  const unchanged = () => Promise.reject(new Error('no catalog is changed here'));
  const prices = async (ids: readonly string[]) => someOf(priceVersions, ids);
  const changes = { setRoutePrice: unchanged, withdrawRoutePrice: unchanged, setChannelEnabled: unchanged, edit: unchanged };
  const catalog = { current: () => snapshot, prices, ...changes };
  await people(stores);
  history(reader);
  const calls = new Map<string, number>();
  const logged: object[] = [];
  const log = { info: () => undefined, warn: () => undefined, error: (fields: object) => void logged.push(fields) };
  const app = Fastify({ genReqId: newId });
  await registerGraphql(app, {
    addressOf: () => '203.0.113.7',
    keys: counted('keys', stores.keys, calls),
    accounts: counted('accounts', stores.accounts, calls),
    settings: stores.settings,
    catalog: counted('catalog', catalog, calls),
    reader: counted('reader', reader, calls),
    tokens: {
      add: noRun,
      ...NOTHING_MADE,
      find: async () => undefined,
      findByHash: async () => undefined,
      findDeclared: async (hash) => {
        const account = stores.accounts.byTokenHash.get(hash);
        const token = { name: 'declared', role: 'OWNER', createdAt: 0, expiresAt: null, revokedAt: null } as const;
        return account && { ...token, id: `${account.id}:catalog`, accountId: account.id };
      },
      list: async () => [],
      revoke: noRun,
    },
    alertRules: noAlertRules,
    alertLog: noAlertLog,
    alertLimits: { problemOfAddress: () => null, sendsMail: false },
    auditLog: { begin: async () => undefined, end: async () => undefined, page: noRun },
    runs: { ...noRuns, find: async () => new Map() },
    ...NO_RESEARCH,
    commit: { end: () => Promise.reject(new Error('no money is moved here')) },
    statements: { wallets: async () => [], totals: async () => [], entries: nothing },
    codes: {
      add: async () => undefined,
      find: async () => undefined,
      findByHash: async () => undefined,
      ...NOTHING_MADE,
      page: async () => ({ items: [], hasNextPage: false }),
      revoke: async () => undefined,
    },
    usage: options.usage ?? { usage: async () => [] },
    facts: { moneyBy: async () => [], overages: async () => ({ items: [], hasNextPage: false }) },
    verifier: {
      verify: async () => ({ ok: true, entries: 3, sealedThrough: null, headHash: null, firstBadEntryId: null, problem: null }),
    },
    rates: { levels: async () => ({ requests: null, tokens: null, concurrency: null }) },
    health: new ChannelHealth({ clock, log: log, wire: NOBODY_ELSE, catalog: () => snapshot }),
    upstreams: {
      openai: {
        send: () => {
          throw new Error('nothing is sent');
        },
      },
    },
    spend: {
      history: { heads: async () => new Map(), sequenceAt: async () => 0n, after: async () => [] },
      clock,
      doorbell: new LocalDoorbell(),
    },
    keyRing: new KeyRing(stores.keys, clock),
    clock,
    log,
    introspection: options.introspection ?? true,
    catalogFile: catalogJsonSchema(),
    catalogEntries: entryReader(() => null),
  });
  return { app, clock, ...stores, reader, calls, logged, ask: asking(app) };
}

export type GraphWorld = Awaited<ReturnType<typeof graphWorld>>;

function catalogOfTests() {
  return aCatalog({
    models: [aModel('m'), aModel('n')],
    channels: [aChannel('a'), aChannel('b', { enabled: false }), aChannel('gone', { retired: true })],
    routes: [aRoute('m', 'ORDINARY', ['a', 'b']), aRoute('m', 'OFFICIAL', ['b']), aRoute('n', 'OFFICIAL', ['a'])],
  });
}

async function people({ keys, accounts, settings }: { keys: MemoryKeyStore; accounts: MemoryAccountStore; settings: MemorySettings }) {
  await settings.set('operator_token_hash', hashSecret(OPERATOR));
  const project = (accountId: string, id: string) => ({ id, accountId, name: id, spendLimits: [] });
  await accounts.add({ id: 'acme', name: 'Acme', createdAt: 0 }, [hashSecret(ACME)], [project('acme', 'bots'), project('acme', 'labs')]);
  await accounts.add({ id: 'globex', name: 'Globex', createdAt: 0 }, [hashSecret(GLOBEX)], [project('globex', 'apps')]);
  keys.put(aKey('chat', { projectId: 'bots', createdAt: 1 }), CHAT);
  keys.put(aKey('side', { projectId: 'labs', createdAt: 2 }), 'sk-tf-test-side');
  keys.put(aKey('other', { accountId: 'globex', projectId: 'apps', createdAt: 3 }), 'sk-tf-test-other');
}

/** Four receipts, new to old: in flight, failed, charged after a fallback, and one of the other account. */
function history(reader: MemoryLedgerReader): void {
  const charge = nano(26_000n);
  const fellBack = aRecord('r-fallback', {
    ...{ projectId: 'bots', finalChannelId: 'b', priceId: 'm:ORDINARY@b#1', fallbackCount: 1 },
    ...{ usage: aUsage(7, 3), charge },
  });
  const refused = { status: 'FAILED', stopReason: 'REFUSED', errorCode: 'insufficient_quota', errorMessage: 'Too little.' } as const;
  const free = { charge: nano(0n), noChargeReason: 'Nothing was sent.', usage: aUsage(0, 0, { source: 'NONE' }), priceId: null } as const;
  reader.allReceipts.push(
    inFlight(aRequest('r-flying', { projectId: 'bots' })),
    settled(aRecord('r-refused', { ...refused, ...free, apiKeyId: 'side', projectId: 'labs', finalChannelId: null }), null),
    settled(fellBack),
    settled(aRecord('r-other', { accountId: 'globex', apiKeyId: 'other', projectId: 'apps' })),
  );
  reader.allAttempts.push(
    anAttempt('r-fallback', 0, { status: 'FAILED', providerStatus: 500, errorCode: 'provider_error', errorMessage: 'down' }),
    anAttempt('r-fallback', 1, { channelId: 'b', protocol: 'gemini', role: 'BACKUP', usage: aUsage(7, 3), charge }),
    anAttempt('r-other', 0, { usage: aUsage(7, 3), charge: nano(19_000n) }),
  );
  for (const accountId of ['acme', 'globex']) {
    reader.allWallets.push({ id: walletId(accountId, 'RMB'), accountId, bucket: 'RMB', posted: nano(974_000n), held: nano(500_000n) });
    reader.allWallets.push({ id: walletId(accountId, 'CREDIT'), accountId, bucket: 'CREDIT', posted: nano(0n), held: nano(0n) });
  }
  reader.allEntries.push(
    anEntry('e-charge', { receiptId: 'r-fallback', amount: nano(-26_000n), balanceAfter: nano(974_000n) }),
    anEntry('e-other', { receiptId: 'r-other', walletId: 'globex:RMB', apiKeyId: 'other' }),
    anEntry('e-top-up', {
      kind: 'TOP_UP',
      amount: nano(1_000_000n),
      apiKeyId: null,
      balanceBefore: nano(0n),
      balanceAfter: nano(1_000_000n),
    }),
  );
}

/** The same object; each call of a method is counted under `port.method`. */
function counted<T extends object>(port: string, target: T, calls: Map<string, number>): T {
  return new Proxy(target, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        const place = `${port}.${String(name)}`;
        calls.set(place, (calls.get(place) ?? 0) + 1);
        return Reflect.apply(value, object, given) as unknown;
      };
    },
  });
}

function asking(app: FastifyInstance) {
  return async (token: string | null, query: string, variables: Record<string, unknown> = {}): Promise<Answer> => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const response = await app.inject({ method: 'POST', url: '/graphql', headers, payload: { query, variables } });
    const body = response.json() as Partial<Answer>;
    return { status: response.statusCode, data: body.data ?? null, errors: body.errors ?? [] };
  };
}

async function* nothing(): AsyncGenerator<never> {
  // No statement is asked for here.
}
