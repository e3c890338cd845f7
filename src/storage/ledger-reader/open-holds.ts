/** How many holds are open now, of all processes. */
import type { DataSource } from 'typeorm';
import { type Row, whole } from '../sql/row-values';

export async function countOpenHolds(dataSource: DataSource): Promise<number> {
  const [row] = (await dataSource.query("SELECT COUNT(*) AS n FROM hold WHERE state = 'OPEN'")) as Row[];
  return whole(row?.['n']);
}
