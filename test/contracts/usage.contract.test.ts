/** Usage is the sum over receipts, whatever is in the sums already and whatever still waits, on every database. */

import { nano } from '../../src/kernel/money';
import type { Bucket } from '../../src/kernel/words';
import type { Scope } from '../../src/ledger/ledger-reader';
import type { EndRequest } from '../../src/ledger/ledger-store';
import { USAGE_GROUPS, USAGE_INTERVALS, type UsagePoint, type UsageQuestion } from '../../src/ledger/usage-report';
import { type AuditDatabase, openAuditDatabase } from '../../src/storage/audit/audit-database';
import { rollUpBatches } from '../../src/storage/usage/roll-up-batches';
import { SqlUsageReports } from '../../src/storage/usage/usage-reports';
import { auditLedger } from '../support/audit';
import { undoDownTo } from '../support/data-sources';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { addWallets, end, move, place, refusal, requestFacts, routeFacts } from '../support/ledger-items';
import { seededRandom } from '../support/seeded-random';
import { readUsageRows, usageOf } from '../support/usage-of-receipts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 30, 20);
/** Across a night, the end of a month, and a February. */
const HOURS = 24 * 35;
const ACCOUNTS = ['acme', 'globex'] as const;
const LARGE = 2n ** 53n;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('usage on %s', (kind) => {
  const random = seededRandom();
  const oneOf = <T>(values: readonly T[]): T => values[random.between(0, values.length - 1)] as T;
  let reports: SqlUsageReports;
  /** The same, next to nothing at once. */
  let slicing: SqlUsageReports;
  let audit: AuditDatabase;
  const bed = ledgerBed(kind, {
    prepare: async () => {
      reports = new SqlUsageReports(bed.open.dataSource);
      slicing = new SqlUsageReports(bed.open.dataSource, { receipts: 3, sums: 2 });
      audit = await openAuditDatabase(bed.database);
      for (const account of ACCOUNTS) {
        await addWallets(bed.database, account);
        await write(move(account, 2n ** 62n), move(account, 2n ** 62n, {}, 'CREDIT'));
      }
      return () => audit.close();
    },
  });
  const { promise, write } = bed;

  const instant = () => START + random.between(0, HOURS * HOUR);

  function aRequest(account: string) {
    const bucket = oneOf<Bucket>(['RMB', 'RMB', 'CREDIT']);
    const request = requestFacts(account, {
      apiKeyId: `${account}-${oneOf(['one', 'two'])}`,
      projectId: oneOf([null, `${account}-bots`]),
      requestedModel: oneOf(['m', 'n', '😀']),
      createdAt: random.chance(0.2) ? START + random.between(0, HOURS) * HOUR : instant(),
    });
    const amount = random.chance(0.1) ? LARGE + 1n : BigInt(random.between(1, 100));
    return place(account, amount, { request, route: routeFacts(bucket) }, bucket);
  }

  /** How requests end: charged, at no charge, moved to another channel, recovered, or never sent. */
  function anEnd(hold: ReturnType<typeof aRequest>): EndRequest {
    const charge = oneOf([0n, 1n, hold.amount]);
    const ending = end(hold, charge);
    const over = {
      status: oneOf(['SUCCEEDED', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'ABANDONED'] as const),
      finalChannelId: oneOf(['cheap-a', 'cheap-b', null]),
      fallbackCount: random.between(0, 2),
      recovered: random.chance(0.1),
      usage: { ...ending.receipt.usage, inputTokens: random.between(0, 2 ** 31 - 1), outputTokens: random.between(0, 500) },
    };
    return { ...ending, receipt: { ...ending.receipt, ...over } };
  }

  function withoutBucket(account: string): EndRequest {
    const { receipt, ...item } = refusal(account);
    const nowhere = { routeId: null, routeType: null, bucket: null, primaryChannelId: null, createdAt: instant() };
    return { ...item, receipt: { ...receipt, ...nowhere } };
  }

  async function moreHistory(): Promise<void> {
    const account = oneOf(ACCOUNTS);
    const holds = Array.from({ length: random.between(1, 8) }, () => aRequest(account));
    await write(...holds);
    const ends = holds.filter(() => random.chance(0.9)).map(anEnd);
    if (ends.length === 0) return;
    await write(...ends, ...(random.chance(0.3) ? [withoutBucket(account)] : []));
    const charged = ends.find(({ receipt }) => receipt.charge > 0n);
    if (charged === undefined) return;
    const { requestId: receiptId, bucket } = charged.receipt;
    await write(move(account, 1n, { entryKind: 'REFUND', receiptId }, bucket ?? 'RMB'));
  }

  function aQuestion(): UsageQuestion {
    const [a, b] = [instant(), random.chance(0.2) ? START + random.between(0, HOURS) * HOUR : instant()];
    const [from, to] = random.chance(0.2) ? [0, Date.UTC(2100, 0)] : a < b ? [a, b] : [b, a + 1];
    const scope = oneOf<Scope>([null, { accountId: 'acme' }, { accountId: 'globex' }, { apiKeyId: 'acme-one' }]);
    return { scope, from, to, interval: oneOf(USAGE_INTERVALS), groupBy: oneOf(USAGE_GROUPS) };
  }

  async function expectExact(question: UsageQuestion): Promise<readonly UsagePoint[]> {
    const points = usageOf(await readUsageRows(bed.database), question);
    for (const each of [reports, slicing]) expect({ question, points: await each.usage(question) }).toEqual({ question, points });
    return points;
  }

  const everyQuestion = (scope: Scope): UsageQuestion[] =>
    USAGE_INTERVALS.flatMap((interval) => USAGE_GROUPS.map((groupBy) => ({ scope, from: 0, to: Date.UTC(2100, 0), interval, groupBy })));

  /** A piece of history, perhaps some batches added, and some questions. @returns how many points there were */
  async function aRound(): Promise<number> {
    await moreHistory();
    if (random.chance(0.6)) await rollUpBatches(audit, random.between(1, 4));
    let seen = 0;
    for (let asked = 0; asked < 4; asked += 1) seen += (await expectExact(aQuestion())).length;
    return seen;
  }

  promise('equals the sums over receipts at every moment, however much of it is in the sums', async () => {
    let seen = 0;
    for (let round = 0; round < 40; round += 1) seen += await aRound();
    expect(seen).toBeGreaterThan(100);
    for (const scope of [null, { accountId: 'acme' }, { apiKeyId: 'globex-two' }]) {
      for (const question of everyQuestion(scope)) expect((await expectExact(question)).length).toBeGreaterThan(0);
    }
    while ((await rollUpBatches(audit)).more);
    for (const question of everyQuestion({ accountId: 'acme' })) await expectExact(question);
    expect(await bed.database.query("SELECT id FROM ledger_batch WHERE usage_state = 'PENDING'")).toEqual([]);
  });

  promise('says of each piece how much it added, and whether more is waiting', async () => {
    while ((await rollUpBatches(audit)).more);
    // Each makes one batch at least.
    for (const _ of ['first', 'second']) await moreHistory();
    const waiting = (await bed.database.query("SELECT id FROM ledger_batch WHERE usage_state = 'PENDING'")).length;
    expect(waiting).toBeGreaterThan(1);
    expect(await rollUpBatches(audit, waiting - 1)).toEqual({ batches: waiting - 1, more: true });
    expect(await rollUpBatches(audit)).toEqual({ batches: 1, more: false });
    expect(await rollUpBatches(audit)).toEqual({ batches: 0, more: false });
  });

  promise('adds nothing twice when two processes add at once, and nothing in part when one dies', async () => {
    const other = await openAuditDatabase(bed.database);
    const unlocked = (inner: AuditDatabase): AuditDatabase => ({ ...inner, unlessBusy: (_name, work) => work() });
    const dying: AuditDatabase = {
      ...audit,
      change: (changes) => audit.change([...changes, { sql: 'UPDATE no_such_table SET a = 1', values: [] }]),
    };
    for (let round = 0; round < 8; round += 1) {
      await moreHistory();
      await moreHistory();
      await expect(rollUpBatches(dying)).rejects.toMatchObject({ message: expect.stringMatching(/no_such_table/) });
      await Promise.all([rollUpBatches(unlocked(audit), 2), rollUpBatches(unlocked(other), 2), expectExact(aQuestion())]);
      for (const question of everyQuestion(null).slice(0, 3)) await expectExact(question);
    }
    await other.close();
  });

  promise('finds what another one added meanwhile, and adds nothing then', async () => {
    await moreHistory();
    const late: AuditDatabase = {
      ...audit,
      change: async (changes) => {
        while ((await rollUpBatches(audit)).more);
        return audit.change(changes);
      },
      unlessBusy: (_name, work) => work(),
    };
    expect(await rollUpBatches(late)).toEqual({ batches: 0, more: false });
    for (const question of everyQuestion(null)) await expectExact(question);
  });

  promise('counts what an older version wrote, with a batch or without one', async () => {
    const { dataSource } = bed.open;
    await moreHistory();
    await undoDownTo(dataSource, 'UsageRollups');
    await bed.database.query("UPDATE receipt SET batch_id = NULL WHERE transfer_id IS NULL AND api_key_id LIKE '%-one'");
    await dataSource.runMigrations();
    for (const question of everyQuestion(null)) await expectExact(question);
    while ((await rollUpBatches(audit)).more);
    for (const question of everyQuestion({ accountId: 'globex' })) await expectExact(question);
  });

  promise('is one statement, whatever is asked, behind a look on SQLite at whether that is too much at once', async () => {
    for (const question of [...everyQuestion(null), aQuestion(), aQuestion()]) {
      expect(await bed.open.statementsOf(() => reports.usage(question))).toHaveLength(kind === 'sqlite' ? 2 : 1);
    }
  });

  promise('of years is read on SQLite in slices, none of which has more sums than may keep others waiting', async () => {
    const [days, sums, from] = [20, 3, Date.UTC(2028, 1, 20)];
    const row = (day: number) =>
      `('long', 'DAY', ${from + day * 24 * HOUR}, 'k', '', 'm', 'ORDINARY', 'a', 'RMB', 1, 0, 0, 1, 1, ${nano(1n)}, 0)`;
    await bed.database.query(`INSERT INTO usage_rollup VALUES ${Array.from({ length: days }, (_, day) => row(day)).join(', ')}`);
    const [asked, ofThree] = [
      { scope: { accountId: 'long' }, from, to: Date.UTC(2029, 0) },
      new SqlUsageReports(bed.open.dataSource, { sums }),
    ];
    for (const reading of [
      async () => (await ofThree.usage({ ...asked, interval: 'MONTH', groupBy: 'MODEL' })).map(({ requests }) => requests),
      async () => [(await ofThree.used({ ...asked, projectId: null, routeType: null, model: null, bucket: null })).tokens],
    ]) {
      let told: readonly (number | bigint)[] = [];
      const statements = await bed.open.statementsOf(async () => {
        told = await reading();
      });
      expect(told).toEqual(told.length === 1 ? [BigInt(days * 2)] : [10, 10]);
      expect(statements.filter(({ sql }) => sql.includes('SUM('))).toHaveLength(kind === 'sqlite' ? Math.ceil(days / sums) : 1);
    }
    await bed.database.query("DELETE FROM usage_rollup WHERE account_id = 'long'");
  });

  promise('is exact where charges come to more than an integer of the database holds', async () => {
    const accountId = await bed.accountWith(0n, 'RMB');
    const most = 2n ** 62n;
    // The first three are of one key, model and hour.
    for (const day of [0, 0, 0, 2, 3]) {
      const request = requestFacts(accountId, { createdAt: START + day * 24 * HOUR });
      await write(move(accountId, most));
      const hold = place(accountId, most, { request });
      await write(hold);
      await write(end(hold, most));
    }
    const question: UsageQuestion = { scope: { accountId }, from: 0, to: Date.UTC(2100, 0), interval: 'MONTH', groupBy: 'MODEL' };
    const ofKey = { counterId: `key/${accountId}-key/RMB/LIFETIME`, walletId: `${accountId}:RMB` };
    const all = { ...question, projectId: null, routeType: null, model: null, bucket: null };
    for (const rollUp of [
      async () => undefined,
      async () => void (await rollUpBatches(audit, 5)),
      async () => {
        while ((await rollUpBatches(audit)).more);
      },
    ]) {
      await rollUp();
      expect((await expectExact(question)).map(({ charge }) => charge)).toEqual([most * 3n, most * 2n]);
      expect((await reports.used(all)).charge).toBe(most * 5n);
      expect((await bed.open.reader.spendOf([ofKey])).get(ofKey.counterId)).toEqual({ spent: most * 5n, held: 0n });
    }
    expect(await auditLedger(bed.database)).toEqual([]);
  });

  promise('finds what waits by its batch, and all else by its time, however much there is of others', async () => {
    const [from, to] = [START + 1, START + HOURS * HOUR - 1];
    for (const scope of [null, { accountId: 'acme' }, { apiKeyId: 'acme-one' }]) {
      const asked = () => reports.usage({ scope, from, to, interval: 'DAY', groupBy: 'MODEL' });
      const statement = (await bed.open.statementsOf(asked)).at(-1);
      const explain = kind === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN FORMAT=TRADITIONAL';
      const steps: { detail?: string; table?: string; key?: string }[] = await bed.open.dataSource.query(`${explain} ${statement?.sql}`, [
        ...(statement?.values ?? []),
      ]);
      const waiting = steps.findIndex(
        ({ detail, table }) => table === 'b' || detail === 'SCAN b USING COVERING INDEX ledger_batch_pending',
      );
      const { detail, key } = steps[waiting + 1] ?? {};
      expect(detail ?? key).toBe(kind === 'sqlite' ? 'SEARCH r USING INDEX receipt_batch (batch_id=?)' : 'receipt_batch');
      expect(steps.filter((step) => /^SCAN (r|u)\b/.test(step.detail ?? ''))).toEqual([]);
    }
  });

  promise('reads nothing of a time or a caller without requests', async () => {
    const empty = { from: START - 10 * HOUR, to: START - HOUR, interval: 'HOUR', groupBy: 'MODEL' } as const;
    expect(await reports.usage({ scope: null, ...empty })).toEqual([]);
    expect(await reports.usage({ ...empty, from: 0, to: Date.UTC(2100, 0), scope: { accountId: 'ключ' } })).toEqual([]);
    expect(await reports.usage({ ...empty, from: 0, to: Date.UTC(2100, 0), scope: { accountId: 'nobody' } })).toEqual([]);
  });

  promise('refuses an answer of more than 10,000 points and says what to ask for instead', async () => {
    const row = (hour: number) => `('crowd', 'HOUR', ${hour * HOUR}, 'k', '', 'm', 'ORDINARY', 'a', 'RMB', 1, 0, 0, 1, 1, ${nano(1n)}, 0)`;
    const rows = (count: number) => Array.from({ length: count }, (_, hour) => row(hour)).join(', ');
    await bed.database.query(`INSERT INTO usage_rollup VALUES ${rows(10_001)}`);
    const question: UsageQuestion = { scope: { accountId: 'crowd' }, from: 0, to: 10_001 * HOUR, interval: 'HOUR', groupBy: 'MODEL' };
    await expect(reports.usage(question)).rejects.toMatchObject({
      code: 'invalid_request',
      publicMessage: expect.stringMatching(/days instead of hours/),
    });
    expect(await reports.usage({ ...question, to: 10_000 * HOUR })).toHaveLength(10_000);
    await bed.database.query("DELETE FROM usage_rollup WHERE account_id = 'crowd'");
  });

  promise('counts the points of months as months, however many days and keys they have', async () => {
    const [keys, days, from] = [400, 61, Date.UTC(2028, 1)];
    const row = (key: number, day: number) =>
      `('crowd', 'DAY', ${from + day * 24 * HOUR}, 'k${key}', '', 'm', 'ORDINARY', 'a', 'RMB', 1, 0, 0, 1, 1, ${nano(1n)}, 0)`;
    for (let day = 0; day < days; day += 1) {
      await bed.database.query(`INSERT INTO usage_rollup VALUES ${Array.from({ length: keys }, (_, key) => row(key, day)).join(', ')}`);
    }
    const to = Date.UTC(2028, 3, 2);
    const points = await reports.usage({ scope: { accountId: 'crowd' }, from, to, interval: 'MONTH', groupBy: 'API_KEY' });
    const months = [1, 2, 3].map((month) => ({ start: Date.UTC(2028, month), requests: [29, 31, 1][month - 1] }));
    expect(points).toHaveLength(keys * months.length);
    expect(points.filter(({ group }) => group === 'k7')).toMatchObject(months);
    await bed.database.query("DELETE FROM usage_rollup WHERE account_id = 'crowd'");
  });
});
