/** Puts the gateway together: the only file that constructs adapters. Read it to know what is wired to what. */
import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { registerGraphql } from './api/graphql/graphql-server';
import { registerChatCompletions } from './api/rest/chat-completions';
import { registerHealth } from './api/rest/health';
import { InFlight } from './api/rest/in-flight';
import { registerKey } from './api/rest/key';
import { registerModels } from './api/rest/models';
import { registerReceipts } from './api/rest/receipts';
import { createServer, stopAccepting } from './api/rest/server';
import { DEMO_FLAKY_URL, DEMO_KEY_ID, DEMO_MODEL_ID, DEMO_STEADY_URL, demoCatalog } from './catalog-file/demo-catalog';
import { LocalDoorbell } from './cluster/local-doorbell';
import { openRateLimits } from './cluster/open-rate-limits';
import type { Config } from './config';
import { Checkpoints } from './gateway/checkpoints';
import type { Gateway } from './gateway/completion-request';
import { ReplayedSpool, replaySpool } from './gateway/spool-replay';
import { type Alarms, CountedAlarms } from './kernel/alarms';
import { systemClock } from './kernel/clock';
import { newId } from './kernel/ids';
import type { Log } from './kernel/log';
import { newSecret } from './kernel/secret';
import { KeyRing } from './keys/authenticate';
import { GroupCommit } from './ledger/group-commit';
import type { LedgerStore } from './ledger/ledger-store';
import { ringing } from './ledger/ringing-ledger';
import type { SettlementSpool } from './ledger/settlement-spool';
import { SharedHistory } from './ledger/shared-history';
import { type Configuration, loadConfiguration } from './load-configuration';
import type { FirstStart } from './start/banner';
import { establishLedgerId } from './start/ledger-id';
import { listen } from './start/listen';
import { masterKeyBeside } from './start/master-key';
import { establishOperatorToken } from './start/operator-token';
import { TypeormAccountStore } from './storage/account-store';
import { TypeormApiKeyStore } from './storage/api-key-store';
import { AuditThread } from './storage/audit/audit-thread';
import { Sealer } from './storage/audit/sealer';
import { applyAccounts, checkAccounts } from './storage/catalog/apply-accounts';
import { SqlCatalogStore } from './storage/catalog/catalog-store';
import { openDatabase } from './storage/data-source';
import { openMysqlLedger } from './storage/ledger/mysql-ledger';
import type { OpenLedger } from './storage/ledger/open-ledger';
import { openSqliteLedger } from './storage/ledger/sqlite-ledger';
import { lockSqliteOwner, type OwnerLock } from './storage/ledger/sqlite-owner-lock';
import { SqlLedgerReader } from './storage/ledger-reader/ledger-reader';
import { SqlWalletHistory } from './storage/ledger-reader/wallet-history';
import { moneyStores } from './storage/money-facts/money-stores';
import { oneProcessAtATime } from './storage/one-process-at-a-time';
import { TypeormSettingStore } from './storage/setting-store';
import { SqliteSpool } from './storage/spool/sqlite-spool';
import { SqlAnswerArchive } from './storage/stored-answer-store';
import { createLogger } from './telemetry/logger';
import { problemOfAddress } from './upstreams/address-guard';
import { DEMO_HOST, DEMO_PROMPT, startDemoUpstream } from './upstreams/demo/demo-upstream';
import { createHttpClient } from './upstreams/http-client';
import { createOpenAiUpstream } from './upstreams/openai/openai-upstream';
import { createTokenCounter } from './upstreams/token-counter';

/** Where settlements wait that a MySQL server could not take; those of an embedded database wait beside it. */
const DATA_FOLDER = './data';
/** How long a drain waits for calls in flight before it cuts and settles them. */
const DRAIN_MS = 30_000;
/** How long a stop then waits for settlements that the ledger could not take before. */
const UNENDED_MS = 10_000;

export interface RunningGateway {
  /** Listens, and gives the text to print for people. */
  listen(): Promise<string>;
  /** Stops accepting, ends and settles what is in flight, and closes everything. */
  stop(): Promise<void>;
}

/** @throws ConfigurationError that names every fault; nothing was written then */
export async function compose(): Promise<RunningGateway> {
  const configuration = await loadConfiguration(problemOfAddress);
  const { config } = configuration;
  const log = createLogger(config.logLevel);
  const alarms = new CountedAlarms(log);
  const storage = await openStorage(config, log, alarms);
  const first = await oneProcessAtATime(storage.dataSource, 'first start', () => prepare(configuration, storage));
  const demo = usesDemo(storage.catalog) ? await startDemoUpstream() : null;
  const inProcess = new Map(demo === null ? [] : [[DEMO_HOST, demo.port]]);
  const http = createHttpClient({ allowPrivate: config.upstreamAllowPrivate, inProcess });
  const spool = new ReplayedSpool({ spool: storage.spool, ledger: storage.commit, clock: systemClock, log, alarms });
  const counter = createTokenCounter();
  const checkpoints = new Checkpoints({ store: storage.ledger.store, counter, clock: systemClock, log });
  const limits = openRateLimits({ redisUrl: config.redisUrl, installation: storage.ledgerId, clock: systemClock, log });
  const gateway: Gateway = {
    keys: new KeyRing(storage.keys, systemClock),
    rates: limits.rates,
    catalog: storage.catalog,
    ledger: storage.commit,
    upstreams: { openai: createOpenAiUpstream({ dispatcherFor: http.dispatcherFor, clock: systemClock }) },
    counter,
    clock: systemClock,
    log,
    alarms,
    checkpoints,
    spool,
    archive: storage.archive,
    unended: new Set(),
  };
  const inFlight = new InFlight();
  const app = createServer(log);
  await registerSurfaces(app, { gateway, inFlight, storage, introspection: config.graphqlIntrospection });
  storage.catalog.start();
  checkpoints.start();
  storage.archive?.start();
  storage.sealer.start();
  return {
    listen: () => listen(app, config, first, { model: DEMO_MODEL_ID, prompt: DEMO_PROMPT }),
    stop: async () => {
      stopAccepting(app);
      // What a fenced process delivers is ended already, and nobody pays for what it reads on.
      await inFlight.drain(alarms.count('process_fenced') > 0 ? 0 : DRAIN_MS);
      checkpoints.stop();
      await Promise.race([Promise.all(gateway.unended), systemClock.sleep(UNENDED_MS)]);
      await spool.stop();
      app.server.closeAllConnections();
      // Everything is settled by now: what cannot be closed in good order is said, and does not make the end a failure.
      for (const close of [() => app.close(), http.close, async () => limits.close(), () => demo?.close(), storage.close]) {
        await Promise.resolve(close()).catch((error: unknown) => log.warn({ err: error }, 'something could not be closed in good order'));
      }
    },
  };
}

type Storage = Awaited<ReturnType<typeof openStorage>>;

interface Surfaces {
  readonly gateway: Gateway;
  readonly inFlight: InFlight;
  readonly storage: Storage;
  readonly introspection: boolean;
}

async function registerSurfaces(
  app: ReturnType<typeof createServer>,
  { gateway, inFlight, storage, introspection }: Surfaces,
): Promise<void> {
  registerHealth(app, () => storage.ledger.healthy());
  registerChatCompletions(app, { gateway, inFlight });
  registerModels(app, gateway);
  registerKey(app, { ...storage, keyRing: gateway.keys, rates: gateway.rates, clock: systemClock });
  registerReceipts(app, { keyRing: gateway.keys, clock: systemClock, sources: storage });
  await registerGraphql(app, {
    ...storage,
    keyRing: gateway.keys,
    upstreams: gateway.upstreams,
    clock: systemClock,
    log: gateway.log,
    introspection,
  });
}

function usesDemo(catalog: SqlCatalogStore): boolean {
  return [...catalog.current().channels.values()].some(({ enabled, baseUrl }) => enabled && new URL(baseUrl).hostname === DEMO_HOST);
}

/** The database with its migrations run, the stores on it, and the ledger on connections of its own. */
async function openStorage({ database, masterKey, idempotencyRetentionMs: keepMs }: Config, log: Log, alarms: Alarms) {
  const ownerLock = database.kind === 'sqlite' ? ownFile(database.file) : undefined;
  const key = masterKey ?? masterKeyBeside(database.kind === 'sqlite' ? database.file : '.');
  const dataSource = await openDatabase(database);
  const settings = new TypeormSettingStore(dataSource);
  const ledgerId = await establishLedgerId(settings);
  const spool = openSpool(database, ledgerId, log);
  const ledger = await openLedger(database, ownerLock, { log, alarms }, spool);
  const bell = new LocalDoorbell();
  const commit = new GroupCommit(ringing(ledger.store, bell));
  const catalog = new SqlCatalogStore({ dataSource, masterKey: key, clock: systemClock, log });
  const verifier = new AuditThread({ location: database, clock: systemClock, log });
  const sealer = new Sealer({ seal: (range) => verifier.seal(range), clock: systemClock, log });
  const archive = keepMs === null ? null : new SqlAnswerArchive({ dataSource, masterKey: key, keepMs, clock: systemClock, log });
  return {
    dataSource,
    ledgerId,
    archive,
    verifier,
    sealer,
    catalog,
    ledger,
    commit,
    keys: new TypeormApiKeyStore(dataSource),
    accounts: new TypeormAccountStore(dataSource),
    settings,
    spool,
    reader: new SqlLedgerReader(dataSource),
    ...moneyStores(dataSource),
    spend: { history: new SharedHistory(new SqlWalletHistory(dataSource)), doorbell: bell },
    close: async () => {
      catalog.stop();
      archive?.stop();
      sealer.stop();
      await verifier.close();
      await commit.idle();
      await ledger.close();
      spool.close();
      await dataSource.destroy();
      ownerLock?.release();
    },
  };
}

function ownFile(file: string): OwnerLock {
  mkdirSync(path.dirname(file), { recursive: true });
  return lockSqliteOwner(file);
}

/** A file for each ledger, so that processes of several may share a folder. */
function openSpool(database: Config['database'], ledgerId: string, log: Log): SqliteSpool {
  const folder = database.kind === 'sqlite' ? path.dirname(database.file) : DATA_FOLDER;
  return new SqliteSpool({ file: path.join(folder, `spool-${ledgerId}.sqlite`), clock: systemClock, log });
}

async function openLedger(
  database: Config['database'],
  ownerLock: OwnerLock | undefined,
  { log, alarms }: { readonly log: Log; readonly alarms: Alarms },
  spool: SettlementSpool,
): Promise<OpenLedger> {
  const beforeSweep = (store: LedgerStore) => replaySpool({ spool, ledger: new GroupCommit(store), log, alarms });
  const options = { owner: newId(), clock: systemClock, log, beforeSweep };
  if (database.kind === 'sqlite')
    return openSqliteLedger({ ...options, file: database.file, ...(ownerLock === undefined ? {} : { ownerLock }) });
  const onFenced = () => {
    alarms.raise('process_fenced', { owner: options.owner });
    process.kill(process.pid, 'SIGTERM');
  };
  return openMysqlLedger({ ...options, url: database.url, onFenced });
}

/** Applies the catalog, and makes what a first start needs. Gives the secrets that were made just now, to be shown once. */
async function prepare({ config, catalog }: Configuration, storage: Storage): Promise<FirstStart> {
  const demoKey = newSecret('sk-tf-');
  const declaration = catalog ?? demoCatalog({ flakyUrl: DEMO_FLAKY_URL, steadyUrl: DEMO_STEADY_URL, keySecret: demoKey });
  const ports = { accounts: storage.accounts, keys: storage.keys, clock: systemClock, moveMoney: storage.commit.end.bind(storage.commit) };
  await checkAccounts(ports, declaration.accounts);
  await storage.catalog.applyCatalog(declaration.routing);
  const made = await applyAccounts(ports, declaration.accounts);
  const operatorToken = await establishOperatorToken(storage.settings, config.adminToken);
  return { operatorToken, demoKey: catalog === null && made.keys.includes(DEMO_KEY_ID) ? demoKey : null };
}
