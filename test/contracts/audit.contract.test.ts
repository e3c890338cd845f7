/** What the audit promises on each database: books in order are found in order, for everybody and for one wallet. */
import { newId } from '../../src/kernel/ids';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { addPrice, addUpUsage, auditOf, fillLedger, findingsIn, freeEnd, pricedEnd, seal } from '../support/audited-ledger';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { addWallets, move, place } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';

/** Batches of holds and of their ends that one writer writes while the audit looks. */
const PAIRS_A_ROUND = 40;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the audit on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let ledger: OpenLedger;

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    ledger = await openLedger(database);
    await addPrice(database);
    await fillLedger(database, ledger, 'acme');
    await fillLedger(database, ledger, 'globex');
  });

  afterAll(async () => {
    await ledger?.close();
    await database?.drop();
  });

  const promise = whereServed(() => served);

  const value = async (sql: string) => String(Object.values((await database.query(sql))[0] ?? {})[0]);
  const newestBatch = () => value("SELECT batch_id FROM wallet_change WHERE wallet_id = 'acme:RMB' ORDER BY seq DESC LIMIT 1");

  promise('finds nothing in books that are in order', async () => {
    const report = await auditOf(database);
    expect(report.findings).toEqual([]);
    expect(report.counts).toMatchObject({ entries: 14, receipts: 10, holds: 12, wallets: 4, blocks: 0, unsealedBatches: 10 });
    expect(report).toMatchObject({ problems: 0, headHash: null, sealedThrough: null });
  });

  promise('finds receipts in order that are from before their batch was noted on them', async () => {
    const older = await freshDatabase(kind);
    const writer = await openLedger(older);
    try {
      await addPrice(older);
      await fillLedger(older, writer, 'acme');
      await addUpUsage(older);
      await older.query('UPDATE receipt SET batch_id = NULL');
      for (const wallet of [null, 'acme:RMB']) expect(await findingsIn(older, wallet)).toEqual([]);
      expect((await auditOf(older)).counts).toMatchObject({ entries: 7, receipts: 5 });
    } finally {
      await writer.close();
      await older.drop();
    }
  });

  promise('finds nothing when everything is sealed, in several blocks, whenever a batch turned up', async () => {
    const first = await seal(database);
    expect(first).toMatchObject({ seq: 1n, batches: 10 });
    expect(await seal(database)).toBeNull();
    const late = place('acme', 30_000n);
    await ledger.store.write({ id: '00000000-0000-7000-8000-000000000001', items: [late] });
    await ledger.store.write({ id: newId(), items: [pricedEnd(late)] });
    const second = await seal(database);
    expect(second).toMatchObject({ seq: 2n, batches: 2 });
    const report = await auditOf(database);
    expect(report).toMatchObject({ findings: [], headHash: second?.hash, counts: { blocks: 2, unsealedBatches: 0 } });
  });

  promise('counts the entries of one wallet, and tells how far it is sealed', async () => {
    const sealedThrough = await newestBatch();
    expect(await auditOf(database, 'acme:RMB')).toMatchObject({ findings: [], sealedThrough, counts: { entries: 7 } });
    await ledger.store.write({ id: newId(), items: [move('acme', 1n)] });
    expect(await auditOf(database, 'acme:RMB')).toMatchObject({ findings: [], sealedThrough, counts: { entries: 8 } });
    await seal(database);
    expect(await auditOf(database, 'acme:RMB')).toMatchObject({ findings: [], sealedThrough: await newestBatch() });
  });

  promise('knows a wallet without entries, and one that there is not', async () => {
    await addWallets(database, 'newcomer');
    expect(await auditOf(database, 'newcomer:RMB')).toMatchObject({ findings: [], counts: { wallets: 1, entries: 0 } });
    expect(await auditOf(database, 'nobody:RMB')).toMatchObject({ findings: [], counts: { wallets: 0 } });
  });

  promise('finds a wallet in order whose request goes on, for long, on the other one', async () => {
    const given = place('acme', 1n);
    const { holdId, walletId, amount, placedAt } = given;
    const crossed = place('acme', 1n, { request: given.request, replaces: { holdId, walletId, amount, placedAt } }, 'CREDIT');
    await ledger.store.write({ id: newId(), items: [given] });
    await ledger.store.write({ id: newId(), items: [crossed] });
    const longAfter = 4_000_000_000_000;
    for (const wallet of ['acme:RMB', 'acme:CREDIT', null]) {
      expect(await auditOf(database, wallet, longAfter)).toMatchObject({ findings: [] });
    }
    await ledger.store.write({ id: newId(), items: [freeEnd(crossed)] });
  });

  promise('raises no false alarm, and seals, while the ledger is written', async () => {
    const write = async () => {
      for (let nth = 0; nth < PAIRS_A_ROUND; nth += 1) {
        const holds = [place('acme', 30_000n), place('globex', 30_000n), place('acme', 40_000n)] as const;
        await ledger.store.write({ id: newId(), items: [...holds, move('acme', 50_000n), move('globex', 50_000n)] });
        await ledger.store.write({ id: newId(), items: [pricedEnd(holds[0]), pricedEnd(holds[1]), freeEnd(holds[2])] });
      }
    };
    for (let round = 0; round < 4; round++) {
      // Not for as long as an audit takes: it takes as long as there is to read, and faster writers would keep it for ever.
      const writers = [write(), write()];
      try {
        expect(await findingsIn(database)).toEqual([]);
        expect(await findingsIn(database, 'acme:RMB')).toEqual([]);
        await seal(database);
      } finally {
        await Promise.all(writers);
      }
    }
    while ((await seal(database)) !== null);
    expect(await auditOf(database)).toMatchObject({ findings: [], counts: { unsealedBatches: 0 } });
  });
});
