/** What a process that freezes in the midst of a transaction keeps from all others: nothing for longer than a lease lives. */
import { newId } from '../../src/kernel/ids';
import { openDatabase } from '../../src/storage/data-source';
import { SqlResearchLeases } from '../../src/storage/research/research-leases';
import { freshDatabase, isServed } from '../support/databases';
import { gate } from '../support/eventually';

const RUN = `INSERT INTO run (id, kind, account_id, api_key_id, name, status, budget, created_at)
  VALUES (?, 'RESEARCH', 'acme', 'chat', 'DEMO QUICK', 'RUNNING', '[]', 1)`;
const RESEARCH = `INSERT INTO research_run (id, symbol, mode, quick_model, deep_model, provider, briefing, estimate, events)
  VALUES (?, 'DEMO', 'QUICK', 'small', 'small', 'sample', '{}', '{}', 0)`;

describe('a research run whose owner froze in the midst of a step, on mysql', () => {
  it('is claimed by somebody else: MariaDB gives up what the step has locked', async () => {
    if (!(await isServed('mysql'))) return;
    const database = await freshDatabase('mysql');
    const [frozen, living] = await Promise.all([openDatabase(database), openDatabase(database)]);
    const id = newId();
    await living.query(RUN, [id]);
    await living.query(RESEARCH, [id]);
    const [locked, thawed] = [gate(), gate()];
    const step = frozen.transaction(async (manager) => {
      await manager.query('UPDATE research_run SET events = events + 1 WHERE id = ?', [id]);
      locked.open();
      await thawed.opened;
    });
    const ended = step.then(
      () => 'written',
      () => 'given up',
    );
    await locked.opened;
    const [{ version }]: [{ version: string }] = await living.query('SELECT VERSION() AS version');
    // MySQL cannot be told so.
    const isTold = version.includes('MariaDB');
    const claimed = isTold && (await new SqlResearchLeases(living).claim(id, 'somebody').catch((error: unknown) => error));
    thawed.open();
    const end = await ended;
    await Promise.all([frozen.destroy(), living.destroy()]);
    await database.drop();
    expect({ claimed, end }).toEqual({ claimed: isTold, end: isTold ? 'given up' : 'written' });
  });
});
