/** What a counter of spend begins with: exact whatever usage was added up by then, and read soon behind a long history. */
import type { SpendWindow } from '../../src/kernel/words';
import { counterId } from '../../src/ledger/spend-counter';
import { openAuditDatabase } from '../../src/storage/audit/audit-database';
import { rollUpBatches } from '../../src/storage/usage/roll-up-batches';
import { locationOf } from '../support/audited-ledger';
import { addBulkHistory } from '../support/bulk-history';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { addWallets, end, move, place, requestFacts } from '../support/ledger-items';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A Monday, and the first of its month: three windows begin at once. */
const START = Date.UTC(2027, 1, 1);
const NEXT_DAY = START + 24 * HOUR;
const WINDOWS: readonly SpendWindow[] = ['DAY', 'WEEK', 'MONTH', 'LIFETIME'];

/** When requests were received, when their holds were placed, and what was charged: every sum tells which of them are in it. */
const CHARGES: readonly (readonly [createdAt: number, placedAt: number, charge: bigint])[] = [
  [START - 5 * MINUTE, START - MINUTE, 1n],
  [START - 5 * MINUTE, START, 2n],
  [START + HOUR, START + HOUR, 4n],
  // By a clock that was set back in between.
  [START + MINUTE, START - MINUTE, 8n],
  [NEXT_DAY - MINUTE, NEXT_DAY, 16n],
  [NEXT_DAY + HOUR, NEXT_DAY + HOUR, 32n],
  [START + 9 * 24 * HOUR, START + 9 * 24 * HOUR, 64n],
  [START + 30 * 24 * HOUR, START + 30 * 24 * HOUR, 128n],
];
const EXPECTED: Record<SpendWindow, bigint> = { DAY: 6n, WEEK: 54n, MONTH: 118n, LIFETIME: 255n };

const REQUESTS = 20_000;
const LOOKED_AT_MAX = 400;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('a counter of spend on %s', (kind) => {
  const bed = ledgerBed(kind, {
    connections: 1,
    anewForEachTest: true,
    prepare: async () => {
      await addWallets(bed.database, 'acme');
      await write(move('acme', 10n ** 12n));
    },
  });
  const { promise, write } = bed;

  async function charge([createdAt, placedAt, amount]: (typeof CHARGES)[number]): Promise<void> {
    const hold = place('acme', amount, { request: requestFacts('acme', { createdAt }), placedAt });
    await write(hold);
    await write(end(hold, amount));
  }

  /** Adds up usage, some batches at a time; all of them when nothing is said. */
  async function rollUp(batches?: number): Promise<void> {
    const audited = await openAuditDatabase(locationOf(bed.database));
    while ((await rollUpBatches(audited, batches)).more && batches === undefined);
    await audited.close();
  }

  const counter = (scope: 'key' | 'project', window: SpendWindow) => ({
    counterId: counterId({ scope, scopeId: scope === 'key' ? 'acme-key' : 'bots', bucket: 'RMB', window }, START),
    walletId: 'acme:RMB',
  });

  async function expectExact(): Promise<void> {
    for (const scope of ['key', 'project'] as const) {
      const counters = WINDOWS.map((window) => counter(scope, window));
      const found = await bed.open.reader.spendOf(counters);
      const told = WINDOWS.map((window, at) => ({ scope, window, spent: found.get(counters[at]?.counterId ?? '')?.spent }));
      expect(told).toEqual(WINDOWS.map((window) => ({ scope, window, spent: EXPECTED[window] })));
    }
  }

  promise('begins with what was charged in its window, whatever of it was added up by then', async () => {
    for (const each of CHARGES) await charge(each);
    await expectExact();
    await rollUp(7);
    await expectExact();
    await rollUp();
    await expectExact();
    const { counterId: day } = counter('project', 'DAY');
    const hold = place('acme', 5n, { placedAt: START, ceilings: [{ counterId: day, ceiling: 100n }] });
    expect(await write(hold)).toEqual([{ verdict: 'granted', amount: 5n }]);
    expect(await bed.database.query(`SELECT spent, held FROM spend_counter WHERE id = '${day}'`)).toEqual([{ spent: 6n, held: 5n }]);
  });

  promise('begins as soon behind a long history as behind a short one', async () => {
    await charge([START + HOUR, START + HOUR, 7n]);
    await addBulkHistory(bed.database, { walletId: 'acme:RMB', requests: REQUESTS, stepMs: 1_000 });
    await rollUp();
    for (const scope of ['key', 'project'] as const) {
      for (const window of WINDOWS) await expectShort(scope, window);
    }
  });

  /** MySQL counts the rows that were looked at; SQLite counts nothing, but its plan says what leads to receipts. */
  async function expectShort(scope: 'key' | 'project', window: SpendWindow): Promise<void> {
    const asked = counter(scope, window);
    let spent: bigint | undefined;
    if (kind === 'mysql') await bed.open.dataSource.query('FLUSH STATUS');
    const statements = await bed.open.statementsOf(async () => {
      spent = (await bed.open.reader.spendOf([asked])).get(asked.counterId)?.spent;
    });
    expect({ scope, window, spent }).toEqual({ scope, window, spent: 7n * BigInt(REQUESTS + 1) });
    if (kind === 'mysql') {
      const counters: { Value: string }[] = await bed.open.dataSource.query("SHOW SESSION STATUS LIKE 'Handler_read%'");
      const looked = counters.reduce((sum, { Value }) => sum + Number(Value), 0);
      expect({ scope, window, looked: looked < LOOKED_AT_MAX || looked }).toEqual({ scope, window, looked: true });
      return;
    }
    const plans = statements.map(({ sql, values }) => bed.open.dataSource.query(`EXPLAIN QUERY PLAN ${sql}`, [...values]));
    const steps = ((await Promise.all(plans)).flat() as { detail: string }[]).map(({ detail }) => detail);
    const ways = [...new Set(steps.filter((step) => / r /.test(step)))];
    const ends = `SEARCH r USING INDEX ${scope === 'key' ? 'receipt_key_time (api_key_id=?' : 'receipt_project (project_id=?'} AND created_at>? AND created_at<?)`;
    const batch = 'SEARCH r USING INDEX receipt_batch (batch_id=?)';
    expect({ scope, window, ways }).toEqual({ scope, window, ways: window === 'LIFETIME' ? [batch] : [batch, ends] });
  }
});
