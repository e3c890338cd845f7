/** Fills the ledger with copies of its one finished request, in bulk: what a measured request meets after years. */
import type { Row, TestDatabase } from '../support/databases';

/** Of one finished request: hold, receipt, attempt and transfer. */
const TABLES = ['hold', 'receipt', 'attempt', 'transfer'] as const;
const CHUNK = 50_000;
const DIGITS =
  '(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)';
/** From 0 to 99,999, in a dialect that every database has. */
const NUMBERS = `SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n FROM ${DIGITS} a, ${DIGITS} b, ${DIGITS} c, ${DIGITS} e, ${DIGITS} f`;

/** Copies have ids of their own, older than all others and in their order, as time would have made them. */
export async function preload(database: TestDatabase, entries: number): Promise<string> {
  const startedAt = performance.now();
  const [charge] = await database.query("SELECT * FROM transfer WHERE kind = 'CHARGE'");
  if (charge === undefined) throw new Error('there is no finished request to copy');
  const receipt = charge['receipt_id'];
  const own = [charge['hold_id'], receipt, charge['id']].map(String);
  const keys = {
    hold: `id = '${own[0]}'`,
    receipt: `id = '${receipt}'`,
    attempt: `receipt_id = '${receipt}'`,
    transfer: `id = '${own[2]}'`,
  };
  for (const table of TABLES) {
    const [row] = await database.query(`SELECT * FROM ${table} WHERE ${keys[table]}`);
    if (row === undefined) throw new Error(`there is no row of ${table} to copy`);
    for (let from = 0; from < entries; from += CHUNK) await copy(database, table, row, own, from, Math.min(CHUNK, entries - from));
  }
  return `${database.kind}: ${entries} finished requests before, in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`;
}

async function copy(database: TestDatabase, table: string, row: Row, own: readonly string[], from: number, count: number): Promise<void> {
  const columns = Object.keys(row);
  const values = columns.map((column) => valueOf(database, row[column] ?? null, own, from));
  await database.query(
    `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM (${NUMBERS}) numbers WHERE n < ${count} ORDER BY n`,
  );
}

/** The ids of the copied request become those of its copy; all else stands as it is. */
function valueOf({ kind }: TestDatabase, value: string | bigint | null, own: readonly string[], from: number): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return String(value);
  const which = own.indexOf(value);
  if (which === -1) return `'${value.replaceAll("'", "''")}'`;
  const tail = `-${which}000-7000-8000-000000000000`;
  return kind === 'sqlite' ? `printf('%08x', n + ${from}) || '${tail}'` : `CONCAT(LPAD(LOWER(HEX(n + ${from})), 8, '0'), '${tail}')`;
}
