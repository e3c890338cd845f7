/** What the gateway offers to its callers: REST and the graph. */
import { registerGraphql } from '../api/graphql/graphql-server';
import { AnswerRoom } from '../api/rest/bodies/answer-room';
import { ArrivingBodies } from '../api/rest/bodies/arriving-bodies';
import { BodyRoom, roomOfHeap } from '../api/rest/bodies/body-room';
import { keepToRoom } from '../api/rest/bodies/keep-to-room';
import { KeptForSlow } from '../api/rest/bodies/kept-for-slow';
import { UntakenAnswers } from '../api/rest/connections/untaken-answers';
import { registerHealth } from '../api/rest/health';
import type { InFlight } from '../api/rest/in-flight';
import { registerKey } from '../api/rest/key';
import { registerMetrics } from '../api/rest/metrics';
import { registerModelCalls } from '../api/rest/model-calls';
import { registerModels } from '../api/rest/models';
import { registerReceipts } from '../api/rest/receipts';
import { registerRunReports } from '../api/rest/run-reports';
import { registerRuns } from '../api/rest/runs';
import type { createServer } from '../api/rest/server';
import { catalogJsonSchema } from '../catalog-file/catalog-schema';
import { entryReader } from '../catalog-file/read-entry';
import type { Config } from '../config';
import type { Gateway } from '../gateway/completion-request';
import { AddressRanges, addressBehind } from '../kernel/addresses';
import { systemClock } from '../kernel/clock';
import { onceAMinute } from '../kernel/once-a-minute';
import type { GatewayMetrics } from '../telemetry/gateway-metrics';
import { addressCheck } from '../upstreams/address-guard';
import type { Alerts } from './open-alerts';
import type { Research } from './open-research';
import type { Storage } from './open-storage';

interface Surfaces {
  readonly config: Config;
  readonly gateway: Gateway;
  readonly inFlight: InFlight;
  readonly storage: Storage;
  readonly alerts: Alerts;
  readonly research: Research;
  readonly metrics: GatewayMetrics;
}

export async function registerSurfaces(
  app: ReturnType<typeof createServer>,
  { config, gateway, inFlight, storage, alerts, research, metrics }: Surfaces,
): Promise<void> {
  const addressOf = addressBehind(new AddressRanges(config.trustedProxies));
  const callers = { keyRing: gateway.keys, clock: systemClock, addressOf };
  registerHealth(app, () => storage.ledger.healthy());
  const tell = told(gateway, REFUSED);
  const room = new BodyRoom(roomOfHeap(), tell);
  const forSlow = (onFull: () => void) => new KeptForSlow(OUTSIDE_PER_SERVED * roomOfHeap(), gateway.clock, onFull);
  keepToRoom(app, { room, arriving: new ArrivingBodies(forSlow(tell)) });
  registerMetrics(app, { ...metrics, viewers: { ...storage, ...callers }, addressOf });
  const [answers, untaken] = [new AnswerRoom(roomOfHeap()), new UntakenAnswers(forSlow(told(gateway, GIVEN_UP)))];
  registerModelCalls(app, { gateway, inFlight, room, answers, untaken, addressOf });
  registerModels(app, { ...callers, catalog: gateway.catalog });
  registerKey(app, { ...storage, ...callers, rates: gateway.rates });
  registerReceipts(app, { ...callers, sources: storage, health: gateway.health });
  registerRuns(app, { ...callers, runs: storage.runs, reader: storage.reader });
  registerRunReports(app, { ...callers, runs: storage.runs, research: storage.research });
  await registerGraphql(app, {
    ...storage,
    ...callers,
    upstreams: gateway.upstreams,
    health: gateway.health,
    rates: gateway.rates,
    alertLimits: alerts.limits,
    researchManagement: research.management,
    log: gateway.log,
    introspection: config.graphqlIntrospection,
    catalogFile: catalogJsonSchema(),
    catalogEntries: entryReader(addressCheck(config.upstreamAllowPrivate)),
  });
}

/** What arrives, or is not taken yet, is bare bytes outside the heap; far more would find no room when it is here. */
const OUTSIDE_PER_SERVED = 2;

const REFUSED = 'large requests are refused, as many are served as memory allows: raise --max-old-space-size of Node';
const GIVEN_UP = 'large answers are given up whose clients do not take them, as memory allows no more';

function told({ log, clock }: Pick<Gateway, 'log' | 'clock'>, words: string): () => void {
  return onceAMinute(clock, () => log.warn({ bytes: roomOfHeap() }, words));
}
