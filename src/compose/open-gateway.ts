/** The flow with everything that it needs, and what has to be closed behind it. */
import type { Config } from '../config';
import type { Gateway } from '../gateway/completion-request';
import { Checkpoints } from '../gateway/ending/checkpoints';
import { ReplayedSpool } from '../gateway/ending/spool-replay';
import type { Alarms } from '../kernel/alarms';
import { systemClock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import { KeyRing } from '../keys/authenticate';
import type { SqlCatalogStore } from '../storage/catalog/catalog-store';
import type { GatewayMetrics } from '../telemetry/gateway-metrics';
import { timedHolds } from '../telemetry/measured-ledger';
import { DEMO_HOST, startDemoUpstream } from '../upstreams/demo/demo-upstream';
import { createHttpClient } from '../upstreams/http-client';
import { createTokenCounter } from '../upstreams/token-counter';
import { openCluster } from './open-cluster';
import type { Storage } from './open-storage';
import { openTraces } from './open-traces';
import { openUpstreams } from './open-upstreams';

interface Watchers {
  readonly log: Log;
  readonly alarms: Alarms;
  readonly metrics: GatewayMetrics;
}

/** To be called when the catalog is applied: only a catalog that uses the demo upstream starts it. */
export async function openGateway(config: Config, storage: Storage, { log, alarms, metrics }: Watchers) {
  const demo = usesDemo(storage.catalog) ? await startDemoUpstream() : null;
  const inProcess = new Map(demo === null ? [] : [[DEMO_HOST, demo.port]]);
  const http = createHttpClient({ allowPrivate: config.upstreamAllowPrivate, inProcess });
  const { isLiving } = storage.ledger;
  const spool = new ReplayedSpool({ spool: storage.spool, ledger: storage.commit, clock: systemClock, log, alarms });
  const counter = createTokenCounter();
  const checkpoints = new Checkpoints({ store: storage.ledger.store, counter, clock: systemClock, log });
  const shared = await openCluster(config, storage, log);
  const traces = await openTraces(config, storage, log);
  const gateway: Gateway = {
    keys: new KeyRing(storage.keys, systemClock),
    rates: shared.rates,
    ...{ catalog: storage.catalog, runs: storage.runs, reader: storage.reader, archive: storage.archive },
    ledger: traces.around(timedHolds(storage.commit, metrics, systemClock)),
    upstreams: openUpstreams(http, systemClock),
    health: shared.health,
    ...{ counter, clock: systemClock, log, alarms, checkpoints, spool },
    unended: new Set(),
    ...(isLiving && { isLiving }),
  };
  const closers = [http.close, shared.close, traces.close, () => demo?.close()];
  return { gateway, ratesAreShared: shared.ratesAreShared, traces, checkpoints, spool, closers };
}

function usesDemo(catalog: SqlCatalogStore): boolean {
  return [...catalog.current().channels.values()].some(({ enabled, baseUrl }) => enabled && new URL(baseUrl).hostname === DEMO_HOST);
}
