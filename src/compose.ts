/** Puts the gateway together: the only file that constructs adapters. Read it to know what is wired to what. */
import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { registerGraphql } from './api/graphql/graphql-server';
import { registerChatCompletions } from './api/rest/chat-completions';
import { registerHealth } from './api/rest/health';
import { InFlight } from './api/rest/in-flight';
import { registerModels } from './api/rest/models';
import { registerReceipts } from './api/rest/receipts';
import { createServer, stopAccepting } from './api/rest/server';
import { DEMO_FLAKY_URL, DEMO_KEY_ID, DEMO_MODEL_ID, DEMO_STEADY_URL, demoCatalog } from './catalog-file/demo-catalog';
import type { Config } from './config';
import type { Gateway } from './gateway/completion-request';
import { systemClock } from './kernel/clock';
import { newId } from './kernel/ids';
import type { Log } from './kernel/log';
import { newSecret } from './kernel/secret';
import { KeyRing } from './keys/authenticate';
import { GroupCommit } from './ledger/group-commit';
import { type Configuration, loadConfiguration } from './load-configuration';
import { banner, type FirstStart, secretsOf } from './start/banner';
import { masterKeyBeside } from './start/master-key';
import { establishOperatorToken } from './start/operator-token';
import { TypeormAccountStore } from './storage/account-store';
import { TypeormApiKeyStore } from './storage/api-key-store';
import { applyAccounts, checkAccounts } from './storage/catalog/apply-accounts';
import { SqlCatalogStore } from './storage/catalog/catalog-store';
import { openDatabase } from './storage/data-source';
import { openMysqlLedger } from './storage/ledger/mysql-ledger';
import type { OpenLedger } from './storage/ledger/open-ledger';
import { openSqliteLedger } from './storage/ledger/sqlite-ledger';
import { lockSqliteOwner, type OwnerLock } from './storage/ledger/sqlite-owner-lock';
import { SqlLedgerReader } from './storage/ledger-reader/ledger-reader';
import { oneProcessAtATime } from './storage/one-process-at-a-time';
import { TypeormSettingStore } from './storage/setting-store';
import { createLogger } from './telemetry/logger';
import { problemOfAddress } from './upstreams/address-guard';
import { DEMO_HOST, DEMO_PROMPT, startDemoUpstream } from './upstreams/demo/demo-upstream';
import { createHttpClient } from './upstreams/http-client';
import { createOpenAiUpstream } from './upstreams/openai/openai-upstream';
import { createTokenCounter } from './upstreams/token-counter';

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
  const storage = await openStorage(config, log);
  const first = await oneProcessAtATime(storage.dataSource, 'first start', () => prepare(configuration, storage));
  const demo = usesDemo(storage.catalog) ? await startDemoUpstream() : null;
  const inProcess = new Map(demo === null ? [] : [[DEMO_HOST, demo.port]]);
  const http = createHttpClient({ allowPrivate: config.upstreamAllowPrivate, inProcess });
  const gateway: Gateway = {
    keys: new KeyRing(storage.keys, systemClock),
    catalog: storage.catalog,
    ledger: storage.commit,
    upstreams: { openai: createOpenAiUpstream({ dispatcherFor: http.dispatcherFor, clock: systemClock }) },
    counter: createTokenCounter(),
    clock: systemClock,
    log,
    unended: new Set(),
  };
  const inFlight = new InFlight();
  const app = createServer(log);
  registerHealth(app, () => storage.ledger.healthy());
  registerChatCompletions(app, { gateway, inFlight });
  registerModels(app, gateway);
  registerReceipts(app, { keyRing: gateway.keys, clock: systemClock, sources: storage });
  await registerGraphql(app, { ...storage, keyRing: gateway.keys, clock: systemClock, log, introspection: config.graphqlIntrospection });
  storage.catalog.start();
  return {
    listen: () => listen(app, config, first),
    stop: async () => {
      stopAccepting(app);
      await inFlight.drain(DRAIN_MS);
      await Promise.race([Promise.all(gateway.unended), systemClock.sleep(UNENDED_MS)]);
      app.server.closeAllConnections();
      // Everything is settled by now: what cannot be closed in good order is said, and does not make the end a failure.
      for (const close of [() => app.close(), http.close, () => demo?.close(), storage.close]) {
        await Promise.resolve(close()).catch((error: unknown) => log.warn({ err: error }, 'something could not be closed in good order'));
      }
    },
  };
}

type Storage = Awaited<ReturnType<typeof openStorage>>;

function usesDemo(catalog: SqlCatalogStore): boolean {
  return [...catalog.current().channels.values()].some(({ enabled, baseUrl }) => enabled && new URL(baseUrl).hostname === DEMO_HOST);
}

/** The database with its migrations run, the stores on it, and the ledger on connections of its own. */
async function openStorage({ database, masterKey }: Config, log: Log) {
  const ownerLock = database.kind === 'sqlite' ? ownFile(database.file) : undefined;
  const key = masterKey ?? masterKeyBeside(database.kind === 'sqlite' ? database.file : '.');
  const dataSource = await openDatabase(database);
  const ledger = await openLedger(database, ownerLock, log);
  const commit = new GroupCommit(ledger.store);
  const catalog = new SqlCatalogStore({ dataSource, masterKey: key, clock: systemClock, log });
  return {
    dataSource,
    catalog,
    ledger,
    commit,
    keys: new TypeormApiKeyStore(dataSource),
    accounts: new TypeormAccountStore(dataSource),
    settings: new TypeormSettingStore(dataSource),
    reader: new SqlLedgerReader(dataSource),
    close: async () => {
      catalog.stop();
      await commit.idle();
      await ledger.close();
      await dataSource.destroy();
      ownerLock?.release();
    },
  };
}

function ownFile(file: string): OwnerLock {
  mkdirSync(path.dirname(file), { recursive: true });
  return lockSqliteOwner(file);
}

async function openLedger(database: Config['database'], ownerLock: OwnerLock | undefined, log: Log): Promise<OpenLedger> {
  const options = { owner: newId(), clock: systemClock, log };
  if (database.kind === 'sqlite')
    return openSqliteLedger({ ...options, file: database.file, ...(ownerLock === undefined ? {} : { ownerLock }) });
  const onFenced = () => {
    log.error({ owner: options.owner }, 'another process declared this one dead and released its holds: it ends now');
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

async function listen(app: ReturnType<typeof createServer>, config: Config, first: FirstStart): Promise<string> {
  await app.listen({ host: config.host, port: config.port }).catch((cause: Error) => {
    throw new Error([`Cannot listen on ${config.host}:${config.port}: ${cause.message}`, ...secretsOf(first), ''].join('\n'), { cause });
  });
  const { port } = app.server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return banner(`http://${host}:${port}`, first, { model: DEMO_MODEL_ID, prompt: DEMO_PROMPT });
}
