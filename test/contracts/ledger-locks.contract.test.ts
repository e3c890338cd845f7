/** What a batch on MySQL is decided on stays as it was looked at until the batch ends: nobody else changes it in between. */
import { newId } from '../../src/kernel/ids';
import { counterId } from '../../src/ledger/spend-counter';
import { MysqlConnections } from '../../src/storage/ledger/mysql/mysql-connections';
import { lockAndLook } from '../../src/storage/ledger/mysql/mysql-view';
import { prepareBatch } from '../../src/storage/ledger/prepare';
import { ledgerBed } from '../support/ledger-bed';
import { end, move, place } from '../support/ledger-items';

const KEY = { id: 'a'.repeat(64), bodyHash: 'b'.repeat(64) };

describe('what a batch is decided on, on mysql', () => {
  let connections: MysqlConnections;
  const bed = ledgerBed('mysql', {
    prepare: async () => {
      connections = new MysqlConnections(bed.database.url, 2);
      return () => connections.close();
    },
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

  bed.promise('is locked until the batch ends: idempotency keys, codes, holds, wallets and counters', async () => {
    const account = await bed.accountWith(1_000n, 'RMB');
    const ceilings = [
      { counterId: counterId({ scope: 'key', scopeId: `${account}-key`, bucket: 'RMB', window: 'LIFETIME' }, 0), ceiling: 100n },
    ];
    const hold = place(account, 10n, { idempotence: KEY, ceilings });
    const codeId = newId();
    await bed.write(hold);
    await bed.database.query(
      `INSERT INTO redemption_code (id, code_hash, bucket, amount, memo, created_at) VALUES ('${codeId}', '${'c'.repeat(64)}', 'RMB', 5, 'x', 1)`,
    );
    const items = [
      place(account, 10n, { idempotence: KEY, ceilings }),
      end(hold, 1n),
      move(account, 5n, { entryKind: 'REDEMPTION', redemptionCodeId: codeId }),
    ];
    const rows = [
      ['idempotency_key', KEY.id],
      ['redemption_code', codeId],
      ['hold', hold.holdId],
      ['wallet', `${account}:RMB`],
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
