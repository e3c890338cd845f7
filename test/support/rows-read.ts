/** What a statement costs, told by the database itself. */
import type { DataSource } from 'typeorm';
import type { AuditDatabase } from '../../src/storage/audit/audit-database';
import type { Statement } from './open-reader';

/** Rows of an index that the storage engine passes over by itself are counted apart, and belong to it. */
const COUNTERS = "SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%' OR Variable_name = 'Handler_icp_attempts'";

/**
 * How many rows of tables and of indexes MySQL looked at. The data source must have one connection: it counts what was done
 * on that one.
 */
export async function rowsRead(dataSource: DataSource, work: () => Promise<unknown>): Promise<number> {
  await dataSource.query('FLUSH STATUS');
  await work();
  const counters: { Value: string }[] = await dataSource.query(COUNTERS);
  return counters.reduce((sum, { Value }) => sum + Number(Value), 0);
}

/** The same of what is done on the connection of an audit, give or take the dozen that counting takes. */
export async function rowsReadByAudit(database: AuditDatabase, work: () => Promise<unknown>): Promise<number> {
  const counted = async () => (await database.inSnapshot((read) => read(COUNTERS, []))).reduce((sum, [, value]) => sum + Number(value), 0);
  const before = await counted();
  await work();
  return (await counted()) - before;
}

/** SQLite counts nothing, but says which indexes lead to the rows. */
export async function planOf(dataSource: DataSource, { sql, values }: Statement): Promise<string[]> {
  const steps: { detail: string }[] = await dataSource.query(`EXPLAIN QUERY PLAN ${sql}`, [...values]);
  return steps.map(({ detail }) => detail);
}
