/** How receipts become sums: the same expressions for the rows of `usage_rollup` and for receipts that are not in them yet. */
import type { DataSource } from 'typeorm';
import { DAY_MS, HOUR_MS } from '../../kernel/times';
import type { UsageGroup } from '../../ledger/usage-report';

/** What the sums are kept by, beside their time: columns of `usage_rollup`, and what a receipt `r` has there. */
export const DIMENSIONS = {
  account_id: 'r.account_id',
  api_key_id: 'r.api_key_id',
  project_id: "COALESCE(r.project_id, '')",
  model: "COALESCE(r.requested_model, '')",
  route_type: "COALESCE(r.route_type, '')",
  channel_id: "COALESCE(r.final_channel_id, '')",
  bucket: 'r.bucket',
} as const;

/** What is summed, and what one receipt `r` adds. */
export const MEASURES = {
  requests: '1',
  failed: "CASE WHEN r.status = 'FAILED' THEN 1 ELSE 0 END",
  fallbacks: 'r.fallback_count',
  input_tokens: 'r.input_tokens',
  output_tokens: 'r.output_tokens',
  charge: 'r.charge',
  // How often NANO_MAX is in a sum beside what `charge` says.
  charge_high: '0',
} as const;

export const MEASURE_NAMES = Object.keys(MEASURES) as readonly (keyof typeof MEASURES)[];
/** Those whose sums a column holds, whatever is summed. */
export const COUNT_NAMES = MEASURE_NAMES.filter((name) => name !== 'charge' && name !== 'charge_high');
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as readonly (keyof typeof DIMENSIONS)[];

export const GROUP_DIMENSION: Record<UsageGroup, keyof typeof DIMENSIONS> = {
  MODEL: 'model',
  API_KEY: 'api_key_id',
  PROJECT: 'project_id',
  ROUTE_TYPE: 'route_type',
  CHANNEL: 'channel_id',
};

/** The spans that sums are kept for. */
export const SPANS = { HOUR: HOUR_MS, DAY: DAY_MS } as const;

/** The beginning of the span in which a time stands; both databases divide whole numbers differently, and take remainders alike. */
export function startOf(time: string, spanMs: number): string {
  return `${time} - ${time} % ${spanMs}`;
}

/** The beginning of the month, in UTC, in which an hour begins. Each database has words of its own for it; neither asks for a time zone. */
export function monthOf(dataSource: DataSource, hour: string): string {
  if (dataSource.options.type === 'better-sqlite3') return `unixepoch(${hour} / 1000, 'unixepoch', 'start of month') * 1000`;
  const epoch = "TIMESTAMP('1970-01-01 00:00:00')";
  return `TIMESTAMPDIFF(SECOND, ${epoch}, DATE_FORMAT(DATE_ADD(${epoch}, INTERVAL ${hour} DIV 1000 SECOND), '%Y-%m-01')) * 1000`;
}

/** A request that was refused before a balance was chosen used neither of them. */
export const COUNTED = 'r.bucket IS NOT NULL';
