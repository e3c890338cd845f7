/** What following a wallet promises, whatever database stands behind it: every committed entry once, in its order. */

import { newId } from '../../src/kernel/ids';
import { Interrupt } from '../../src/kernel/interrupt';
import { GroupCommit } from '../../src/ledger/group-commit';
import { positionOfCursor, type SpendPosition } from '../../src/ledger/spend-cursor';
import { type SpendEvent, tailSpend } from '../../src/ledger/spend-tail';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { SqlWalletHistory } from '../../src/storage/ledger-reader/wallet-history';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { addWallets, end, move, place } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';
import { type OpenReader, openReader } from '../support/open-reader';

jest.setTimeout(60_000);

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the history of wallets on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let ledger: OpenLedger;
  let open: OpenReader;
  let history: SqlWalletHistory;
  let accounts = 0;

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    ledger = await openLedger(database);
    open = await openReader(database);
    history = new SqlWalletHistory(open.dataSource);
  });

  afterAll(async () => {
    await open?.close();
    await ledger?.close();
    await database?.drop();
  });

  const promise = (name: string, check: () => Promise<void>) => {
    it(name, async () => {
      if (served) await check();
    });
  };

  async function accountWith(balance: bigint): Promise<string> {
    const account = `history-${accounts++}`;
    await addWallets(database, account);
    await ledger.store.write({ id: newId(), items: [move(account, balance), move(account, balance, {}, 'CREDIT')] });
    return account;
  }

  async function charge(commits: GroupCommit, account: string, amount: bigint): Promise<string> {
    const hold = place(account, amount);
    const ending = end(hold, amount);
    await commits.place(hold);
    await commits.end(ending);
    return ending.transferId ?? '';
  }

  async function take(account: string, count: number, after: SpendPosition | null): Promise<SpendEvent[]> {
    const events: SpendEvent[] = [];
    const selection = { accountId: account, wants: () => true, after };
    const doorbell = { rings: () => 0, next: () => new Promise<void>((resolve) => setImmediate(resolve)) };
    for await (const event of tailSpend({ history, doorbell }, selection, new Interrupt())) {
      events.push(event);
      if (events.length === count) break;
    }
    return events;
  }

  promise('is read by steps without a gap, and each entry begins at the balance at which the one before it ended', async () => {
    const account = await accountWith(1_000n);
    const items = [30n, 20n, 10n].map((amount) => place(account, amount));
    await ledger.store.write({ id: newId(), items });
    await ledger.store.write({ id: newId(), items: items.map((hold) => end(hold, hold.amount)) });
    await ledger.store.write({ id: newId(), items: [move(account, 5n)] });
    const steps = await history.after(`${account}:RMB`, 0n, 100);
    expect(steps.map(({ seq, entries }) => [seq, entries.length])).toEqual([
      [1n, 1],
      [2n, 3],
      [3n, 1],
    ]);
    let balance = 0n;
    for (const each of steps.flatMap(({ entries }) => entries)) {
      expect(each.balanceBefore).toBe(balance);
      balance = each.balanceAfter;
    }
    expect(balance).toBe(945n);
    expect((await history.after(`${account}:RMB`, 1n, 1)).map(({ seq }) => seq)).toEqual([2n]);
    expect(await history.heads(account)).toEqual(
      new Map([
        [`${account}:CREDIT`, 1n],
        [`${account}:RMB`, 3n],
      ]),
    );
  });

  promise('takes the same number of statements for any number of steps', async () => {
    const account = await accountWith(1_000n);
    const count = async () => (await open.statementsOf(() => history.after(`${account}:RMB`, 0n, 100))).length;
    const few = await count();
    for (let nth = 0; nth < 30; nth += 1) await ledger.store.write({ id: newId(), items: [move(account, 1n)] });
    expect(await count()).toBe(few);
  });

  promise('followed while it grows, and again from any event on, tells every charge once', async () => {
    const account = await accountWith(100_000n);
    const commits = new GroupCommit(ledger.store);
    const start = new Map([
      [`${account}:RMB`, { seq: 1n, seen: 0 }],
      [`${account}:CREDIT`, { seq: 1n, seen: 0 }],
    ]);
    const following = take(account, 200, start);
    const charged = await Promise.all(Array.from({ length: 200 }, (_, nth) => charge(commits, account, BigInt(nth + 1))));
    const told = await following;
    expect(told.map(({ entry }) => entry.id).sort()).toEqual([...charged].sort());
    for (const from of [0, 1, 77, 198]) {
      const rest = await take(account, 199 - from, positionOfCursor(told[from]?.cursor ?? ''));
      expect(rest.map(({ entry }) => entry.id)).toEqual(told.slice(from + 1).map(({ entry }) => entry.id));
    }
  });
});
