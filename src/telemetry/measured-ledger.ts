/** Measures what the ledger commits: every call that ends passes here once, and what it says was durable before. */
import type { Clock } from '../kernel/clock';
import { formatDecimal, type Nano } from '../kernel/money';
import { currencyOf } from '../kernel/words';
import type { GroupCommit } from '../ledger/group-commit';
import type { EndRequest, LedgerBatch, LedgerItem, LedgerStore, LedgerVerdict } from '../ledger/ledger-store';
import type { ReceiptRecord } from '../ledger/receipt';
import type { GatewayMetrics } from './gateway-metrics';

type Ledger = Pick<GroupCommit, 'place' | 'end'>;

const MS_PER_SECOND = 1_000;
const NONE = 'none';

export function measured(store: LedgerStore, metrics: GatewayMetrics, clock: Pick<Clock, 'monotonic'>): LedgerStore {
  return {
    lanes: store.lanes,
    checkpoint: (checkpoints) => store.checkpoint(checkpoints),
    write: async (batch: LedgerBatch): Promise<readonly LedgerVerdict[]> => {
      const began = clock.monotonic();
      const verdicts = await store.write(batch);
      metrics.writeSeconds.observe((clock.monotonic() - began) / MS_PER_SECOND);
      metrics.batchItems.observe(batch.items.length);
      for (const [at, item] of batch.items.entries()) count(metrics, item, verdicts[at]);
      return verdicts;
    },
  };
}

/** The same ledger, with the time that each hold took to be granted or refused, its wait for a batch included. */
export function timedHolds(ledger: Ledger, metrics: GatewayMetrics, clock: Pick<Clock, 'monotonic'>): Ledger {
  return {
    end: (item) => ledger.end(item),
    place: async (item) => {
      const began = clock.monotonic();
      const verdict = await ledger.place(item);
      metrics.holdSeconds.observe((clock.monotonic() - began) / MS_PER_SECOND);
      return verdict;
    },
  };
}

function count(metrics: GatewayMetrics, item: LedgerItem, verdict: LedgerVerdict | undefined): void {
  if (item.kind === 'place') {
    if (verdict?.verdict !== 'granted') metrics.refusals.add(1, verdict?.verdict ?? NONE);
  } else if (item.kind === 'end') {
    if (verdict?.verdict === 'done') countEnd(metrics, item);
    else metrics.lateEnds.add(1, verdict?.verdict ?? NONE);
  }
}

function countEnd(metrics: GatewayMetrics, { receipt, attempts }: EndRequest): void {
  const { endpoint, status, stopReason, bucket, charge } = receipt;
  const routeType = receipt.routeType ?? NONE;
  metrics.requests.add(1, endpoint, routeType, status, stopReason);
  for (const { channelId, role, status: how } of attempts) metrics.attempts.add(1, channelId, role, how);
  if (charge > 0n && bucket !== null) metrics.charges.add(rounded(charge), bucket, currencyOf(bucket));
  if (status === 'SUCCEEDED') countAnswer(metrics, receipt, routeType);
}

/** In units of the currency: Prometheus has no exact numbers. */
function rounded(amount: Nano): number {
  return +formatDecimal(amount);
}

function countAnswer({ tokens, answerSeconds, firstTokenSeconds }: GatewayMetrics, receipt: ReceiptRecord, routeType: string): void {
  const { usage, latencyMs, stream, timeToFirstTokenMs } = receipt;
  tokens.add(usage.inputTokens, routeType, 'input');
  tokens.add(usage.cachedInputTokens, routeType, 'cached_input');
  tokens.add(usage.outputTokens, routeType, 'output');
  if (latencyMs !== null) answerSeconds.observe({ route_type: routeType }, latencyMs / MS_PER_SECOND);
  // A whole answer has begun when it is there: its first token is told by nobody.
  if (stream && timeToFirstTokenMs !== null) firstTokenSeconds.observe({ route_type: routeType }, timeToFirstTokenMs / MS_PER_SECOND);
}
