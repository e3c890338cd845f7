/** What the operator is told of money, whatever database stands behind it: sums that are exact, and never of two currencies. */
import type { AttemptCost, AttemptRecord } from '../../src/attempts/attempt';
import { leastIdAt, newId } from '../../src/kernel/ids';
import { nano } from '../../src/kernel/money';
import type { Bucket, Currency } from '../../src/kernel/words';
import type { EndRequest, PlaceHold } from '../../src/ledger/ledger-store';
import type { MarginGroup, MoneyOfGroup, Overage } from '../../src/ledger/money-facts';
import { NO_USAGE } from '../../src/metering/usage';
import { SqlMoneyFacts } from '../../src/storage/money-facts/money-facts';
import { SqlRunStore } from '../../src/storage/runs/run-store';
import { SqlUsageReports } from '../../src/storage/usage/usage-reports';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { addWallets, attempt, end, move, overage, place, requestFacts } from '../support/ledger-items';
import { planOf } from '../support/rows-read';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 7, 1);

const cost = (amount: bigint, currency: Currency = 'CNY'): AttemptCost => ({ amount: nano(amount), currency });

/** An id that was made at that time. */
function idAt(ms: number): string {
  return leastIdAt(ms) + newId().slice(13);
}

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the facts of money on %s', (kind) => {
  let facts: SqlMoneyFacts;
  let tests = 0;
  let at = START;
  const bed = ledgerBed(kind, {
    prepare: async () => {
      facts = new SqlMoneyFacts(bed.open.dataSource);
      await addWallets(bed.database, 'acme');
      await write(move('acme', 10n ** 15n), move('acme', 10n ** 15n, {}, 'CREDIT'));
    },
  });
  const { promise, write } = bed;

  beforeEach(() => {
    tests += 1;
    at = START + tests * 24 * HOUR;
  });

  const holdOf = (amount: bigint, apiKeyId: string, bucket: Bucket = 'RMB'): PlaceHold =>
    place('acme', amount, { request: requestFacts('acme', { requestId: idAt(at), apiKeyId, createdAt: at }) }, bucket);
  const moneyBy = (group: MarginGroup) => facts.moneyBy(group, { from: at, to: at + HOUR });

  async function serve(
    hold: PlaceHold,
    charge: bigint,
    attempts: readonly AttemptRecord[],
    over: Partial<EndRequest> = {},
  ): Promise<EndRequest> {
    const ending = end(hold, charge, { attempts, ...over });
    await write(hold);
    await write(ending);
    return ending;
  }

  const failed = (over: Partial<AttemptRecord>) => attempt({ status: 'FAILED', channelId: 'cheap-b', ...over });

  promise('are exact of a run where what it was charged and given back is more than an integer of the database holds', async () => {
    const [accountId, runId, most] = [await bed.accountWith(2n ** 62n, 'RMB'), newId(), 2n ** 62n];
    for (let call = 0; call < 3; call += 1) {
      const hold = place(accountId, most, { request: requestFacts(accountId, { runId, createdAt: at }) });
      await write(hold);
      await write(end(hold, most));
      await write(move(accountId, most, { entryKind: 'REFUND', receiptId: hold.request.requestId }));
    }
    const sums = (await new SqlRunStore(bed.open.dataSource).sums([runId])).get(runId);
    expect(sums).toMatchObject({ parts: [{ requests: 3, charge: 3n * most }], refunds: { RMB: 3n * most } });
  });

  promise('add up charges, refunds and the costs of every attempt, also of one that failed', async () => {
    const first = await serve(holdOf(100n, 'one'), 90n, [failed({ index: 0, cost: cost(7n) }), attempt({ index: 1, cost: cost(20n) })], {
      chargedAttempt: 1,
    });
    await serve(holdOf(50n, 'one'), 10n, [attempt({ cost: cost(3n) })]);
    await serve(holdOf(50n, 'two', 'CREDIT'), 11n, [attempt({ cost: cost(5n) })]);
    const { requestId: receiptId } = first.receipt;
    await write(move('acme', 40n, { entryKind: 'REFUND', receiptId }), move('acme', 1n, { entryKind: 'REFUND', receiptId }));
    const one: MoneyOfGroup = {
      group: 'one',
      requests: 2,
      charges: [{ bucket: 'RMB', amount: nano(100n) }],
      refunds: [{ bucket: 'RMB', amount: nano(41n) }],
      costs: [{ currency: 'CNY', amount: nano(30n) }],
      attemptsWithoutCost: 0,
      overages: [],
    };
    const two = { ...one, group: 'two', requests: 1, charges: [{ bucket: 'CREDIT', amount: 11n }], refunds: [], costs: [cost(5n)] };
    expect(await moneyBy('API_KEY')).toEqual([one, two]);
    expect(await moneyBy('ACCOUNT')).toMatchObject([
      { group: 'acme', requests: 3, charges: [{ amount: 100n }, { amount: 11n }], costs: [{ currency: 'CNY', amount: 35n }] },
    ]);
    expect((await moneyBy('ROUTE')).map(({ group, requests }) => [group, requests])).toEqual([
      ['gpt-5-mini:OFFICIAL', 1],
      ['gpt-5-mini:ORDINARY', 2],
    ]);
  });

  promise('count each cost for its own channel, in its own currency', async () => {
    const attempts = [failed({ index: 0, cost: cost(7n, 'USD') }), attempt({ index: 1, cost: cost(20n) })];
    await serve(holdOf(100n, 'one'), 90n, attempts, { chargedAttempt: 1 });
    expect(await moneyBy('CHANNEL')).toMatchObject([
      { group: 'cheap-a', requests: 1, charges: [{ bucket: 'RMB', amount: 90n }], costs: [{ currency: 'CNY', amount: 20n }] },
      { group: 'cheap-b', requests: 0, charges: [], costs: [{ currency: 'USD', amount: 7n }] },
    ]);
  });

  promise('say how many attempts used something at a cost that is not known', async () => {
    await serve(holdOf(100n, 'one'), 90n, [failed({ index: 0, usage: NO_USAGE }), attempt({ index: 1 })], { chargedAttempt: 1 });
    expect(await moneyBy('API_KEY')).toMatchObject([{ costs: [], attemptsWithoutCost: 1 }]);
  });

  promise('count a request in the time in which it was received, and no other', async () => {
    const start = at;
    await serve(holdOf(100n, 'one'), 1n, []);
    at = start + HOUR - 1;
    await serve(holdOf(100n, 'one'), 2n, []);
    at = start + HOUR;
    await serve(holdOf(100n, 'one'), 4n, []);
    at = start;
    expect(await moneyBy('API_KEY')).toMatchObject([{ requests: 2, charges: [{ amount: 3n }] }]);
    at = start + HOUR;
    expect(await moneyBy('API_KEY')).toMatchObject([{ requests: 1, charges: [{ amount: 4n }] }]);
    at = start + 2 * HOUR;
    expect(await moneyBy('API_KEY')).toEqual([]);
  });

  promise('are exact over more requests than are summed at once, also where so many came in one millisecond', async () => {
    const start = at;
    for (let batch = 0; batch < 22; batch += 1) {
      at = batch === 0 ? start : start + 1;
      const holds = Array.from({ length: 250 }, () => holdOf(1_000n, 'many'));
      await write(...holds);
      await write(...holds.map((hold) => end(hold, 999n, { attempts: [attempt({ cost: cost(3n) })] })));
    }
    at = start;
    expect(await moneyBy('API_KEY')).toEqual([
      {
        group: 'many',
        requests: 5_500,
        charges: [{ bucket: 'RMB', amount: 5_500n * 999n }],
        refunds: [],
        costs: [{ currency: 'CNY', amount: 5_500n * 3n }],
        attemptsWithoutCost: 0,
        overages: [],
      },
    ]);
  });

  promise('list overages from new to old, page by page, and add them up beside the charges', async () => {
    const lost: string[] = [];
    for (const amount of [5n, 6n, 7n]) {
      const { receipt } = await serve(holdOf(100n, 'over'), 100n, [attempt({ cost: cost(1n) })], overage(amount));
      lost.unshift(receipt.requestId);
    }
    expect(await moneyBy('API_KEY')).toMatchObject([{ charges: [{ amount: 300n }], overages: [{ currency: 'CNY', amount: 18n }] }]);
    const seen: Overage[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page = await facts.overages({ first: 2, ...(after === undefined ? {} : { after }) });
      seen.push(...page.items.map(({ node }) => node));
      after = page.items.at(-1)?.cursor;
      more = page.hasNextPage;
    }
    expect(seen.map(({ receiptId, amount }) => [receiptId, amount])).toEqual(lost.map((id, nth) => [id, [7n, 6n, 5n][nth]]));
    await expect(facts.overages({ first: 1, after: 'nonsense' })).rejects.toThrow(/cursor/);
  });

  promise('go by the time that usage goes by, whatever the clock said that their ids were made with', async () => {
    const usage = new SqlUsageReports(bed.open.dataSource);
    const [from, to] = [at, at + HOUR];
    const received = async (createdAt: number, idMadeAt: number, lost: bigint) => {
      const request = requestFacts('acme', { requestId: idAt(idMadeAt), apiKeyId: 'one', createdAt });
      const ids = { ...overage(lost), overageTransferId: idAt(idMadeAt) };
      await serve(place('acme', 100n, { request }), 100n, [attempt({ cost: cost(1n) })], ids);
    };
    await received(from, from - 1, 5n);
    await received(to - 1, to, 7n);
    await received(from - 1, from, 11n);
    await received(to, to - 1, 13n);
    const points = await usage.usage({ scope: null, from, to, interval: 'MONTH', groupBy: 'API_KEY' });
    expect(points).toMatchObject([{ group: 'one', requests: 2, charge: 200n }]);
    expect(await moneyBy('API_KEY')).toMatchObject([
      { group: 'one', requests: 2, charges: [{ amount: 200n }], costs: [{ amount: 2n }], overages: [{ amount: 12n }] },
    ]);
  });

  // SQLite would rather read all receipts in the order of the groups.
  if (kind === 'mysql') return;

  promise('look at the receipts of their time alone, whatever they are put together by', async () => {
    await serve(holdOf(100n, 'one'), 90n, []);
    for (const group of ['API_KEY', 'ROUTE', 'CHANNEL', 'ACCOUNT'] as const) {
      const statements = await bed.open.statementsOf(() => moneyBy(group));
      const steps = (await Promise.all(statements.map((each) => planOf(bed.open.dataSource, each)))).flat();
      expect(steps.filter((step) => step.startsWith('SCAN'))).toEqual([]);
      expect(steps).toContain('SEARCH r USING INDEX receipt_time (created_at>? AND created_at<?)');
    }
  });
});
