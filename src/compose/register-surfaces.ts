/** What the gateway offers to its callers: REST and the graph. */
import { registerGraphql } from '../api/graphql/graphql-server';
import { ArrivingBodies } from '../api/rest/bodies/arriving-bodies';
import { BodyRoom, roomOfHeap } from '../api/rest/bodies/body-room';
import { keepToRoom } from '../api/rest/bodies/keep-to-room';
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
  const tell = fullRoomTold(gateway);
  const room = new BodyRoom(roomOfHeap(), tell);
  keepToRoom(app, { room, arriving: new ArrivingBodies(ARRIVING_PER_SERVED * roomOfHeap(), gateway.clock, tell) });
  registerMetrics(app, { ...metrics, viewers: { ...storage, ...callers }, addressOf });
  registerModelCalls(app, { gateway, inFlight, room, addressOf });
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

/** They are bare bytes outside the heap; far more would find no room when they are here. */
const ARRIVING_PER_SERVED = 2;

function fullRoomTold({ log, clock }: Pick<Gateway, 'log' | 'clock'>): () => void {
  return onceAMinute(clock, () =>
    log.warn(
      { bytes: roomOfHeap() },
      'large requests are refused, as many are served as memory allows: raise --max-old-space-size of Node',
    ),
  );
}
