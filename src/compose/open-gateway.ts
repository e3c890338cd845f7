/** The flow with everything that it needs, and what has to be closed behind it. */
import { openHealthWire } from '../cluster/open-health-wire';
import { openRateLimits } from '../cluster/open-rate-limits';
import type { Config } from '../config';
import { Checkpoints } from '../gateway/checkpoints';
import type { Gateway } from '../gateway/completion-request';
import { ReplayedSpool } from '../gateway/spool-replay';
import type { Alarms } from '../kernel/alarms';
import { systemClock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import { KeyRing } from '../keys/authenticate';
import { ChannelHealth } from '../routing/health/channel-health';
import type { SqlCatalogStore } from '../storage/catalog/catalog-store';
import type { GatewayMetrics } from '../telemetry/gateway-metrics';
import { timedHolds } from '../telemetry/measured-ledger';
import { DEMO_HOST, startDemoUpstream } from '../upstreams/demo/demo-upstream';
import { createHttpClient } from '../upstreams/http-client';
import { createOpenAiUpstream } from '../upstreams/openai/openai-upstream';
import { createTokenCounter } from '../upstreams/token-counter';
import type { Storage } from './open-storage';

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
  const spool = new ReplayedSpool({ spool: storage.spool, ledger: storage.commit, clock: systemClock, log, alarms });
  const counter = createTokenCounter();
  const checkpoints = new Checkpoints({ store: storage.ledger.store, counter, clock: systemClock, log });
  const limits = openRateLimits({ redisUrl: config.redisUrl, installation: storage.ledgerId, clock: systemClock, log });
  const others = openHealthWire({ redisUrl: config.redisUrl, installation: storage.ledgerId });
  const traces =
    config.traces === null
      ? null
      : (await import('../telemetry/traces.js')).createTraces(config.traces, { catalog: storage.catalog, clock: systemClock, log });
  const ledger = timedHolds(storage.commit, metrics, systemClock);
  const gateway: Gateway = {
    keys: new KeyRing(storage.keys, systemClock),
    rates: limits.rates,
    ...{ catalog: storage.catalog, runs: storage.runs, archive: storage.archive },
    ledger: traces === null ? ledger : traces.around(ledger),
    upstreams: { openai: createOpenAiUpstream({ dispatcherFor: http.dispatcherFor, clock: systemClock }) },
    health: new ChannelHealth({ clock: systemClock, log, wire: others.wire }),
    counter,
    clock: systemClock,
    log,
    alarms,
    checkpoints,
    spool,
    unended: new Set(),
  };
  const closers = [http.close, async () => limits.close(), async () => others.close(), async () => traces?.close(), () => demo?.close()];
  return { gateway, http, traces, checkpoints, spool, closers };
}

function usesDemo(catalog: SqlCatalogStore): boolean {
  return [...catalog.current().channels.values()].some(({ enabled, baseUrl }) => enabled && new URL(baseUrl).hostname === DEMO_HOST);
}
