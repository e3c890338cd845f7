/** What following a wallet promises, whatever database stands behind it: every committed entry once, in its order. */

import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { Interrupt } from '../../src/kernel/interrupt';
import { BUCKETS } from '../../src/kernel/words';
import { GroupCommit } from '../../src/ledger/group-commit';
import { positionOfCursor, type SpendPosition } from '../../src/ledger/spend-cursor';
import { type SpendEvent, tailSpend } from '../../src/ledger/spend-tail';
import { SqlWalletHistory } from '../../src/storage/ledger-reader/wallet-history';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { end, move, place } from '../support/ledger-items';

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the history of wallets on %s', (kind) => {
  let history: SqlWalletHistory;
  const bed = ledgerBed(kind, {
    prepare: async () => {
      history = new SqlWalletHistory(bed.open.dataSource);
    },
  });
  const { promise, write } = bed;

  const accountWith = (balance: bigint) => bed.accountWith(balance, ...BUCKETS);

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
    for await (const event of tailSpend({ history, doorbell, clock: systemClock }, selection, new Interrupt())) {
      events.push(event);
      if (events.length === count) break;
    }
    return events;
  }

  promise('is read by steps without a gap, and each entry begins at the balance at which the one before it ended', async () => {
    const account = await accountWith(1_000n);
    const items = [30n, 20n, 10n].map((amount) => place(account, amount));
    await write(...items);
    await bed.ledger.store.write({ id: newId(), items: items.map((hold) => end(hold, hold.amount)) });
    await write(move(account, 5n));
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
        [`${account}:CREDIT`, expect.objectContaining({ seq: 1n })],
        [`${account}:RMB`, expect.objectContaining({ seq: 3n })],
      ]),
    );
  });

  promise('takes the same number of statements for any number of steps', async () => {
    const account = await accountWith(1_000n);
    const count = async () => (await bed.open.statementsOf(() => history.after(`${account}:RMB`, 0n, 100))).length;
    const few = await count();
    for (let nth = 0; nth < 30; nth += 1) await write(move(account, 1n));
    expect(await count()).toBe(few);
  });

  promise('followed while it grows, and again from any event on, tells every charge once', async () => {
    const account = await accountWith(100_000n);
    const commits = new GroupCommit(bed.ledger.store);
    const start = new Map([
      [`${account}:RMB`, { seq: 1n, seen: 0 }],
      [`${account}:CREDIT`, { seq: 1n, seen: 0 }],
    ]);
    const following = take(account, 200, { named: start, rest: null });
    const charged = await Promise.all(Array.from({ length: 200 }, (_, nth) => charge(commits, account, BigInt(nth + 1))));
    const told = await following;
    expect(told.map(({ entry }) => entry.id).sort()).toEqual([...charged].sort());
    for (const from of [0, 1, 77, 198]) {
      const rest = await take(account, 199 - from, positionOfCursor(told[from]?.cursor ?? ''));
      expect(rest.map(({ entry }) => entry.id)).toEqual(told.slice(from + 1).map(({ entry }) => entry.id));
    }
  });

  promise('goes on at a time behind which wallets are not named, and not where there are more steps before it than were seen', async () => {
    const accounts = [await accountWith(1_000n), await accountWith(1_000n)];
    for (const account of accounts) await write(move(account, 1n));
    const heads = [...(await history.heads(null)).values()];
    const atUs = heads.reduce((last, head) => (head.atUs > last ? head.atUs : last), 0n);
    const steps = heads.reduce((sum, { seq }) => sum + seq, 0n);
    for (const account of accounts) await write(move(account, 7n), move(account, 8n));
    for (const account of accounts) {
      const told = await take(account, 2, { named: new Map(), rest: { atUs, steps } });
      expect(told.map(({ entry }) => entry.amount)).toEqual([7n, 8n]);
      const [rest] = await take(account, 1, positionOfCursor(told[0]?.cursor ?? ''));
      expect(rest?.entry.amount).toBe(8n);
    }
    const late = take(accounts[0] ?? '', 1, { named: new Map(), rest: { atUs, steps: steps - 1n } });
    await expect(late).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'after' } });
  });
});
