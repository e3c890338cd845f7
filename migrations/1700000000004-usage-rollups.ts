import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/**
 * Usage by hour and day, which batches are in it by now, and the order of lists: the time at which a request was received,
 * and its id where that is the same.
 */
export class UsageRollups1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, text, big, end, indexWhere, indexOnly, dropIndex } = wordsOf(runner);
    await run(runner, [
      // Empty text where a receipt names none: a primary key has no room for null.
      `CREATE TABLE usage_rollup (
        account_id ${id()} NOT NULL,
        span ${id(8)} NOT NULL,
        start ${big} NOT NULL,
        api_key_id ${id()} NOT NULL,
        project_id ${id()} NOT NULL,
        model ${text(200)} NOT NULL,
        route_type ${id(16)} NOT NULL,
        channel_id ${id()} NOT NULL,
        bucket ${id(16)} NOT NULL,
        requests ${big} NOT NULL,
        failed ${big} NOT NULL,
        fallbacks ${big} NOT NULL,
        input_tokens ${big} NOT NULL,
        output_tokens ${big} NOT NULL,
        charge ${big} NOT NULL,
        PRIMARY KEY (account_id, span, start, api_key_id, project_id, model, route_type, channel_id, bucket) ${end}`,
      'CREATE INDEX usage_rollup_time ON usage_rollup (span, start)',
      'CREATE INDEX usage_rollup_key ON usage_rollup (api_key_id, span, start)',
      // PENDING: its receipts are still counted where they are. ADDED: they are in the sums. Old batches are added in the background.
      `ALTER TABLE ledger_batch ADD COLUMN usage_state ${id(16)} NOT NULL DEFAULT 'PENDING'`,
      indexWhere('ledger_batch_pending', 'ledger_batch', 'id', { column: 'usage_state', is: 'PENDING' }),
      ...['HOUR', 'DAY'].map(sumsWithoutBatch),
      'CREATE INDEX receipt_account_time ON receipt (account_id, created_at, id)',
      'CREATE INDEX receipt_key_time ON receipt (api_key_id, created_at, id)',
      'CREATE INDEX receipt_time ON receipt (created_at, id)',
      'CREATE INDEX receipt_model ON receipt (account_id, requested_model, created_at, id)',
      // What most receipts are is found soon without an index: where an index can, it leaves them out and costs them nothing.
      indexOnly('receipt_route_type', 'receipt', 'account_id, route_type, created_at, id', "route_type <> 'ORDINARY'"),
      indexOnly('receipt_project', 'receipt', 'project_id, created_at, id', 'project_id IS NOT NULL'),
      indexOnly('receipt_run', 'receipt', 'run_id, created_at, id', 'run_id IS NOT NULL'),
      indexOnly('receipt_status', 'receipt', 'account_id, status, created_at, id', "status <> 'SUCCEEDED'"),
      indexOnly(
        'receipt_fallback',
        'receipt',
        'account_id, created_at, id',
        'fallback_count > 0',
        'account_id, fallback_count, created_at, id',
      ),
      indexOnly('transfer_kind', 'transfer', 'kind, wallet_id, batch_id', "kind <> 'CHARGE'"),
      dropIndex('receipt_account', 'receipt'),
      dropIndex('receipt_key', 'receipt'),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    const { dropIndex } = wordsOf(runner);
    await run(runner, [
      'CREATE INDEX receipt_key ON receipt (api_key_id, id)',
      'CREATE INDEX receipt_account ON receipt (account_id, id)',
      dropIndex('transfer_kind', 'transfer'),
      ...RECEIPT_INDEXES.map((name) => dropIndex(name, 'receipt')),
      dropIndex('ledger_batch_pending', 'ledger_batch'),
      'ALTER TABLE ledger_batch DROP COLUMN usage_state',
    ]);
    await dropTables(runner, ['usage_rollup']);
  }
}

const RECEIPT_INDEXES = [
  'receipt_fallback',
  'receipt_status',
  'receipt_run',
  'receipt_project',
  'receipt_route_type',
  'receipt_model',
  'receipt_time',
  'receipt_key_time',
  'receipt_account_time',
];

const MS: Record<string, number> = { HOUR: 3_600_000, DAY: 86_400_000 };

/** Receipts from before batches were written on them: no batch brings them into the sums. */
function sumsWithoutBatch(span: string): string {
  return `INSERT INTO usage_rollup (account_id, span, start, api_key_id, project_id, model, route_type, channel_id, bucket,
      requests, failed, fallbacks, input_tokens, output_tokens, charge)
    SELECT account_id, '${span}', created_at - created_at % ${MS[span]}, api_key_id, COALESCE(project_id, ''),
      COALESCE(requested_model, ''), COALESCE(route_type, ''), COALESCE(final_channel_id, ''), bucket,
      COUNT(*), SUM(CASE WHEN status = 'FAILED' THEN 1 ELSE 0 END), SUM(fallback_count), SUM(input_tokens), SUM(output_tokens), SUM(charge)
    FROM receipt WHERE batch_id IS NULL AND bucket IS NOT NULL
    GROUP BY account_id, created_at - created_at % ${MS[span]}, api_key_id, COALESCE(project_id, ''),
      COALESCE(requested_model, ''), COALESCE(route_type, ''), COALESCE(final_channel_id, ''), bucket`;
}
