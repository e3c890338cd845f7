/**
 * What operators watch, in Prometheus' text format. Labels are bounded: names of the product and of the catalog, never a
 * key, an account, a run or a request. Sums of money are rounded for graphs; the exact ones are in the ledger.
 */
import cluster from 'node:cluster';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ALARM_NAMES, type AlarmName } from '../kernel/alarms';
import { BATCH_MAX } from '../ledger/group-commit';
import type { BreakerState } from '../routing/health/breaker';
import { Tally } from './tally';
import { metricsOfAllWorkers } from './worker-metrics';

/** Seconds; a hold commits within milliseconds, an answer within minutes. */
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const ANSWER_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600];
/** Powers of two, up to a full batch. */
const ITEMS = Array.from({ length: Math.log2(BATCH_MAX) + 1 }, (_, power) => 2 ** power);

/** What is true at the moment at which Prometheus asks. */
export interface Standing {
  /** Model calls that are being served. */
  readonly inFlight: () => number;
  /** Of all processes. What cannot be read now is left out of the answer. */
  readonly openHolds: () => Promise<number>;
  readonly alarms: (name: AlarmName) => number;
  /** Null where there is no Redis to share them over: nothing is said of it then. */
  readonly ratesAreShared: () => boolean | null;
  /** What this process has called, by the names of the catalog. */
  readonly breakers: () => readonly { readonly channel: string; readonly upstreamModel: string; readonly state: BreakerState }[];
}

export type GatewayMetrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const tally = <Label extends string>(name: string, help: string, ...labels: readonly Label[]) =>
    new Tally({ name: `tokens_forge_${name}`, help, labels, registry });
  const histogram = (name: string, help: string, buckets: number[], ...labelNames: string[]) =>
    new Histogram({ name: `tokens_forge_${name}`, help, buckets, labelNames, registers: [registry] });
  return {
    requests: tally('requests_total', 'Model calls that ended, refused ones included.', 'endpoint', 'route_type', 'status', 'stop_reason'),
    attempts: tally('attempts_total', 'Tries on channels, and steps that were passed over.', 'channel', 'role', 'status'),
    tokens: tally('tokens_total', 'Tokens of calls that ended.', 'route_type', 'class'),
    charges: tally('charges_total', 'Money charged, in units of the currency of the bucket; rounded.', 'bucket', 'currency'),
    refusals: tally('holds_refused_total', 'Holds that were not granted.', 'reason'),
    lateEnds: tally('ends_refused_total', 'Settlements whose hold was not open any more.', 'reason'),
    holdSeconds: histogram('hold_seconds', 'From asking for a hold to its commit.', COMMIT_SECONDS),
    writeSeconds: histogram('ledger_write_seconds', 'One batch, written and committed.', COMMIT_SECONDS),
    batchItems: histogram('ledger_batch_items', 'Items of a batch.', ITEMS),
    answerSeconds: histogram(
      'request_seconds',
      'From the request to its settlement, of calls that succeeded.',
      ANSWER_SECONDS,
      'route_type',
    ),
    firstTokenSeconds: histogram(
      'time_to_first_token_seconds',
      'From sending to the first output, of streams that succeeded.',
      ANSWER_SECONDS,
      'route_type',
    ),
    text: cluster.isWorker ? metricsOfAllWorkers(registry) : () => registry.metrics(),
    contentType: registry.contentType,
    /** To be called once. */
    watch: (standing: Standing) => watch(registry, standing),
  };
}

const BREAKER_VALUES: Readonly<Record<BreakerState, number>> = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 };

function watch(registry: Registry, { inFlight, openHolds, alarms, ratesAreShared, breakers }: Standing): void {
  watchBreakers(registry, breakers);
  watchRates(registry, ratesAreShared);
  new Gauge({
    name: 'tokens_forge_open_holds',
    help: 'Holds that have not ended, of all processes.',
    aggregator: 'max',
    registers: [registry],
    async collect() {
      await openHolds().then(
        (count) => this.set(count),
        // A reset would say 0.
        () => this.remove(),
      );
    },
  });
  new Gauge({
    name: 'tokens_forge_requests_in_flight',
    help: 'Model calls that are being served.',
    registers: [registry],
    collect() {
      this.set(inFlight());
    },
  });
  new Counter({
    name: 'tokens_forge_alarms_total',
    help: 'Alarms raised since the start of the process.',
    labelNames: ['alarm'],
    registers: [registry],
    collect() {
      this.reset();
      for (const alarm of ALARM_NAMES) this.inc({ alarm }, alarms(alarm));
    },
  });
}

function watchBreakers(registry: Registry, breakers: Standing['breakers']): void {
  new Gauge({
    name: 'tokens_forge_channel_breaker',
    help: 'The breaker of a channel and upstream model: 0 closed, 1 half-open, 2 open. Of several workers the worst.',
    labelNames: ['channel', 'upstream_model'],
    aggregator: 'max',
    registers: [registry],
    collect() {
      this.reset();
      for (const { channel, upstreamModel, state } of breakers()) {
        this.set({ channel, upstream_model: upstreamModel }, BREAKER_VALUES[state]);
      }
    },
  });
}

function watchRates(registry: Registry, areShared: Standing['ratesAreShared']): void {
  if (areShared() === null) return;
  new Gauge({
    name: 'tokens_forge_rates_shared',
    help: 'Rates: 1 while all processes count together, 0 while Redis is away and each counts alone. Of several workers the worst.',
    aggregator: 'min',
    registers: [registry],
    collect() {
      this.set(areShared() === false ? 0 : 1);
    },
  });
}
