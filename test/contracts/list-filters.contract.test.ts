/** A page of a list reads about as much as it shows, whatever is asked for and however long the history is. */
import type { EntryFilter, ReceiptFilter, Scope } from '../../src/ledger/ledger-reader';
import { addBulkHistory } from '../support/bulk-history';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { addWallets, end, keyRow, move, place } from '../support/ledger-items';
import { planOf, rowsRead } from '../support/rows-read';

const REQUESTS = 20_000;
const STEP_MS = 1_000;
const FIRST = 5;
/** What a page may look at beside what it shows: the holds of receipts, the search for an instant, the chain around an entry. */
const LOOKED_AT_MAX = 400;

const only = (value: string, otherwise: string, n: number) => `CASE WHEN n = ${n} THEN ${value} ELSE ${otherwise} END`;

/** Of the oldest, more than anybody looks through for a page, or puts into order. */
const FORMER = 8_000;

/** One of each in the oldest part of the history. */
const VARIETY = {
  receipt: {
    requested_model: `CASE WHEN n = 5 THEN 'rare' WHEN n < ${FORMER} THEN 'former' ELSE 'usual' END`,
    status: only("'FAILED'", "'SUCCEEDED'", 6),
    route_type: only("'OFFICIAL'", "'ORDINARY'", 7),
    fallback_count: only('1', '0', 8),
    project_id: only("'rare'", "'usual'", 9),
    run_id: only("'rare'", 'NULL', 10),
    api_key_id: only("'rare'", "'usual'", 11),
  },
  transfer: { api_key_id: only("'rare'", "'usual'", 11) },
};

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the filters of lists on %s', (kind) => {
  let start = 0;
  const bed = ledgerBed(kind, {
    connections: 1,
    prepare: async () => {
      await addWallets(bed.database, 'acme');
      await write(move('acme', 10n ** 12n));
      const hold = place('acme', 10n);
      await write(hold);
      await write(end(hold, 7n));
      start = hold.request.createdAt;
      await addBulkHistory(bed.database, { walletId: 'acme:RMB', requests: REQUESTS, stepMs: STEP_MS, variety: VARIETY });
      for (const id of ['rare', 'usual']) await bed.database.query(keyRow(id));
      if (kind === 'mysql') await bed.database.query('ANALYZE TABLE receipt, transfer, wallet_change, hold');
    },
  });
  const { promise, write } = bed;

  /**
   * MySQL counts the rows that were looked at. SQLite counts nothing, but its plan says which index leads to them: `along` must
   * be its text.
   */
  async function expectShort([what, page, expected, along]: Asked): Promise<void> {
    if (kind === 'mysql') {
      let shown = 0;
      const looked = await rowsRead(bed.open.dataSource, async () => {
        shown = (await page()).items.length;
      });
      expect({ what, found: shown, looked: looked < LOOKED_AT_MAX || looked }).toEqual({ what, found: expected, looked: true });
      return;
    }
    let found = 0;
    const statements = await bed.open.statementsOf(async () => {
      found = (await page()).items.length;
    });
    // Open holds are as few as the requests that are in flight.
    const plans = await Promise.all(
      statements.filter(({ sql }) => !sql.includes('FROM hold')).map((each) => planOf(bed.open.dataSource, each)),
    );
    const [steps, walks] = [
      plans.flat().join('; '),
      plans.flat().filter((step) => /^SCAN (r|t|c)\b(?! USING (COVERING )?INDEX receipt_time)/.test(step)),
    ];
    expect({ what, found, walks, steps }).toEqual({ what, found: expected, walks: [], steps: expect.stringContaining(along) });
  }

  const at = (n: number) => start + (n + 1) * STEP_MS;
  const ACME: Scope = { accountId: 'acme' };
  const receipts = (scope: Scope, filter: ReceiptFilter) => () => bed.open.reader.receipts(scope, { first: FIRST }, filter);
  const entries = (scope: Scope, filter: EntryFilter) => () => bed.open.reader.entries(scope, { first: FIRST }, filter);

  promise('of receipts lead an account to one among many without reading the others', async () => {
    const usual = { status: 'SUCCEEDED', routeType: 'ORDINARY', withFallback: false, model: 'usual' } as const;
    const asked: Asked[] = [
      ['a model', receipts(ACME, { model: 'rare' }), 1, 'receipt_model (account_id=? AND requested_model=?)'],
      ['a status', receipts(ACME, { status: 'FAILED' }), 1, 'receipt_status (account_id=? AND status=?)'],
      ['a route type', receipts(ACME, { routeType: 'OFFICIAL' }), 1, 'receipt_route_type (account_id=? AND route_type=?)'],
      ['a fallback', receipts(ACME, { withFallback: true }), 1, 'receipt_fallback (account_id=?)'],
      ['a project', receipts(ACME, { projectId: 'rare' }), 1, 'receipt_project (project_id=?)'],
      ['a run', receipts(ACME, { runId: 'rare' }), 1, 'receipt_run (run_id=?)'],
      ['a key', receipts(ACME, { apiKeyId: 'rare' }), 1, 'receipt_key_time (api_key_id=?)'],
      ['several at once', receipts(ACME, { model: 'former', apiKeyId: 'rare' }), 1, 'receipt_key_time (api_key_id=?)'],
      [
        'a time long ago',
        receipts(ACME, { from: at(3), to: at(5) }),
        2,
        'receipt_account_time (account_id=? AND created_at>? AND created_at<?)',
      ],
      ['the beginning', receipts(ACME, { to: at(2) }), 3, 'receipt_account_time (account_id=? AND created_at<?)'],
      ['everything', receipts(ACME, {}), FIRST, 'receipt_account_time (account_id=?)'],
      ['what most are', receipts(ACME, usual), FIRST, 'receipt_model (account_id=? AND requested_model=?)'],
    ];
    for (const each of asked) await expectShort(each);
  });

  promise('of receipts lead an operator to one among those of all accounts without reading the others', async () => {
    const asked: Asked[] = [
      ['a model', receipts(null, { model: 'rare' }), 1, 'receipt_model (account_id=? AND requested_model=?)'],
      ['a model of none', receipts(null, { model: 'none' }), 0, 'receipt_model (account_id=? AND requested_model=?)'],
      ['a status', receipts(null, { status: 'FAILED' }), 1, 'receipt_status (account_id=? AND status=?)'],
      ['a route type', receipts(null, { routeType: 'OFFICIAL' }), 1, 'receipt_route_type (account_id=? AND route_type=?)'],
      ['a fallback', receipts(null, { withFallback: true }), 1, 'receipt_fallback (account_id=?)'],
      ['several at once', receipts(null, { model: 'former', status: 'FAILED' }), 1, 'receipt_status (account_id=? AND status=?)'],
      ['a time long ago', receipts(null, { status: 'FAILED', from: at(3), to: at(9) }), 1, 'receipt_time (created_at>? AND created_at<?)'],
      ['what most are', receipts(null, { model: 'usual' }), FIRST, 'receipt_time (created_at>?)'],
    ];
    for (const each of asked) await expectShort(each);
  });

  promise('of receipts show an operator the same as all receipts read one by one, page after page', async () => {
    const asked: [ReceiptFilter, string][] = [
      [{ model: 'former' }, "requested_model = 'former'"],
      [{ model: 'former', to: at(100) }, `requested_model = 'former' AND created_at < ${at(100)}`],
      [{ model: 'usual', from: at(FORMER + 2) }, `requested_model = 'usual' AND created_at >= ${at(FORMER + 2)}`],
      [{ model: 'usual', to: at(FORMER + 2) }, `requested_model = 'usual' AND created_at < ${at(FORMER + 2)}`],
      [{ model: 'former', withFallback: true }, "requested_model = 'former' AND fallback_count > 0"],
      [{ withFallback: true, status: 'SUCCEEDED' }, 'fallback_count > 0'],
      [{ withFallback: false, status: 'FAILED' }, "status = 'FAILED'"],
    ];
    for (const [filter, sql] of asked) {
      const ofAll = `SELECT id FROM receipt WHERE ${sql} ORDER BY created_at DESC, id DESC LIMIT ${3 * FIRST}`;
      const expected = (await bed.database.query(ofAll)).map(({ id }) => id);
      const found: string[] = [];
      for (let after: string | undefined, more = true; more && found.length < 3 * FIRST; ) {
        const page = await bed.open.reader.receipts(null, { first: FIRST, ...(after !== undefined && { after }) }, filter);
        found.push(...page.items.map(({ node }) => node.record.requestId));
        [after, more] = [page.items.at(-1)?.cursor, page.hasNextPage];
      }
      expect({ filter, found }).toEqual({ filter, found: expected });
    }
  });

  promise('of receipts lead a key to its own, and an operator to those of a project, run, key or time', async () => {
    const asked: Asked[] = [
      ['a key, itself', receipts({ apiKeyId: 'rare' }, {}), 1, 'receipt_key_time (api_key_id=?)'],
      ['a project', receipts(null, { projectId: 'rare' }), 1, 'receipt_project (project_id=?)'],
      ['a run', receipts(null, { runId: 'rare' }), 1, 'receipt_run (run_id=?)'],
      ['a key', receipts(null, { apiKeyId: 'rare' }), 1, 'receipt_key_time (api_key_id=?)'],
      ['a time', receipts(null, { from: at(3), to: at(5) }), 2, 'receipt_time (created_at>? AND created_at<?)'],
      ['everything', receipts(null, {}), FIRST, 'SCAN r USING INDEX receipt_time'],
    ];
    for (const each of asked) await expectShort(each);
  });

  promise('of entries lead to those of a kind, of a key, or of a time', async () => {
    const asked: Asked[] = [
      ['a kind', entries(ACME, { kind: 'TOP_UP' }), 1, 'transfer_kind (kind=? AND wallet_id=?)'],
      ['a kind, in all accounts', entries(null, { kind: 'TOP_UP' }), 1, 'transfer_kind (kind=?)'],
      ['a kind that there is none of', entries(ACME, { kind: 'REFUND' }), 0, 'transfer_kind (kind=? AND wallet_id=?)'],
      ['a key', entries(ACME, { apiKeyId: 'rare' }), 1, 'receipt_key_time (api_key_id=?)'],
      ['a key, itself', entries({ apiKeyId: 'rare' }, {}), 1, 'receipt_key_time (api_key_id=?)'],
      ['before all', entries(ACME, { to: 1 }), 0, 'sqlite_autoindex_wallet_change_1 (wallet_id=? AND seq<?)'],
      ['everything', entries(ACME, {}), FIRST, 'sqlite_autoindex_wallet_change_1 (wallet_id=?)'],
      ['charges', entries(ACME, { kind: 'CHARGE' }), FIRST, 'sqlite_autoindex_wallet_change_1 (wallet_id=?)'],
    ];
    for (const each of asked) await expectShort(each);
  });

  promise('of entries find those of a key that has many of them along the chain', async () => {
    expect((await entries({ apiKeyId: 'usual' }, {})()).items).toHaveLength(FIRST);
    if (kind === 'sqlite')
      await expectShort(['many', entries({ apiKeyId: 'usual' }, {}), FIRST, 'SEARCH c USING INDEX sqlite_autoindex_wallet_change_1']);
  });
});

/** What is asked for, the page, how much it finds, and the step of SQLite's plan that leads to it. */
type Asked = readonly [what: string, page: () => Promise<{ readonly items: readonly unknown[] }>, expected: number, along: string];
