/** The entries of a key are found without the history of the wallet that paid, wherever in it they are. */
import type { EntryFilter, Scope } from '../../src/ledger/ledger-reader';
import type { LedgerEntry } from '../../src/ledger/wallet';
import { addBulkHistory } from '../support/bulk-history';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { addWallets, end, keyRow, move, place, requestFacts } from '../support/ledger-items';
import { readAllPages } from '../support/read-all-pages';
import { planOf, rowsRead } from '../support/rows-read';
import { seededRandom } from '../support/seeded-random';

const REQUESTS = 30_000;
/** One of 25 requests of the older half is of a key that was used no more for a long time: more than are few, and far away. */
const GONE = 600;
const KEY_OF = "CASE WHEN n < 15000 AND n % 25 = 0 THEN 'gone' WHEN n % 10 = 1 THEN 'steady' ELSE 'usual' END";
const KEYS = ['gone', 'steady', 'usual', 'new'];
const RECENT = 120;
/** Whoever passes over the newer half looks at 65,000 rows, as MariaDB counts them: about four for each link. */
const LOOKED_AT_MAX = 30_000;
const ACME: Scope = { accountId: 'acme' };

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the entries of a key on %s', (kind) => {
  const bed = ledgerBed(kind, {
    connections: 1,
    prepare: async () => {
      // MariaDB is left with what it knew of the tables when they were empty.
      if (kind === 'mysql')
        for (const table of ['receipt', 'transfer', 'wallet_change']) await bed.database.query(withoutStatistics(table));
      await addWallets(bed.database, 'acme');
      for (const id of KEYS) await bed.database.query(keyRow(id));
      await write(move('acme', 10n ** 12n), move('acme', 10n ** 12n, {}, 'CREDIT'));
      await charged('usual', 7n);
      const variety = { receipt: { api_key_id: KEY_OF }, transfer: { api_key_id: KEY_OF } };
      await addBulkHistory(bed.database, { walletId: 'acme:RMB', requests: REQUESTS, stepMs: 1_000, variety });
      await addRecent();
    },
  });
  const { promise, write } = bed;

  async function heldFor(apiKeyId: string, amount: bigint, bucket: 'RMB' | 'CREDIT' = 'RMB') {
    const hold = place('acme', amount, { request: requestFacts('acme', { apiKeyId }) }, bucket);
    await write(hold);
    return end(hold, amount);
  }

  async function charged(...of: Parameters<typeof heldFor>) {
    const item = await heldFor(...of);
    await write(item);
    return item;
  }

  /** Charges of every key from both wallets, several in a batch, and refunds and top-ups among them. */
  async function addRecent(): Promise<void> {
    const random = seededRandom();
    for (let count = 0; count < RECENT; count += 1) {
      const key = KEYS[random.between(0, KEYS.length - 1)] ?? 'new';
      const bucket = random.chance(0.3) ? 'CREDIT' : 'RMB';
      const charge = await charged(key, BigInt(random.between(2, 6)), bucket);
      if (random.chance(0.3)) {
        const { requestId } = charge.receipt;
        await write(move('acme', 1n, { entryKind: 'REFUND', receiptId: requestId, externalKey: `refund:${requestId}` }, bucket));
      }
      if (random.chance(0.2)) await write(await heldFor(key, 1n), move('acme', 5n), await heldFor('new', 2n));
    }
  }

  const page = (scope: Scope, filter: EntryFilter, first: number, after?: string) =>
    bed.open.reader.entries(scope, { first, ...(after !== undefined && { after }) }, filter);

  /** What the order of a list is said to be, of everything that the account has. */
  const everything = () => readAllPages((after) => page(ACME, { from: 0 }, 100, after));

  promise('come in the order of the whole list, page by page, whatever else is asked for', async () => {
    const all = await everything();
    const random = seededRandom();
    for (const key of ['gone', 'new']) {
      const mine = (entry: LedgerEntry) => entry.apiKeyId === key;
      const pages = (scope: Scope, filter: EntryFilter) => readAllPages((after) => page(scope, filter, random.between(20, 100), after));
      const expected = all.filter(mine);
      expect(expected.length).toBeGreaterThan(key === 'gone' ? GONE : 10);
      expect(await pages({ apiKeyId: key }, {})).toEqual(expected);
      expect(await pages(ACME, { apiKeyId: key, kind: 'CHARGE' })).toEqual(expected);
      expect(await pages(null, { apiKeyId: key, walletId: 'acme:CREDIT' })).toEqual(expected.filter(({ bucket }) => bucket === 'CREDIT'));
      const before = expected[expected.length >> 1]?.createdAt ?? 0;
      expect(await pages(ACME, { apiKeyId: key, to: before })).toEqual(expected.filter(({ createdAt }) => createdAt < before));
      expect(await pages(ACME, { apiKeyId: key, kind: 'REFUND' })).toEqual([]);
    }
    const refunds = all.filter((entry) => entry.kind === 'REFUND');
    expect(refunds.length).toBeGreaterThan(10);
    expect(await readAllPages((after) => page(ACME, { kind: 'REFUND' }, 7, after))).toEqual(refunds);
  });

  promise('are as many on a page far away as on a near one, and nobody passes over what is between', async () => {
    const recent = (await page({ apiKeyId: 'gone' }, {}, 100)).items.findIndex(({ node }) => node.amount === -7n);
    const [beforeGap] = (await page({ apiKeyId: 'gone' }, {}, recent)).items.slice(-1);
    const pages: (readonly [what: string, read: () => ReturnType<typeof page>])[] = [
      ['over the gap', () => page({ apiKeyId: 'gone' }, {}, recent + 20)],
      ['behind the gap', () => page(ACME, { apiKeyId: 'gone' }, 20, beforeGap?.cursor)],
      ['of one wallet', () => page(null, { apiKeyId: 'gone', walletId: 'acme:RMB' }, 20, beforeGap?.cursor)],
    ];
    for (const [what, read] of pages) {
      let shown = 0;
      const looked = await lookedAt(async () => {
        shown = (await read()).items.length;
      });
      expect({ what, shown, looked: looked < LOOKED_AT_MAX || looked }).toEqual({ what, shown: shown < 20 ? 20 : shown, looked: true });
    }
  });

  /** SQLite counts nothing: the steps of its plans that run along the whole chain of a wallet count as too many. */
  async function lookedAt(work: () => Promise<void>): Promise<number> {
    if (kind === 'mysql') return rowsRead(bed.open.dataSource, work);
    const statements = await bed.open.statementsOf(work);
    const ofLongChain = statements.filter(({ values }) => !values.includes('acme:CREDIT'));
    const steps = (await Promise.all(ofLongChain.map((each) => planOf(bed.open.dataSource, each)))).flat();
    return steps.some(isWholeChain) ? Number.POSITIVE_INFINITY : 0;
  }
});

/** The newer end is where the page begins; what has no older end runs until it is full. */
function isWholeChain(step: string): boolean {
  return /\bc\b.*wallet_change_\w+ \(wallet_id=\?( AND seq<\?)?\)$/.test(step);
}

function withoutStatistics(table: string): string {
  return `ALTER TABLE ${table} STATS_AUTO_RECALC = 0`;
}
