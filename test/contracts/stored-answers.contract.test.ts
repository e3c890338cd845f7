/** What the archive of answers promises: what is past its time goes, however much of it there is, and nothing else does. */
import { systemClock } from '../../src/kernel/clock';
import { SqlAnswerArchive } from '../../src/storage/stored-answer-store';
import { type DatabaseKind, freshDatabase, isServed } from '../support/databases';
import { openReader } from '../support/open-reader';

const NOW = 1_790_000_000_000;
/** More than are deleted at once, twice over. */
const MANY = 1_200;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('kept answers on %s', (kind) => {
  it('are deleted when their time has passed, all of them in one look', async () => {
    if (!(await isServed(kind))) return;
    const database = await freshDatabase(kind);
    const { dataSource, close } = await openReader(database);
    const rows = Array.from({ length: MANY }, (_, nth) => `('old-${nth}', 'x', ${NOW - nth})`);
    await database.query(`INSERT INTO stored_answer (id, sealed, expires_at) VALUES ${rows.join(', ')}, ('new', 'x', ${NOW + 1})`);
    const clock = { ...systemClock, now: () => NOW };
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const archive = new SqlAnswerArchive({ dataSource, masterKey: Buffer.alloc(32), keepMs: 1, clock, log });
    await archive.look();
    expect(await database.query('SELECT id FROM stored_answer')).toEqual([{ id: 'new' }]);
    await close();
    await database.drop();
  });
});
