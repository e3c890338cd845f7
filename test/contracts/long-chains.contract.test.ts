/** Whoever reads without end lets others in: statements of an embedded database run in the thread that serves everybody. */
import { rowsOf } from '../../src/storage/sql/query';
import { type DatabaseKind, freshDatabase, isServed } from '../support/databases';
import { openReader } from '../support/open-reader';

const READS_MAX = 100_000;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('a long chain of reads on %s', (kind) => {
  it('keeps nobody waiting until its end', async () => {
    if (!(await isServed(kind))) return;
    const database = await freshDatabase(kind);
    const { dataSource, close } = await openReader(database, 1);
    let others = 0;
    setImmediate(() => {
      others += 1;
    });
    for (let reads = 0; others === 0 && reads < READS_MAX; reads += 1) await rowsOf(dataSource, 'SELECT 1 AS one', []);
    expect(others).toBe(1);
    await close();
    await database.drop();
  });
});
