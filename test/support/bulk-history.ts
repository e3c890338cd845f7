/** A long history in little time: copies of one finished request, each with its batch, hold, attempt, charge and link of the chain. */
import { addNumberedRows, numberedIds } from './bulk-rows';
import type { Row, TestDatabase } from './databases';

/** Expressions of the copy's number `n`, from 0, for columns that are not as in the request that is copied. */
export type Variety = { readonly [table in Table]?: Readonly<Record<string, string>> };

export interface BulkHistory {
  /** Whose newest charge is copied. */
  readonly walletId: string;
  readonly requests: number;
  /** How much younger each is than the one before it. */
  readonly stepMs: number;
  readonly variety?: Variety;
  /** Tells the ids of several histories in one database apart; 0 to 9. */
  readonly series?: number;
}

type Table = 'ledger_batch' | 'hold' | 'receipt' | 'attempt' | 'transfer' | 'wallet_change';

/** Milliseconds since 1970. */
const TIMES = new Set(['created_at', 'placed_at', 'expires_at', 'resolved_at', 'settled_at', 'started_at']);

/** Adds the history behind the request that is copied, and to the wallet. The wallet must be at rest. */
export async function addBulkHistory(
  database: TestDatabase,
  { walletId, requests, stepMs, variety = {}, series = 0 }: BulkHistory,
): Promise<void> {
  const { ids, rows, charge } = await requestToCopy(database, walletId);
  for (const table of Object.keys(rows) as Table[]) {
    const copying = { ids, stepMs, series, shifted: { ...ownColumns(table, stepMs, charge), ...variety[table] } };
    const values = Object.entries(rows[table]).map(([column, value]) => [column, valueOf(database, column, value, copying)]);
    await addNumberedRows(database, table, requests, Object.fromEntries(values));
  }
  await database.query(
    `UPDATE wallet SET posted = posted - ${charge} * ${requests}, seq = seq + ${requests},
       changed_at_us = changed_at_us + ${requests} * ${stepMs} * 1000 WHERE id = '${walletId}'`,
  );
}

async function requestToCopy(database: TestDatabase, walletId: string) {
  const one = async (table: Table, where: string): Promise<Row> => {
    const [row] = await database.query(`SELECT * FROM ${table} WHERE ${where} LIMIT 1`);
    if (row === undefined) throw new Error(`there is no row of ${table} to copy`);
    return row;
  };
  const link = await one('wallet_change', `wallet_id = '${walletId}' ORDER BY seq DESC`);
  const transfer = await one('transfer', `batch_id = '${link['batch_id']}' AND wallet_id = '${walletId}' AND kind = 'CHARGE'`);
  const rows: Record<Table, Row> = {
    ledger_batch: await one('ledger_batch', `id = '${link['batch_id']}'`),
    hold: await one('hold', `id = '${transfer['hold_id']}'`),
    receipt: await one('receipt', `id = '${transfer['receipt_id']}'`),
    attempt: await one('attempt', `receipt_id = '${transfer['receipt_id']}'`),
    transfer,
    wallet_change: link,
  };
  const ids = [transfer['hold_id'], transfer['receipt_id'], transfer['id'], link['batch_id']].map(String);
  return { ids, rows, charge: BigInt(transfer['amount'] ?? 0) };
}

function ownColumns(table: Table, stepMs: number, charge: bigint): Readonly<Record<string, string>> {
  if (table === 'ledger_batch') return { items: '1', usage_state: "'PENDING'" };
  if (table !== 'wallet_change') return {};
  const nth = '(n + 1)';
  return {
    seq: `seq_0 + ${nth}`,
    at_us: `at_us_0 + ${nth} * ${stepMs} * 1000`,
    posted_after: `posted_after_0 - ${nth} * ${charge}`,
    posted_delta: `-${charge}`,
  };
}

interface Copying {
  readonly ids: readonly string[];
  readonly stepMs: number;
  readonly series: number;
  readonly shifted: Readonly<Record<string, string>>;
}

function valueOf(database: TestDatabase, column: string, value: string | bigint | null, { ids, stepMs, series, shifted }: Copying): string {
  const own = shifted[column]?.replace(`${column}_0`, String(value));
  if (own !== undefined) return own;
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return TIMES.has(column) ? `${value} + (n + 1) * ${stepMs}` : String(value);
  const which = ids.indexOf(value);
  if (which === -1) return `'${value.replaceAll("'", "''")}'`;
  return numberedIds(database, `${which}${series}00`);
}
