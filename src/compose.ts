/** Puts the gateway together: with what lies in compose/, the only place that constructs adapters. Read it to know what is wired to what. */
import 'reflect-metadata';
import { GRAPH_PATH } from './api/graphql/graphql-server';
import { InFlight } from './api/rest/in-flight';
import { createServer, stopAccepting } from './api/rest/server';
import type { Declaration } from './catalog-file/declare';
import { DEMO_FLAKY_URL, DEMO_KEY_ID, DEMO_MODEL_ID, DEMO_STEADY_URL, demoCatalog } from './catalog-file/demo-catalog';
import { openAlerts } from './compose/open-alerts';
import { openGateway } from './compose/open-gateway';
import { openResearch } from './compose/open-research';
import { openStorage, type Storage } from './compose/open-storage';
import { registerSurfaces } from './compose/register-surfaces';
import { CountedAlarms } from './kernel/alarms';
import { systemClock } from './kernel/clock';
import type { Log } from './kernel/log';
import { newSecret } from './kernel/secret';
import { within } from './kernel/within';
import type { Catalog } from './routing/catalog';
import { unreachedPrices } from './routing/unreached-prices';
import { type FirstStart, secretsText } from './start/banner';
import { checkAddress } from './start/free-address';
import { listen } from './start/listen';
import { type Configuration, loadConfiguration } from './start/load-configuration';
import { boundConnections, openFilesMax } from './start/open-files';
import { checkOperatorToken, establishOperatorToken } from './start/operator-token';
import { speaksForAll } from './start/workers';
import { applyAccounts, checkAccounts } from './storage/catalog/apply-accounts';
import { strangersIn } from './storage/catalog/former-catalog';
import { type PassedOver, passedOverSecrets } from './storage/catalog/passed-over-secrets';
import { countOpenHolds } from './storage/ledger-reader/open-holds';
import { oneProcessAtATime } from './storage/one-process-at-a-time';
import { unusableFile } from './storage/unusable-file';
import { unusableServer } from './storage/unusable-server';
import { createMetrics } from './telemetry/gateway-metrics';
import { createLogger } from './telemetry/logger';
import { troubleOnceAMinute } from './telemetry/told-trouble';
import { addressCheck } from './upstreams/address-guard';
import { DEMO_PROMPT } from './upstreams/demo/demo-upstream';

/** How long a drain waits for calls in flight before it cuts and settles them. */
const DRAIN_MS = 30_000;
/** How long a stop then waits for settlements that the ledger could not take before. */
const UNENDED_MS = 10_000;
/** And for each thing that it closes after that. */
const CLOSED_MS = 5_000;
const NOT_CLOSED = 'something could not be closed in good order';

const DEMO_BESIDE_STRANGERS =
  'CATALOG is not set, so that the built-in demo is served, on a database that was made with another catalog: what that one sold is out of use until a start with it';

const UNREACHED_PRICES =
  'nothing is ever held at these prices of long prompts, which begin at the contextWindow of their model or beyond it: write it no lower than what the provider reads, or take them out';
const PASSED_OVER =
  'the catalog declares secrets that open nothing, because what they are for is there already and keeps its own: rotateApiKey and createAccountToken give new ones, and a leaked one ends by rotateApiKey, revokeApiKey or revokeAccountToken alone';
const NAMED = 10;

export interface RunningGateway {
  /** Listens, and gives the text to print for people. */
  listen(): Promise<string>;
  /** Stops accepting, ends and settles what is in flight, and closes everything. */
  stop(): Promise<void>;
}

/**
 * `show` gets what people must see at once: the secrets of a first start, which a start that is broken off would take with it.
 * @throws ConfigurationError that names every fault, CannotStart where the port is taken; nothing was written then
 */
export async function compose(show: (text: string) => void): Promise<RunningGateway> {
  const configuration = await loadConfiguration(addressCheck);
  const { config } = configuration;
  // Workers share one port: that of the first is asked for.
  if (speaksForAll()) await checkAddress({ host: config.host, port: config.port });
  const log = troubleOnceAMinute(createLogger(config.logLevel), systemClock);
  const alarms = new CountedAlarms(log);
  const metrics = createMetrics();
  const { storage, first, declared } = await openPrepared(configuration, { log, alarms, metrics }).catch((cause: unknown) => {
    throw config.database.kind === 'sqlite' ? unusableFile(config.database.file, cause) : unusableServer(config.database.url, cause);
  });
  show(secretsText(first));
  const flow = await openGateway(config, storage, { log, alarms, metrics });
  const { gateway, traces } = flow;
  const alerts = openAlerts(config, storage, log);
  const inFlight = new InFlight();
  const research = await openResearch({ config, declared, storage, gateway, enter: (interrupt) => inFlight.enter(interrupt) });
  const app = createServer(log, { webSocketPath: GRAPH_PATH, origins: config.corsOrigins });
  boundConnections(app.server, openFilesMax(), { log, clock: systemClock });
  traces.register(app);
  metrics.watch({
    inFlight: () => inFlight.count,
    alarms: (name) => alarms.count(name),
    openHolds: () => countOpenHolds(storage.dataSource),
    ratesAreShared: flow.ratesAreShared,
    breakers: () => gateway.health.breakers(),
  });
  await registerSurfaces(app, { config, gateway, inFlight, storage, alerts, research, metrics });
  for (const background of [flow.checkpoints, storage, alerts, research]) await background.start();
  return {
    listen: async () => {
      const text = await listen(app, config, first, { model: DEMO_MODEL_ID, prompt: DEMO_PROMPT });
      log.info({ address: app.server.address() }, 'the gateway listens');
      return text;
    },
    stop: async () => {
      stopAccepting(app);
      log.info({ inFlight: inFlight.count }, 'the gateway stops: it takes nothing new, and ends what is in flight');
      research.stop();
      alerts.stop();
      // What a fenced process delivers is ended already, and nobody pays for what it reads on.
      await inFlight.drain(alarms.count('process_fenced') > 0 ? 0 : DRAIN_MS);
      flow.checkpoints.stop();
      const unended = () => Promise.race([research.close().then(() => Promise.all(gateway.unended)), systemClock.sleep(UNENDED_MS)]);
      const connections = () => app.server.closeAllConnections();
      await unended().catch((err: unknown) => log.warn({ err }, NOT_CLOSED));
      await closeInOrder(log, [
        () => flow.spool.stop(),
        () => alerts.close(),
        connections,
        () => app.close(),
        ...flow.closers,
        storage.close,
      ]);
    },
  };
}

/**
 * Everything is settled by now: what cannot be closed in good order, or waits for a database that keeps it waiting, is said, and does not
 * make the end a failure.
 */
async function closeInOrder(log: Log, closes: readonly (() => unknown)[]): Promise<void> {
  for (const close of closes) {
    const closing = Promise.resolve().then(close);
    await within(CLOSED_MS, closing, notClosed).catch((error: unknown) => {
      log.warn({ err: error }, NOT_CLOSED);
    });
  }
}

function notClosed(): never {
  throw new Error(`It was not closed within ${CLOSED_MS} ms.`);
}

/** What a start found or made; `declared`: what the catalog says of research. */
interface Prepared {
  readonly first: FirstStart;
  readonly declared: Declaration['research'];
}

async function openPrepared(configuration: Configuration, watchers: Parameters<typeof openStorage>[1]) {
  const storage = await openStorage(configuration.config, watchers);
  const turn = { work: 'first start', log: watchers.log };
  const prepared = oneProcessAtATime(storage.dataSource, turn, () => prepare(configuration, storage, watchers.log));
  return { storage, ...(await prepared) };
}

/** Applies the catalog, and makes what a first start needs. Gives the secrets that were made just now, to be shown once. */
async function prepare({ config, catalog }: Configuration, storage: Storage, log: Log): Promise<Prepared> {
  const demoKey = newSecret('sk-tf-');
  const declaration = catalog ?? demoCatalog({ flakyUrl: DEMO_FLAKY_URL, steadyUrl: DEMO_STEADY_URL, keySecret: demoKey });
  if (!speaksForAll()) return follow(storage, declaration);
  const ports = { accounts: storage.accounts, keys: storage.keys, clock: systemClock, moveMoney: storage.commit.end.bind(storage.commit) };
  await checkOperatorToken(storage, config.adminToken, declaration.accounts);
  await checkAccounts(ports, declaration.accounts);
  const strangers = catalog === null ? await strangersIn(storage.dataSource, declaration) : null;
  if (strangers !== null) log.warn(strangers, DEMO_BESIDE_STRANGERS);
  await storage.catalog.applyCatalog(declaration.routing);
  tellUnreachedPrices(storage.catalog.current(), log);
  const made = await applyAccounts(ports, declaration.accounts);
  // The demo's secret is another one at each start.
  if (catalog !== null) tellPassedOver(await passedOverSecrets(ports, declaration.accounts), log);
  const operatorToken = await establishOperatorToken(storage.settings, config.adminToken);
  const first = { operatorToken, demoKey: catalog === null && made.keys.includes(DEMO_KEY_ID) ? demoKey : null };
  return { first, declared: declaration.research };
}

/**
 * The first worker has prepared the database. One that takes the place of a dead one is no start that somebody decided on: with its old
 * environment it would undo what was changed elsewhere since, such as the token of the operator that has leaked.
 */
async function follow(storage: Storage, declaration: Declaration): Promise<Prepared> {
  await storage.catalog.load();
  return { first: { operatorToken: null, demoKey: null }, declared: declaration.research };
}

/** It is no fault: a provider's list may be written down as it is. */
function tellUnreachedPrices(catalog: Catalog, log: Log): void {
  const unreached = unreachedPrices(catalog);
  if (unreached.length > 0) log.warn({ prices: unreached.slice(0, NAMED), of: unreached.length }, UNREACHED_PRICES);
}

function tellPassedOver({ accounts, keys }: PassedOver, log: Log): void {
  const of = accounts.length + keys.length;
  if (of > 0) log.warn({ accounts: accounts.slice(0, NAMED), keys: keys.slice(0, NAMED), of }, PASSED_OVER);
}
