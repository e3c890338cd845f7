import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, run, wordsOf } from './dialect';

/**
 * Money and the story of every request. Rows of `transfer`, `wallet_change`, `receipt` and `attempt` are written once
 * and never changed; `hold` changes its state once; `wallet` is the only row that is fought over.
 */
export class Ledger1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, text, big, int, end, indexWhere } = wordsOf(runner);
    const uuid = id(36);
    const requestFacts = `
        account_id ${id()} NOT NULL,
        api_key_id ${id()} NOT NULL,
        project_id ${id()},
        run_id ${id()},
        endpoint ${id()} NOT NULL,
        stream ${int} NOT NULL,
        requested_model ${text(200)},
        created_at ${big} NOT NULL,
        route_id ${text(220)},
        route_type ${id(16)},
        bucket ${id(16)},
        bucket_reason ${text(300)},
        primary_channel_id ${id()},
        primary_price_id ${text(300)},`;
    const usage = `
        input_tokens ${int} NOT NULL,
        cached_input_tokens ${int} NOT NULL,
        cache_write_tokens ${int} NOT NULL,
        output_tokens ${int} NOT NULL,
        reasoning_tokens ${int} NOT NULL,
        usage_source ${id(16)} NOT NULL,`;
    await run(runner, [
      `CREATE TABLE ledger_batch (
        id ${uuid} NOT NULL PRIMARY KEY, owner ${uuid} NOT NULL, items ${int} NOT NULL, created_at ${big} NOT NULL ${end}`,
      `CREATE TABLE wallet (
        id ${id(80)} NOT NULL PRIMARY KEY,
        account_id ${id()} NOT NULL,
        bucket ${id(16)} NOT NULL,
        currency ${id(3)} NOT NULL,
        posted ${big} NOT NULL,
        held ${big} NOT NULL,
        seq ${big} NOT NULL,
        changed_at_us ${big} NOT NULL,
        CHECK (held >= 0 AND posted >= held) ${end}`,
      'CREATE UNIQUE INDEX wallet_account ON wallet (account_id, bucket)',
      `CREATE TABLE wallet_change (
        wallet_id ${id(80)} NOT NULL,
        seq ${big} NOT NULL,
        batch_id ${uuid} NOT NULL,
        at_us ${big} NOT NULL,
        posted_delta ${big} NOT NULL,
        posted_after ${big} NOT NULL,
        held_after ${big} NOT NULL,
        PRIMARY KEY (wallet_id, seq) ${end}`,
      'CREATE UNIQUE INDEX wallet_change_batch ON wallet_change (batch_id, wallet_id)',
      'CREATE INDEX wallet_change_at ON wallet_change (at_us, wallet_id)',
      `CREATE TABLE hold (
        id ${uuid} NOT NULL PRIMARY KEY,
        request_id ${uuid} NOT NULL,
        wallet_id ${id(80)} NOT NULL,${requestFacts}
        amount ${big} NOT NULL,
        state ${id(16)} NOT NULL,
        owner ${uuid} NOT NULL,
        placed_at ${big} NOT NULL,
        expires_at ${big} NOT NULL,
        resolved_at ${big},
        CHECK (amount >= 0) ${end}`,
      indexWhere('hold_open', 'hold', 'account_id, request_id', { column: 'state', is: 'OPEN' }),
      `CREATE TABLE receipt (
        id ${uuid} NOT NULL PRIMARY KEY,${requestFacts}
        status ${id(16)} NOT NULL,
        stop_reason ${id(20)} NOT NULL,
        settled_at ${big} NOT NULL,
        upstream_model ${text(200)},
        reported_model ${text(200)},
        final_channel_id ${id()},
        price_id ${text(300)},
        retry_count ${int} NOT NULL,
        fallback_count ${int} NOT NULL,
        provider_status ${int},
        error_code ${text(100)},
        error_message ${text(500)},${usage}
        latency_ms ${int},
        first_token_ms ${int},
        lowered_output_limit ${int},
        charge ${big} NOT NULL,
        no_charge_reason ${text(300)},
        hold_id ${uuid},
        hold_amount ${big},
        transfer_id ${uuid},
        CHECK (charge >= 0) ${end}`,
      'CREATE INDEX receipt_account ON receipt (account_id, id)',
      'CREATE INDEX receipt_key ON receipt (api_key_id, id)',
      `CREATE TABLE attempt (
        receipt_id ${uuid} NOT NULL,
        idx ${int} NOT NULL,
        channel_id ${id()} NOT NULL,
        role ${id(16)} NOT NULL,
        retry ${int} NOT NULL,
        status ${id(16)} NOT NULL,
        upstream_model ${text(200)} NOT NULL,
        upstream_request_id ${text(200)},
        provider_status ${int},
        error_code ${text(100)},
        error_message ${text(500)},${usage}
        started_at ${big} NOT NULL,
        latency_ms ${int},
        first_token_ms ${int},
        charge ${big} NOT NULL,
        PRIMARY KEY (receipt_id, idx) ${end}`,
      `CREATE TABLE transfer (
        id ${uuid} NOT NULL PRIMARY KEY,
        batch_id ${uuid} NOT NULL,
        kind ${id(16)} NOT NULL,
        currency ${id(3)} NOT NULL,
        debit ${id(80)} NOT NULL,
        credit ${id(80)} NOT NULL,
        amount ${big} NOT NULL,
        wallet_id ${id(80)},
        batch_rest ${big} NOT NULL,
        hold_id ${uuid},
        receipt_id ${uuid},
        api_key_id ${id()},
        run_id ${id()},
        external_key ${text(200)},
        memo ${text(500)},
        created_at ${big} NOT NULL,
        CHECK (amount > 0 AND debit <> credit) ${end}`,
      'CREATE INDEX transfer_batch ON transfer (batch_id, wallet_id)',
      // At most one charge for a hold, and one movement for an external key: the database itself says no to a second.
      'CREATE UNIQUE INDEX transfer_hold ON transfer (hold_id)',
      'CREATE UNIQUE INDEX transfer_external ON transfer (external_key)',
      `CREATE TABLE gateway_process (
        id ${uuid} NOT NULL PRIMARY KEY, state ${id(16)} NOT NULL, started_at ${big} NOT NULL, heartbeat_at ${big} NOT NULL ${end}`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['gateway_process', 'transfer', 'attempt', 'receipt', 'hold', 'wallet_change', 'wallet', 'ledger_batch']);
  }
}
