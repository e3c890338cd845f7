/** What the reading side promises of ledger entries: order, balances, pages and scopes, whatever database stands behind it. */
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { InvariantBroken } from '../../src/kernel/invariant';
import { BUCKETS } from '../../src/kernel/words';
import type { EntryFilter, Scope } from '../../src/ledger/ledger-reader';
import type { LedgerItem } from '../../src/ledger/ledger-store';
import type { LedgerEntry } from '../../src/ledger/wallet';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { end, move, place, requestFacts } from '../support/ledger-items';
import { readAllPages } from '../support/read-all-pages';
import { type SeededRandom, seededRandom } from '../support/seeded-random';

const LARGE = 2n ** 53n + 1n;
const START = 1_790_000_000_000;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('reading ledger entries on %s', (kind) => {
  let now = START;
  const bed = ledgerBed(kind, { clock: { ...systemClock, now: () => now } });
  const { promise, write } = bed;

  /** An account with a key of its own, `<account>-key`. */
  async function accountWith(balance: bigint): Promise<string> {
    now += 1_000;
    const account = await bed.accountWith(balance, ...BUCKETS);
    await bed.database.query(
      `INSERT INTO api_key (id, account_id, name, prefix, status, route_policy, cross_bucket_fallback, limits, created_at)
       VALUES ('${account}-key', '${account}', 'key', 'sk-tf-', 'ACTIVE', 'ORDINARY_ONLY', 0, '{}', 1)`,
    );
    return account;
  }

  async function charge(account: string, amount: bigint, apiKeyId = `${account}-key`, bucket: 'RMB' | 'CREDIT' = 'RMB') {
    const hold = place(account, amount, { request: requestFacts(account, { apiKeyId, runId: 'run-1' }) }, bucket);
    await write(hold);
    return end(hold, amount);
  }

  async function charged(...of: Parameters<typeof charge>): Promise<string> {
    const item = await charge(...of);
    now += 1;
    await write(item);
    return item.receipt.requestId;
  }

  const pagesOf = (scope: Scope, filter: EntryFilter, sizes: () => number, between?: () => Promise<unknown>) =>
    readAllPages((after) => bed.open.reader.entries(scope, { first: sizes(), ...(after === undefined ? {} : { after }) }, filter), between);

  const entriesOf = async (scope: Scope, filter: EntryFilter = {}) =>
    (await bed.open.reader.entries(scope, { first: 100 }, filter)).items.map((item) => item.node);

  const amountsOf = async (scope: Scope, filter: EntryFilter = {}) => (await entriesOf(scope, filter)).map((entry) => entry.amount);

  promise('tells an entry whole: kind, sign, balances, and what it belongs to', async () => {
    const account = await accountWith(100n);
    const requestId = await charged(account, 30n);
    await write(move(account, 50n, { memo: 'für März' }), move(account, -20n));
    const [adjustment, topUp, spent] = await entriesOf({ accountId: account }, { walletId: `${account}:RMB` });
    expect(topUp).toMatchObject({ kind: 'TOP_UP', amount: 50n, balanceBefore: 70n, balanceAfter: 120n, memo: 'für März', apiKeyId: null });
    expect(adjustment).toMatchObject({
      kind: 'ADJUSTMENT',
      amount: -20n,
      balanceBefore: 120n,
      balanceAfter: 100n,
      batchId: topUp!.batchId,
    });
    expect(spent).toMatchObject({
      walletId: `${account}:RMB`,
      bucket: 'RMB',
      kind: 'CHARGE',
      amount: -30n,
      balanceBefore: 100n,
      balanceAfter: 70n,
      apiKeyId: `${account}-key`,
      receiptId: requestId,
      runId: 'run-1',
      memo: null,
      createdAt: now,
    });
  });

  promise('puts the entries of a batch in the order of their balances, also where their ids tell another one', async () => {
    const account = await accountWith(100n);
    const [first, second, third] = [await charge(account, 1n), await charge(account, 2n), await charge(account, 3n)];
    const waited = { ...move(account, 7n), transferId: newId() };
    const [a, b, c] = [first.transferId, second.transferId, third.transferId].sort();
    await write({ ...third, transferId: a! }, waited, { ...second, transferId: c! }, { ...first, transferId: b! });
    const entries = await entriesOf({ accountId: account }, { walletId: `${account}:RMB` });
    expect(entries.map((entry) => entry.amount)).toEqual([-1n, -2n, 7n, -3n, 100n]);
    expectChain(entries, 101n);
    const bySingles = await pagesOf({ accountId: account }, { walletId: `${account}:RMB` }, () => 1);
    expect(bySingles).toEqual(entries);
  });

  promise('chains up over batches and wallets in random histories, page by page', async () => {
    const random = seededRandom();
    const account = await accountWith(LARGE);
    for (let batch = 0; batch < 25; batch += 1) await write(...(await randomBatch(account, random)));
    const all = await pagesOf({ accountId: account }, {}, () => random.between(1, 7));
    expect(all).toEqual(await pagesOf({ accountId: account }, {}, () => 100));
    expect(new Set(all.map((entry) => entry.id)).size).toBe(all.length);
    for (const wallet of await bed.open.reader.wallets(account)) {
      const history = await pagesOf({ accountId: account }, { walletId: wallet.id }, () => random.between(1, 7));
      expect(history).toEqual(all.filter((entry) => entry.walletId === wallet.id));
      expectChain(history, wallet.posted);
    }
    const operators = await pagesOf(null, {}, () => random.between(1, 7));
    expect(operators.filter((entry) => entry.walletId.startsWith(`${account}:`))).toEqual(all);
    const ofKey = await pagesOf({ apiKeyId: `${account}-key` }, {}, () => random.between(1, 3));
    expect(ofKey).toEqual(all.filter((entry) => entry.apiKeyId === `${account}-key`));
  });

  async function randomBatch(account: string, random: SeededRandom): Promise<LedgerItem[]> {
    const items: LedgerItem[] = [];
    for (let count = random.between(1, 6); count > 0; count -= 1) {
      items.splice(random.between(0, items.length), 0, await randomItem(account, random));
    }
    return items;
  }

  async function randomItem(account: string, random: SeededRandom): Promise<LedgerItem> {
    const bucket = random.chance(0.3) ? 'CREDIT' : 'RMB';
    const amount = BigInt(random.between(1, 3));
    if (random.chance(0.4)) return move(account, random.chance(0.5) ? amount : -amount, {}, bucket);
    return charge(account, amount, random.chance(0.2) ? 'another-key' : undefined, bucket);
  }

  promise('visits every row once on the way to the end, while others are being written', async () => {
    const account = await accountWith(1_000n);
    for (let count = 1; count <= 12; count += 1) await charged(account, BigInt(count), undefined, count % 2 === 0 ? 'RMB' : 'CREDIT');
    const before = await entriesOf({ accountId: account });
    expect(before).toHaveLength(14);
    const seen = await pagesOf(
      { accountId: account },
      {},
      () => 3,
      () => charged(account, 1n),
    );
    expect(seen).toEqual(before);
  });

  promise('orders what two wallets did at the same instant, and cuts pages between them', async () => {
    const account = await accountWith(100n);
    now += 1_000;
    await write(await charge(account, 1n), await charge(account, 2n, undefined, 'CREDIT'));
    const all = await entriesOf({ accountId: account });
    expect(all.slice(0, 2).map((entry) => entry.bucket)).toEqual(['RMB', 'CREDIT']);
    expect(all[0]!.createdAt).toBe(all[1]!.createdAt);
    expect(await pagesOf({ accountId: account }, {}, () => 1)).toEqual(all);
    expect((await pagesOf(null, {}, () => 1)).slice(0, 4)).toEqual(all);
  });

  promise('shows a key its own charges only, and an account nothing of another one', async () => {
    const [mine, other] = [await accountWith(100n), await accountWith(100n)];
    now += 1_000;
    await charged(mine, 1n);
    await charged(mine, 2n, `${mine}-second`);
    await charged(other, 3n);
    expect(await amountsOf({ apiKeyId: `${mine}-key` })).toEqual([-1n]);
    expect(await amountsOf({ apiKeyId: `${mine}-key` }, { walletId: `${mine}:CREDIT` })).toEqual([]);
    expect(await amountsOf({ apiKeyId: `${mine}-key` }, { walletId: `${other}:RMB` })).toEqual([]);
    expect(await amountsOf({ apiKeyId: `${mine}-key` }, { apiKeyId: `${other}-key` })).toEqual([]);
    expect(await amountsOf({ accountId: mine })).toEqual([-2n, -1n, 100n, 100n]);
    expect(await amountsOf({ accountId: mine }, { walletId: `${other}:RMB` })).toEqual([]);
    expect(await amountsOf({ accountId: mine }, { apiKeyId: `${other}-key` })).toEqual([]);
    expect(await amountsOf({ accountId: 'nobody' })).toEqual([]);
    expect(await amountsOf({ accountId: 'ключ' })).toEqual([]);
    expect(await amountsOf(null, { walletId: 'ключ' })).toEqual([]);
    expect(await amountsOf(null, { apiKeyId: 'ключ' })).toEqual([]);
    expect(await amountsOf(null, { apiKeyId: `${other}-key` })).toEqual([-3n]);
    expect((await amountsOf(null)).slice(0, 3)).toEqual([-3n, -2n, -1n]);
  });

  promise('does not use the cursor of another account as a way into it', async () => {
    const [mine, other] = [await accountWith(100n), await accountWith(100n)];
    const foreign = (await entriesOf({ accountId: other }))[0]!.cursor;
    const page = await bed.open.reader.entries({ accountId: mine }, { first: 10, after: foreign }, {});
    expect(page.items.every((item) => item.node.walletId.startsWith(`${mine}:`))).toBe(true);
  });

  promise('narrows lists by kind, wallet and time, alone and together', async () => {
    now += 10_000;
    const account = await accountWith(100n);
    const opened = now;
    now += 10_000;
    await charged(account, 1n);
    await write(move(account, 9n), await charge(account, 2n, 'another-key'), move(account, -4n));
    const scope = { accountId: account };
    expect(await amountsOf(scope, { kind: 'CHARGE' })).toEqual([-2n, -1n]);
    expect(await pagesOf(scope, { kind: 'CHARGE' }, () => 1)).toEqual(await entriesOf(scope, { kind: 'CHARGE' }));
    expect(await amountsOf(scope, { kind: 'REFUND' })).toEqual([]);
    expect(await amountsOf(scope, { apiKeyId: `${account}-key`, kind: 'CHARGE' })).toEqual([-1n]);
    expect(await amountsOf(scope, { walletId: `${account}:CREDIT` })).toEqual([100n]);
    expect(await amountsOf(scope, { from: opened + 1 })).toEqual([-4n, -2n, 9n, -1n]);
    expect(await amountsOf(scope, { from: opened, to: opened + 1 })).toEqual([100n, 100n]);
    expect(await amountsOf(scope, { to: opened })).toEqual([]);
    expect(await amountsOf(scope, { from: opened, to: now + 1_000, kind: 'TOP_UP', walletId: `${account}:RMB` })).toEqual([9n, 100n]);
  });

  promise('gives the entries of many receipts', async () => {
    const account = await accountWith(3n * LARGE);
    const [one, two] = [await charged(account, LARGE), await charged(account, 5n)];
    const free = end(place(account, 1n), 0n);
    await write({ ...free, hold: null });
    const found = await bed.open.reader.entriesOfReceipts([one, two, free.receipt.requestId, newId()]);
    const [second, first] = await entriesOf({ accountId: account }, { kind: 'CHARGE' });
    expect([...found.values()]).toEqual([[first], [second], [], []]);
    expect(first).toMatchObject({ amount: -LARGE, balanceBefore: 3n * LARGE, balanceAfter: 2n * LARGE });
  });

  promise('refuses a cursor that is none, or that names no entry', async () => {
    const account = await accountWith(100n);
    const [entry] = await entriesOf({ accountId: account });
    const [atUs, , wallet] = Buffer.from(entry!.cursor, 'base64url').toString().split(' ');
    const encoded = (text: string) => Buffer.from(text).toString('base64url');
    const places = [
      newId(),
      `${atUs} ${newId()} ${wallet}`,
      `1 ${entry!.id} ${wallet}`,
      `-1 ${entry!.id} ${wallet}`,
      `${atUs} ${entry!.id}`,
    ];
    for (const after of ['', 'x', `${entry!.cursor}=`, ...places.map(encoded)]) {
      const asking = bed.open.reader.entries({ accountId: account }, { first: 5, after }, {});
      await expect(asking).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'after' } });
    }
  });

  promise('makes as many statements for a hundred rows as for one', async () => {
    const account = await accountWith(1_000n);
    for (let count = 0; count < 20; count += 1) await charged(account, 1n);
    const [{ cursor }] = (await entriesOf({ accountId: account })) as [LedgerEntry];
    const statements = async (scope: Scope, first: number) =>
      (await bed.open.statementsOf(() => bed.open.reader.entries(scope, { first, after: cursor }, {}))).length;
    for (const scope of [{ accountId: account }, { apiKeyId: `${account}-key` }, null]) {
      expect(await statements(scope, 20)).toBe(await statements(scope, 1));
    }
  });

  promise('never sorts a history to give a page of it', async () => {
    if (kind !== 'sqlite') return;
    const account = await accountWith(1_000n);
    for (let count = 0; count < 5; count += 1) await charged(account, 1n);
    const after = (await entriesOf({ accountId: account }))[2]!.cursor;
    const pages: (() => Promise<unknown>)[] = [{ accountId: account }, { apiKeyId: `${account}-key` }, null].flatMap((scope) => [
      () => bed.open.reader.entries(scope, { first: 2, after }, {}),
      () => bed.open.reader.entries(scope, { first: 2 }, { kind: 'CHARGE', from: 1, to: START * 2 }),
      () => bed.open.reader.receipts(scope, { first: 2 }, {}),
    ]);
    for (const page of pages) {
      const statements = await bed.open.statementsOf(page);
      // Open holds are as few as the requests that are in flight, and what is sorted from the side of receipts was counted before.
      const few = /FROM hold|FROM receipt r INDEXED BY receipt_key_time CROSS JOIN transfer/;
      for (const { sql, values } of statements.filter((statement) => !few.test(statement.sql))) {
        const plan: { detail: string }[] = await bed.open.dataSource.query(`EXPLAIN QUERY PLAN ${sql}`, [...values]);
        const steps = plan.map((step) => step.detail);
        expect({ sql, sorts: steps.filter((step) => step.includes('TEMP B-TREE')) }).toEqual({ sql, sorts: [] });
      }
    }
  });

  promise('throws for stored rows that make no sense instead of showing them', async () => {
    const account = await accountWith(100n);
    await charged(account, 5n);
    const [entry] = await entriesOf({ accountId: account });
    const spoilt = async (column: string, value: string) => {
      const [before] = await bed.database.query(`SELECT ${column} AS was FROM transfer WHERE id = '${entry!.id}'`);
      await bed.database.query(`UPDATE transfer SET ${column} = ${value} WHERE id = '${entry!.id}'`);
      await expect(entriesOf({ accountId: account })).rejects.toBeInstanceOf(InvariantBroken);
      const was = before?.['was'];
      await bed.database.query(`UPDATE transfer SET ${column} = ${typeof was === 'string' ? `'${was}'` : was} WHERE id = '${entry!.id}'`);
    };
    await spoilt('kind', `'GIFT'`);
    await spoilt('amount', '6');
    await spoilt('batch_rest', '1');
    await spoilt('debit', `'somebody:RMB'`);
    expect(await entriesOf({ accountId: account })).toHaveLength(3);
  });
});

/** From new to old, each entry begins where the one below it ended; the last begins at nothing, the first ends at the balance. */
function expectChain(entries: readonly LedgerEntry[], balance: bigint): void {
  const before = [...entries.slice(1).map((entry) => entry.balanceAfter), 0n];
  expect(entries.map((entry) => entry.balanceBefore)).toEqual(before);
  expect(entries[0]?.balanceAfter ?? 0n).toBe(balance);
  for (const entry of entries) expect(entry.balanceAfter - entry.balanceBefore).toBe(entry.amount);
}
