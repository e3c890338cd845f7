/** When it makes sense to try again after every channel refused a request for its rate. */
import type { Gateway } from '../completion-request';
import type { Used } from '../hold';

/** Passed over for what another request may not meet; of all else that a step is passed over for no waiting helps. */
const MAY_BE_TRIED_NEXT: ReadonlySet<string | null> = new Set([
  'rate_limited_until',
  'breaker_open',
  'attempt_ceiling',
  'deadline',
  'gateway_cut_off',
]);

/**
 * In how many seconds the first of the channels takes requests again, as their providers said; undefined: one of them may do so at once. A
 * breaker says nothing of it: what nobody else can serve is tried whatever a breaker says.
 */
export function readyAgainInS({ health, catalog }: Pick<Gateway, 'health' | 'catalog'>, { outcome, attempts }: Used): number | undefined {
  if (outcome.stopReason !== 'UPSTREAM_ERROR' || outcome.started) return undefined;
  const { channels } = catalog.current();
  let least: number | undefined;
  for (const { channelId, upstreamModel, status, errorCode } of attempts) {
    if (status === 'SKIPPED' && !MAY_BE_TRIED_NEXT.has(errorCode)) continue;
    const channel = channels.get(channelId);
    const rest = channel === undefined ? null : health.restOf({ channel, upstreamModel });
    if (rest?.code !== 'rate_limited_until') return undefined;
    least = Math.min(least ?? rest.forMs, rest.forMs);
  }
  return least === undefined ? undefined : Math.max(1, Math.ceil(least / 1_000));
}
