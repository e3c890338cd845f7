/** How many holds are open now, of all processes. */
import type { DataSource } from 'typeorm';
import { rowsOf } from '../sql/query';
import { whole } from '../sql/row-values';

export async function countOpenHolds(dataSource: DataSource): Promise<number> {
  const [row] = await rowsOf(dataSource, "SELECT COUNT(*) AS n FROM hold WHERE state = 'OPEN'", []);
  return whole(row?.['n']);
}
