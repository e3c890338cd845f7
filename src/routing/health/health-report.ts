/** What is known of a channel, in words and numbers for people. */
import type { Clock } from '../../kernel/clock';
import type { BreakerState } from './breaker';
import { WINDOW_MS } from './breaker-settings';
import type { ChannelHealth } from './channel-health';
import type { ModelHealth, Rest } from './model-health';

export const HEALTH_WORDS = ['HEALTHY', 'DEGRADED', 'OPEN'] as const;
/** OPEN: passed over now. DEGRADED: being probed, failing more than it should, or short of a secret. */
export type HealthWord = (typeof HEALTH_WORDS)[number];

export interface HealthVerdict {
  readonly health: HealthWord;
  /** A sentence; null: nothing stands against it. */
  readonly reason: string | null;
  /** Milliseconds since 1970; null where it is not passed over, or a probe decides. */
  readonly openUntil: number | null;
}

export interface ModelHealthReport extends HealthVerdict {
  readonly upstreamModel: string;
  readonly breaker: BreakerState;
  /** Within the window. */
  readonly requests: number;
  readonly failures: number;
  /** Of calls that were answered; null: none was. Half of them took no longer, and nineteen of twenty. */
  readonly latencyMs: number | null;
  readonly slowLatencyMs: number | null;
  readonly timeToFirstTokenMs: number | null;
}

export interface SecretHealthReport extends HealthVerdict {
  /** From one, in the order of the catalog. */
  readonly ordinal: number;
}

/** The channel is as its worst upstream model is. */
export interface ChannelHealthReport extends HealthVerdict {
  readonly models: readonly ModelHealthReport[];
  /** Empty where the channel has one secret. */
  readonly secrets: readonly SecretHealthReport[];
}

const FINE: HealthVerdict = { health: 'HEALTHY', reason: null, openUntil: null };
/** Half of what opens the breaker is worth a word. */
const WORTH_A_WORD = 0.5;

/** As this process knows it. A channel that nothing is known of is HEALTHY. */
export function reportOf(health: ChannelHealth, channelId: string, clock: Pick<Clock, 'now' | 'monotonic'>): ChannelHealthReport {
  const known = health.known(channelId);
  if (known === undefined) return { ...FINE, models: [], secrets: [] };
  const [now, wall] = [clock.monotonic(), clock.now()];
  const models = [...known.models.values()].map((model) => reportOfModel(model, now, wall));
  const secrets = (known.ring?.report(now) ?? []).map(({ ordinal, rest }) => ({ ordinal, ...secretVerdict(rest, wall) }));
  return { ...worst(models, secrets), models, secrets };
}

function reportOfModel(model: ModelHealth, now: number, wall: number): ModelHealthReport {
  const { upstreamModel, breaker, latency, firstToken } = model;
  return {
    upstreamModel,
    ...verdictOf(model, now, wall),
    breaker: breaker.state,
    requests: breaker.window.requests(now),
    failures: breaker.window.failures(now),
    latencyMs: latency.quantile(0.5),
    slowLatencyMs: latency.quantile(0.95),
    timeToFirstTokenMs: firstToken.quantile(0.5),
  };
}

function verdictOf(model: ModelHealth, now: number, wall: number): HealthVerdict {
  const { breaker, settings } = model;
  const rest = model.restAt(now);
  if (rest !== null && (breaker.state !== 'HALF_OPEN' || rest.code === 'rate_limited_until')) {
    return { health: 'OPEN', reason: sentence(rest.reason), openUntil: Math.round(wall + rest.forMs) };
  }
  if (breaker.state !== 'CLOSED' && !settings.off) {
    return { health: 'DEGRADED', reason: `It is being probed: ${breaker.reason ?? 'it failed'}.`, openUntil: null };
  }
  const [requests, failures] = [breaker.window.requests(now), breaker.window.failures(now)];
  if (requests < settings.minimumRequests * WORTH_A_WORD || failures < requests * settings.failureRate * WORTH_A_WORD) return FINE;
  return { health: 'DEGRADED', reason: `${failures} of ${requests} calls within ${WINDOW_MS / 1_000} s failed.`, openUntil: null };
}

function secretVerdict(rest: Rest | null, wall: number): HealthVerdict {
  return rest === null ? FINE : { health: 'OPEN', reason: sentence(rest.reason), openUntil: Math.round(wall + rest.forMs) };
}

/** Secrets that are put aside make a channel OPEN only when all of them are. */
function worst(models: readonly ModelHealthReport[], secrets: readonly SecretHealthReport[]): HealthVerdict {
  const aside = secrets.filter(({ health }) => health === 'OPEN');
  const [first] = [...aside].sort((a, b) => (a.openUntil ?? 0) - (b.openUntil ?? 0));
  if (first !== undefined && aside.length === secrets.length) {
    return { ...first, reason: `Every secret is put aside, ${first.ordinal} of ${secrets.length} for this: ${first.reason}` };
  }
  const model = models.find(({ health }) => health === 'OPEN') ?? models.find(({ health }) => health === 'DEGRADED');
  if (model !== undefined) return { health: model.health, reason: `${model.upstreamModel}: ${model.reason}`, openUntil: model.openUntil };
  if (first === undefined) return FINE;
  return { health: 'DEGRADED', reason: `Secret ${first.ordinal} of ${secrets.length} is put aside: ${first.reason}`, openUntil: null };
}

function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
