/** Leases of runs, on the clock of the database: whose lease has run out is taken for dead. */
import type { DataSource } from 'typeorm';
import type { ResearchLeases } from '../../research/research-store';
import { databaseNow } from '../sql/database-now';
import { execute, rowsOf, rowsOfIds } from '../sql/query';
import { placeholders } from '../sql/row-values';
import { text, textOrNull } from '../sql/stored-values';

/** Prolonged every second by who lives. */
const LEASE_MS = 10_000;
/** No lease ends later: it was written by a clock that was ahead, and whoever lives has written it anew within a second. */
const LATEST_MS = 2 * LEASE_MS;
const OPEN = "r.kind = 'RESEARCH' AND r.status IN ('QUEUED', 'RUNNING')";

export class SqlResearchLeases implements ResearchLeases {
  private readonly now: string;
  private readonly free: string;

  constructor(private readonly dataSource: DataSource) {
    this.now = databaseNow(dataSource);
    this.free = `(lease_until IS NULL OR lease_until < ${this.now} OR lease_until > ${this.now} + ${LATEST_MS})`;
  }

  async waiting(limit: number): Promise<readonly string[]> {
    const sql = `SELECT x.id FROM run r JOIN research_run x ON x.id = r.id WHERE ${OPEN} AND ${this.free} ORDER BY x.id LIMIT ?`;
    return (await rowsOf(this.dataSource, sql, [BigInt(limit)])).map((row) => text(row, 'id'));
  }

  async claim(id: string, owner: string): Promise<boolean> {
    const until = `lease_until = ${this.now} + ${LEASE_MS}`;
    const take = `UPDATE research_run SET lease_owner = ?, ${until} WHERE id = ? AND ${this.free}`;
    await execute(this.dataSource, take, [owner, id]);
    const mine = `SELECT x.id FROM run r JOIN research_run x ON x.id = r.id WHERE ${OPEN} AND x.id = ? AND x.lease_owner = ?`;
    if ((await rowsOf(this.dataSource, mine, [id, owner])).length > 0) return true;
    await this.release(id, owner);
    return false;
  }

  async renew(ids: readonly string[], owner: string): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const prolong = `UPDATE research_run SET lease_until = ${this.now} + ${LEASE_MS} WHERE id IN (${placeholders(ids)}) AND lease_owner = ?`;
    await execute(this.dataSource, prolong, [...ids, owner]);
    const rows = await rowsOfIds(this.dataSource, ids, (list) => `SELECT id, lease_owner FROM research_run WHERE id IN (${list})`);
    return new Set(rows.filter((row) => textOrNull(row, 'lease_owner') === owner).map((row) => text(row, 'id')));
  }

  async release(id: string, owner: string): Promise<void> {
    await execute(this.dataSource, 'UPDATE research_run SET lease_owner = NULL, lease_until = NULL WHERE id = ? AND lease_owner = ?', [
      id,
      owner,
    ]);
  }

  async forgetDead(): Promise<void> {
    // The file is this process's alone.
    if (this.dataSource.options.type !== 'better-sqlite3') return;
    await execute(this.dataSource, 'UPDATE research_run SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL', []);
  }
}
