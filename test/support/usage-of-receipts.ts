/** Usage by its definition: a walk over all receipts, one by one. */
import { nano } from '../../src/kernel/money';
import type { Bucket } from '../../src/kernel/words';
import type { UsageGroup, UsagePoint, UsageQuestion } from '../../src/ledger/usage-report';
import type { Row, TestDatabase } from './databases';

const COLUMN: Record<UsageGroup, string> = {
  MODEL: 'requested_model',
  API_KEY: 'api_key_id',
  PROJECT: 'project_id',
  ROUTE_TYPE: 'route_type',
  CHANNEL: 'final_channel_id',
};

/** Every receipt that names a balance. */
export function readUsageRows(database: TestDatabase): Promise<Row[]> {
  return database.query('SELECT * FROM receipt WHERE bucket IS NOT NULL');
}

export function usageOf(receipts: readonly Row[], question: UsageQuestion): UsagePoint[] {
  const points = new Map<string, UsagePoint>();
  for (const receipt of receipts) {
    const at = Number(receipt['created_at']);
    if (!isSeen(receipt, question) || at < question.from || at >= question.to) continue;
    const [start, group] = [startOf(question.interval, at), String(receipt[COLUMN[question.groupBy]] ?? '')];
    const bucket = receipt['bucket'] as Bucket;
    const key = `${start} ${bucket} ${group}`;
    points.set(key, add(points.get(key) ?? nothing(start, group, bucket), receipt));
  }
  return [...points.values()].sort(inOrder);
}

function isSeen(receipt: Row, { scope }: UsageQuestion): boolean {
  if (scope === null) return true;
  return 'apiKeyId' in scope ? receipt['api_key_id'] === scope.apiKeyId : receipt['account_id'] === scope.accountId;
}

function startOf(interval: UsageQuestion['interval'], at: number): number {
  const date = new Date(at);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (interval === 'MONTH') return Date.UTC(year, month);
  return interval === 'DAY' ? Date.UTC(year, month, day) : Date.UTC(year, month, day, date.getUTCHours());
}

function nothing(start: number, group: string, bucket: Bucket): UsagePoint {
  return { start, group, bucket, requests: 0, failed: 0, fallbacks: 0, inputTokens: 0, outputTokens: 0, charge: nano(0n) };
}

function add(point: UsagePoint, receipt: Row): UsagePoint {
  return {
    ...point,
    requests: point.requests + 1,
    failed: point.failed + (receipt['status'] === 'FAILED' ? 1 : 0),
    fallbacks: point.fallbacks + Number(receipt['fallback_count']),
    inputTokens: point.inputTokens + Number(receipt['input_tokens']),
    outputTokens: point.outputTokens + Number(receipt['output_tokens']),
    charge: nano(point.charge + BigInt(receipt['charge'] ?? 0)),
  };
}

function inOrder(a: UsagePoint, b: UsagePoint): number {
  if (a.start !== b.start) return a.start - b.start;
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return a.bucket === b.bucket ? 0 : a.bucket === 'RMB' ? -1 : 1;
}
