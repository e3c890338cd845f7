/** What is too long, too much or incomplete for a database: it fails alone, or is written in parts, and holds nothing up. */
import { newId } from '../../src/kernel/ids';
import { GroupCommit } from '../../src/ledger/group-commit';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { auditLedger } from '../support/audit';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { addWallets, attempt, end, move, place } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';

/** Six of them are longer than what MariaDB takes at once, unless it is told otherwise. */
const LONG = 's'.repeat(5_000_000);
const HUNDRED = 10n ** 11n;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the ledger, asked for too much, on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let ledger: OpenLedger;
  let commit: GroupCommit;

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    ledger = await openLedger(database);
    commit = new GroupCommit(ledger.store);
    for (const account of ['acme', 'rich', 'calm', 'many', 'full', 'spent']) await addWallets(database, account);
    await ledger.store.write({ id: newId(), items: [move('acme', HUNDRED)] });
  });

  afterAll(async () => {
    await ledger?.close();
    await database?.drop();
  });

  const promise = (name: string, check: () => Promise<void>) =>
    it(name, async () => {
      if (!served) return;
      await check();
      expect(await auditLedger(database)).toEqual([]);
    });

  promise('settles requests whose answers are kept and are together longer than what a database takes at once', async () => {
    const holds = Array.from({ length: 6 }, () => place('acme', 10n));
    await Promise.all(holds.map((hold) => commit.place(hold)));
    const answer = (nth: number) => ({ id: String(nth).padStart(64, '0'), sealed: LONG, expiresAt: Date.now() });
    const ends = await Promise.all(holds.map((hold, nth) => commit.end(end(hold, 3n, { answer: answer(nth) }))));
    expect(ends).toEqual(holds.map(() => ({ verdict: 'done' })));
    expect(await database.query('SELECT COUNT(*) AS n, SUM(LENGTH(sealed)) AS characters FROM stored_answer')).toEqual([
      { n: 6n, characters: 30_000_000n },
    ]);
  });

  promise('takes a value that is missing in every row of a batch for a mistake, and not for trouble of the database', async () => {
    const [broken, whole] = [place('acme', 10n), place('acme', 10n)];
    await Promise.all([commit.place(broken), commit.place(whole)]);
    const incomplete = end(broken, 3n, { attempts: [attempt({ role: null as never })] });
    const told = await Promise.allSettled([commit.end(incomplete), commit.end(end(whole, 3n))]);
    expect(told).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: { verdict: 'done' } }]);
    expect(told[0]).not.toMatchObject({ reason: { code: 'temporarily_unavailable' } });
    await commit.end(end(broken, 0n));
  });

  promise('takes a limit above everything that a balance can hold for one that leaves room', async () => {
    const ceilings = [{ counterId: 'key/acme-key/RMB/LIFETIME', ceiling: 10n ** 19n }];
    const holds = [place('acme', 1n, { ceilings }), place('acme', 2n, { ceilings })];
    const told = await Promise.all(holds.map((hold) => commit.place(hold)));
    expect(told.map(({ verdict }) => verdict)).toEqual(['granted', 'granted']);
    await Promise.all(holds.map((hold) => commit.end(end(hold, 1n))));
  });

  promise('refuses what would be more than a balance can hold, and moves what came with it', async () => {
    const most = 2n ** 62n;
    const told = await Promise.all([...Array.from({ length: 4 }, () => commit.end(move('rich', most))), commit.end(move('calm', 5n))]);
    expect(told.map(({ verdict }) => verdict).sort()).toEqual(['done', 'done', 'over_balance', 'over_balance', 'over_balance']);
    expect(told.at(-1)).toEqual({ verdict: 'done' });
    expect(await database.query("SELECT posted FROM wallet WHERE id = 'rich:RMB'")).toEqual([{ posted: most }]);
  });

  promise('gives back nothing, and notes nothing, of a charge that its wallet could not hold any more', async () => {
    const hold = place('full', 10n);
    for (const item of [move('full', 10n), hold, end(hold, 7n)]) await ledger.store.write({ id: newId(), items: [item] });
    await ledger.store.write({ id: newId(), items: [move('full', 2n ** 62n - 5n)] });
    const refund = move('full', 3n, { entryKind: 'REFUND', receiptId: hold.request.requestId });
    expect(await ledger.store.write({ id: newId(), items: [refund, move('calm', 5n)] })).toEqual([
      { verdict: 'over_balance' },
      { verdict: 'done' },
    ]);
    expect(await database.query('SELECT * FROM refund')).toEqual([]);
  });

  promise('never lets a wallet come to more than any amount may be, however many top it up at once', async () => {
    const third = 2n ** 62n / 3n;
    const told = await Promise.all(Array.from({ length: 40 }, () => ledger.store.write({ id: newId(), items: [move('many', third)] })));
    expect(told.flat().filter(({ verdict }) => verdict === 'done')).toHaveLength(3);
    expect(told.flat().filter(({ verdict }) => verdict === 'over_balance')).toHaveLength(37);
    expect(await database.query("SELECT posted FROM wallet WHERE id = 'many:RMB'")).toEqual([{ posted: third * 3n }]);
  });

  promise('settles what is spent above everything that a counter can say, and lets no limit be passed by it', async () => {
    const most = 2n ** 62n;
    const limited = (counterId: string, ceiling: bigint, amount: bigint) => place('spent', amount, { ceilings: [{ counterId, ceiling }] });
    const [counted, later] = ['key/spent-key/RMB/LIFETIME', 'project/bots/RMB/LIFETIME'];
    for (const item of [move('spent', 1n), limited(counted, 1n, 1n)]) await ledger.store.write({ id: newId(), items: [item] });
    for (let round = 0; round < 3; round += 1) {
      const hold = place('spent', most - 1n);
      for (const item of [move('spent', most - 1n), hold]) await ledger.store.write({ id: newId(), items: [item] });
      expect(await commit.end(end(hold, most - 1n))).toEqual({ verdict: 'done' });
    }
    await ledger.store.write({ id: newId(), items: [move('spent', 5n)] });
    for (const counterId of [counted, later]) {
      const told = await commit.place(limited(counterId, 10n ** 19n, 1n));
      expect(told).toMatchObject({ verdict: 'over_limit', counterId, spent: 2n ** 63n - 1n, held: 1n });
    }
  });
});
