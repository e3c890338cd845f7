/** What a batch on MySQL is decided on stays as it was looked at until the batch ends: nobody else changes it in between. */
import { newId } from '../../src/kernel/ids';
import { counterId } from '../../src/ledger/spend-counter';
import { MysqlConnections } from '../../src/storage/ledger/mysql/mysql-connections';
import { lockAndLook } from '../../src/storage/ledger/mysql/mysql-view';
import { prepareBatch } from '../../src/storage/ledger/prepare';
import { freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { addWallets, end, move, place } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';

const KEY = { id: 'a'.repeat(64), bodyHash: 'b'.repeat(64) };

describe('what a batch is decided on, on mysql', () => {
  let served = false;
  let database: TestDatabase;
  let connections: MysqlConnections;

  beforeAll(async () => {
    served = await isServed('mysql');
    if (!served) return;
    database = await freshDatabase('mysql');
    await addWallets(database, 'acme');
    connections = new MysqlConnections(database.url, 2);
  });

  afterAll(async () => {
    if (!served) return;
    await connections.close();
    await database.drop();
  });

  /** Those of the rows that another connection cannot have at once. */
  async function lockedOf(rows: readonly (readonly [table: string, id: string])[]): Promise<string[]> {
    const locked: string[] = [];
    for (const [table, id] of rows) {
      const look = `SELECT id FROM ${table} FORCE INDEX (PRIMARY) WHERE id = '${id}' FOR UPDATE NOWAIT`;
      await connections.use((exchange) => exchange(['START TRANSACTION', look, 'ROLLBACK'])).catch(() => locked.push(table));
    }
    return locked;
  }

  it('is locked until the batch ends: idempotency keys, codes, holds, wallets and counters', async () => {
    if (!served) return;
    const ceilings = [{ counterId: counterId({ scope: 'key', scopeId: 'acme-key', bucket: 'RMB', window: 'LIFETIME' }, 0), ceiling: 100n }];
    const hold = place('acme', 10n, { idempotence: KEY, ceilings });
    const codeId = newId();
    const ledger = await openLedger(database);
    await ledger.store.write({ id: newId(), items: [move('acme', 1_000n), hold] });
    await ledger.close();
    await database.query(
      `INSERT INTO redemption_code (id, code_hash, bucket, amount, memo, created_at) VALUES ('${codeId}', '${'c'.repeat(64)}', 'RMB', 5, 'x', 1)`,
    );
    const items = [
      place('acme', 10n, { idempotence: KEY, ceilings }),
      end(hold, 1n),
      move('acme', 5n, { entryKind: 'REDEMPTION', redemptionCodeId: codeId }),
    ];
    const rows = [
      ['idempotency_key', KEY.id],
      ['redemption_code', codeId],
      ['hold', hold.holdId],
      ['wallet', 'acme:RMB'],
      ['spend_counter', String(ceilings[0]?.counterId)],
    ] as const;
    await connections.use(async (exchange) => {
      await lockAndLook(exchange, prepareBatch({ id: newId(), items }, 'owner', 1), ['START TRANSACTION']);
      expect(await lockedOf(rows)).toEqual(rows.map(([table]) => table));
      await exchange(['ROLLBACK']);
    });
    expect(await lockedOf(rows)).toEqual([]);
  });
});
