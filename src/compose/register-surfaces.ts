/** What the gateway offers to its callers: REST and the graph. */
import { registerGraphql } from '../api/graphql/graphql-server';
import { BodyRoom, roomOfHeap } from '../api/rest/body-room';
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
import type { Gateway } from '../gateway/completion-request';
import { systemClock } from '../kernel/clock';
import type { GatewayMetrics } from '../telemetry/gateway-metrics';
import type { Alerts } from './open-alerts';
import type { Research } from './open-research';
import type { Storage } from './open-storage';

interface Surfaces {
  readonly gateway: Gateway;
  readonly inFlight: InFlight;
  readonly storage: Storage;
  readonly alerts: Alerts;
  readonly research: Research;
  readonly metrics: GatewayMetrics;
  readonly introspection: boolean;
}

export async function registerSurfaces(
  app: ReturnType<typeof createServer>,
  { gateway, inFlight, storage, alerts, research, metrics, introspection }: Surfaces,
): Promise<void> {
  registerHealth(app, () => storage.ledger.healthy());
  registerMetrics(app, { ...metrics, viewers: { ...storage, keyRing: gateway.keys, clock: systemClock } });
  registerModelCalls(app, { gateway, inFlight, room: new BodyRoom(roomOfHeap(), fullRoomTold(gateway)) });
  registerModels(app, { keyRing: gateway.keys, catalog: gateway.catalog, clock: systemClock });
  registerKey(app, { ...storage, keyRing: gateway.keys, rates: gateway.rates, clock: systemClock });
  registerReceipts(app, { keyRing: gateway.keys, clock: systemClock, sources: storage, health: gateway.health });
  registerRuns(app, { keyRing: gateway.keys, clock: systemClock, runs: storage.runs, reader: storage.reader });
  registerRunReports(app, { keyRing: gateway.keys, clock: systemClock, runs: storage.runs, research: storage.research });
  await registerGraphql(app, {
    ...storage,
    keyRing: gateway.keys,
    upstreams: gateway.upstreams,
    health: gateway.health,
    alertLimits: alerts.limits,
    researchManagement: research.management,
    clock: systemClock,
    log: gateway.log,
    introspection,
    catalogFile: catalogJsonSchema(),
    catalogEntries: entryReader(alerts.limits.problemOfAddress),
  });
}

const TOLD_EVERY_MS = 60_000;

/** A minute of it is one line, however many are refused. */
function fullRoomTold({ log, clock }: Pick<Gateway, 'log' | 'clock'>): () => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.monotonic() - toldAt < TOLD_EVERY_MS) return;
    toldAt = clock.monotonic();
    log.warn(
      { bytes: roomOfHeap() },
      'large requests are refused, as many are served as memory allows: raise --max-old-space-size of Node',
    );
  };
}
