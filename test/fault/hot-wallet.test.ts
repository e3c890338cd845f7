/**
 * Four processes on one wallet, with holds, ends, movements and refunds at once, on a line to the database that loses, tears
 * and delays what is said, while some of them are killed: what a process was told stands in the books, once, and nothing else.
 */
import { newId } from '../../src/kernel/ids';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { auditLedger } from '../support/audit';
import { freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { addWallets, move } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';
import { seededRandom } from '../support/seeded-random';
import { type UnrulyProxy, unrulyProxy } from '../support/unruly-proxy';
import { startWriter, type Writer } from './hot-wallet-process';
import { CEILING, type Told } from './hot-wallet-told';

const PROCESSES = 4;
const KILLS = 3;
const HARM = 0.08;
const BEGINNING = 100_000n;
const RECOVERED_MS = 180_000;

describe('four processes on one hot wallet, on a bad line, of which some are killed, on mysql', () => {
  const random = seededRandom();
  const writers: Writer[] = [];
  let served = false;
  let database: TestDatabase;
  let proxy: UnrulyProxy;
  let last: OpenLedger | undefined;

  beforeAll(async () => {
    served = await isServed('mysql');
    if (!served) return;
    database = await freshDatabase('mysql');
    await addWallets(database, 'acme');
    proxy = await unrulyProxy(database.url, random, HARM);
    const first = await openLedger(database);
    await first.store.write({ id: newId(), items: [move('acme', BEGINNING)] });
    await first.close();
  });

  afterAll(async () => {
    for (const writer of writers) writer.kill();
    await last?.close();
    await proxy?.close();
    await database?.drop();
  });

  const start = () => {
    const writer = startWriter(proxy.url, 'acme', random.between(1, 2 ** 30));
    writers.push(writer);
    return writer;
  };

  async function killedAmong(running: Writer[]): Promise<void> {
    const at = random.between(0, running.length - 1);
    await running[at]?.progress(random.between(150, 400));
    running[at]?.kill();
    running[at] = start();
  }

  const rows = async (sql: string) => new Map((await database.query(sql)).map(({ id, value }) => [String(id), String(value)]));

  it('leave books in which what each was told stands once, and nothing is held or lost', async () => {
    if (!served) return;
    const running = Array.from({ length: PROCESSES }, start);
    for (let kill = 0; kill < KILLS; kill += 1) await killedAmong(running);
    await Promise.all(running.map((writer) => writer.progress(300)));
    // How much goes over the line in a batch is up to the machine: they go on until everything was done to it.
    while (Object.values(proxy.done).includes(0)) await Promise.race(running.map((writer) => writer.progress(20)));
    for (const writer of running) writer.finish();
    expect(await Promise.all(running.map(({ left }) => left))).toEqual(running.map(() => 'in good order'));
    proxy.behave();
    last = await openLedger(database);
    await eventually(async () => {
      expect(await database.query("SELECT COUNT(*) AS n FROM hold WHERE state = 'OPEN'")).toEqual([{ n: 0n }]);
    }, RECOVERED_MS);

    const told = writers.flatMap((writer) => writer.told);
    expect(await auditLedger(database)).toEqual([]);
    expect(await contradictionsOf(told)).toEqual([]);
    // Whatever else was charged was charged by nobody who lived to say so.
    expect(await database.query("SELECT held FROM wallet WHERE id = 'acme:RMB'")).toEqual([{ held: 0n }]);
    const [counter] = await database.query("SELECT spent, held FROM spend_counter WHERE id = 'key/acme-key/RMB/LIFETIME'");
    expect(counter).toEqual({ spent: expect.any(BigInt), held: 0n });
    expect((counter?.['spent'] as bigint) <= CEILING).toBe(true);
    console.log(`told ${told.length} times, spent ${counter?.['spent']} of ${CEILING}; the line: ${JSON.stringify(proxy.done)}`);
  });

  async function contradictionsOf(told: readonly Told[]): Promise<string[]> {
    const charges = await rows('SELECT id, charge AS value FROM receipt');
    const transfers = await rows("SELECT id, amount * IF(credit = wallet_id, 1, -1) AS value FROM transfer WHERE kind <> 'CHARGE'");
    const charged = await rows('SELECT hold_id AS id, charge AS value FROM receipt WHERE hold_id IS NOT NULL AND charge > 0');
    return told.filter((each) => !stands(each)).map((each) => JSON.stringify(each));

    function stands(each: Told): boolean {
      switch (each.told) {
        case 'ended':
          return charges.get(each.receiptId) === each.charge;
        case 'moved':
          return transfers.get(each.transferId) === each.amount;
        case 'not moved':
          return !transfers.has(each.transferId);
        case 'refused':
          return !charged.has(each.holdId);
        case 'all':
          return true;
      }
    }
  }
});
