/** The thread of the embedded ledger dies, or hangs: what it had committed is found, what it had not is written once. */
import { newId } from '../../src/kernel/ids';
import type { LedgerItem } from '../../src/ledger/ledger-store';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { auditLedger } from '../support/audit';
import { freshDatabase, type TestDatabase } from '../support/databases';
import { eventually, gate, SLACK_MS } from '../support/eventually';
import { type Fate, fragileThread } from '../support/fragile-thread';
import { addWallets, end, move, place, refusal } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';

const UNAVAILABLE = { code: 'temporarily_unavailable' };

describe('the ledger thread on sqlite', () => {
  let database: TestDatabase;
  let ledger: OpenLedger;
  let threads: number;
  let fates: Fate[];

  beforeEach(async () => {
    database = await freshDatabase('sqlite');
    await addWallets(database, 'acme');
    threads = 0;
    fates = [];
    const startThread = (file: string) => {
      threads += 1;
      return fragileThread(file, () => fates.shift());
    };
    ledger = await openLedger(database, { startThread });
    await write(move('acme', 1_000n));
  });

  afterEach(async () => {
    await ledger.close();
    expect(await auditLedger(database)).toEqual([]);
    await database.drop();
  });

  const write = (...items: LedgerItem[]) => ledger.store.write({ id: newId(), items });
  const count = async (table: string) => (await database.query(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.['n'];
  /** Every hold needs an end for the books to be whole. */
  const settle = (...holds: ReturnType<typeof place>[]) => write(...holds.map((hold) => end(hold, 0n)));

  const deaths: [string, Fate[]][] = [
    ['before it read the batch', ['before']],
    ['after it had committed, with the answer', ['after']],
    ['twice before, and then with the answer', ['before', 'after']],
  ];

  it.each(deaths)('that dies %s writes the batch once, and gives the answer', async (_, how) => {
    const [settled, released] = [place('acme', 100n), place('acme', 100n)];
    await write(settled, released);
    const batches = (await count('ledger_batch')) as bigint;
    fates.push(...how);
    const granted = place('acme', 500n);
    expect(
      await write(granted, place('acme', 900n), end(settled, 30n), end(released, 0n), move('acme', 50n), refusal('acme')),
    ).toMatchObject([
      { verdict: 'granted', amount: 500n },
      { verdict: 'insufficient' },
      { verdict: 'done' },
      { verdict: 'done' },
      { verdict: 'done' },
      { verdict: 'done' },
    ]);
    expect(threads).toBe(how.length + 1);
    expect(await count('ledger_batch')).toBe(batches + 1n);
    expect(await database.query("SELECT posted, held FROM wallet WHERE id = 'acme:RMB'")).toEqual([{ posted: 1_020n, held: 500n }]);
    await settle(granted);
  });

  it('that dies with the answer tells an end that came second so', async () => {
    const hold = place('acme', 100n);
    await write(hold);
    await write(end(hold, 0n));
    fates.push('after');
    expect(await write(end(hold, 30n), move('acme', 1n))).toEqual([{ verdict: 'not_open' }, { verdict: 'done' }]);
  });

  it('that dies answers everything that had been handed over, in order', async () => {
    fates.push('after');
    const holds = [place('acme', 1n), place('acme', 2n), place('acme', 3n)];
    const verdicts = await Promise.all(holds.map((hold) => write(hold)));
    expect(verdicts).toEqual([1n, 2n, 3n].map((amount) => [{ verdict: 'granted', amount }]));
    await settle(...holds);
  });

  it('that is gone is not ready and takes nothing, and is again when it has been started anew', async () => {
    fates.push('before');
    const hold = place('acme', 1n);
    const written = write(hold);
    await eventually(async () => expect(await ledger.healthy()).toBe(false));
    await expect(write(place('acme', 2n))).rejects.toMatchObject(UNAVAILABLE);
    expect(await written).toEqual([{ verdict: 'granted', amount: 1n }]);
    expect(await ledger.healthy()).toBe(true);
    await settle(hold);
  });

  it('is not kept from the others by a batch of which three threads have died', async () => {
    fates.push('before', 'before', 'before');
    await expect(write(place('acme', 1n))).rejects.toMatchObject(UNAVAILABLE);
    const hold = place('acme', 2n);
    await eventually(async () => expect(await write(hold)).toEqual([{ verdict: 'granted', amount: 2n }]));
    expect(await count('hold')).toBe(1n);
    await settle(hold);
  });

  it('that hangs keeps nobody for more than five seconds, and holds nothing for those who were sent away', async () => {
    const { opened, open } = gate();
    fates.push(opened);
    const hold = place('acme', 400n);
    const startedAt = performance.now();
    await expect(write(hold)).rejects.toMatchObject(UNAVAILABLE);
    expect(performance.now() - startedAt).toBeLessThan(5_000 + SLACK_MS);
    expect(await count('hold')).toBe(0n);
    open();
    await eventually(async () =>
      expect(await database.query(`SELECT status, error_code FROM receipt WHERE id = '${hold.request.requestId}'`)).toEqual([
        { status: 'FAILED', error_code: 'temporarily_unavailable' },
      ]),
    );
    expect(await database.query("SELECT posted, held FROM wallet WHERE id = 'acme:RMB'")).toEqual([{ posted: 1_000n, held: 0n }]);
  });
});
