/**
 * A page deep in a long history reads no more rows than the newest one, whatever the database believes of its tables: MariaDB
 * goes on by what it saw when it opened them, for as long as a gateway keeps them open.
 */
import { openAuditDatabase } from '../../src/storage/audit/audit-database';
import { rollUpBatches } from '../../src/storage/usage/roll-up-batches';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { addFirstRequests, addLongHistories, PAGED_TABLES, REQUESTS } from '../support/long-histories';
import { type OpenReader, openReader } from '../support/open-reader';
import { FIRST, type PagedList, pagedLists } from '../support/paged-lists';
import { readAllPages } from '../support/read-all-pages';
import { planOf, rowsRead, rowsReadByAudit } from '../support/rows-read';

/** Where a page begins, counted from the oldest row: MariaDB errs most where about half of a history is left. */
const DEEP = [REQUESTS / 2, 100];
/** What a page may look at: what it shows and holds, twenty times where one row of twenty is asked for. */
const NEWEST_MAX = 400;
/** What leads to the place at which a deep page begins: the link there, and the halving of a chain by time, for two wallets. */
const PLACE_MAX = 200;
/** More than 200: as a rule MySQL does not look each of them up then before it chooses its way. */
const BATCHES = 400;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('in a long history on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let open: OpenReader;
  let lists: readonly PagedList[] = [];

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    // Nothing is learned behind the back of the test.
    if (kind === 'mysql') for (const table of PAGED_TABLES) await database.query(`ALTER TABLE ${table} STATS_AUTO_RECALC = 0`);
    open = await openReader(database, 1);
    lists = pagedLists(open, database, await addFirstRequests(database));
    // Opens every table.
    for (const { read } of lists) await read(null);
    await addLongHistories(database);
  });

  afterAll(async () => {
    await open?.close();
    await database?.drop();
  });

  const promise = whereServed(() => served);

  async function expectCheap(): Promise<void> {
    const cheap = DEEP.map(() => ({ shown: FIRST, reads: 'no more' }));
    expect(await ofEach(lists, costOf)).toEqual(lists.map(({ what }) => ({ what, newest: true, deep: cheap })));
  }

  async function costOf({ what, read }: PagedList) {
    let shown = 0;
    const cost = (after: number | null) =>
      rowsRead(open.dataSource, async () => {
        shown = (await read(after)).length;
      });
    const newest = await cost(null);
    const deep = [];
    for (const after of DEEP) {
      const read = await cost(after);
      deep.push({ shown, reads: read <= newest + PLACE_MAX ? 'no more' : `${read} after ${newest}` });
    }
    return { what, newest: newest <= NEWEST_MAX || newest, deep };
  }

  /** SQLite says how it would go about it: along the index that was meant, and nothing put into order. */
  async function planOfDeep({ what, read, along }: PagedList) {
    const statements = await open.statementsOf(() => read(REQUESTS / 2));
    // Open holds are as few as the requests that are in flight.
    const ofHistory = statements.filter(({ sql }) => !sql.includes('FROM hold'));
    const steps = (await Promise.all(ofHistory.map((each) => planOf(open.dataSource, each)))).flat();
    return { what, along: steps.some((step) => step.endsWith(along)) || steps, sorted: steps.filter((step) => step.includes('ORDER BY')) };
  }

  promise('receipts that fell back come in the order of their list, however often each of them did', async () => {
    const found = await readAllPages((after) =>
      open.reader.receipts({ accountId: 'acme' }, { first: 90, ...(after !== undefined && { after }) }, { withFallback: true }),
    );
    const expected = await database.query(
      "SELECT id FROM receipt WHERE account_id = 'acme' AND fallback_count > 0 ORDER BY created_at DESC, id DESC",
    );
    expect(expected).toHaveLength(REQUESTS / 10);
    expect(found.map(({ record }) => record.requestId)).toEqual(expected.map(({ id }) => id));
  });

  if (kind === 'sqlite') {
    promise('a deep page is read along an index of its own, in the order of its list', async () => {
      expect(await ofEach(lists, planOfDeep)).toEqual(lists.map(({ what }) => ({ what, along: true, sorted: [] })));
    });
    return;
  }

  promise('a deep page reads no more rows than the newest one, from tables that were empty when they were opened', expectCheap);

  promise('a deep page reads no more rows than the newest one, by statistics of when the tables were empty', async () => {
    await database.query(`FLUSH TABLES ${PAGED_TABLES.join(', ')}`);
    await expectCheap();
  });

  promise('batches are added to the sums of usage by reading what they wrote, by such statistics too', async () => {
    const audit = await openAuditDatabase(database);
    const read = await rowsReadByAudit(audit, async () => expect((await rollUpBatches(audit, BATCHES)).batches).toBe(BATCHES));
    expect(read).toBeLessThan(20 * BATCHES);
    await audit.close();
  });

  promise('a deep page reads no more rows than the newest one, when the database knows how long the histories are', async () => {
    await database.query(`ANALYZE TABLE ${PAGED_TABLES.join(', ')}`);
    await expectCheap();
  });
});

/** One after the other: what is counted is counted on one connection. */
async function ofEach<T>(lists: readonly PagedList[], work: (list: PagedList) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (const list of lists) found.push(await work(list));
  return found;
}
