/** Redemption codes in the database: of each code, its hash. */
import { inPortions } from '../kernel/lists';
import type { Once } from '../kernel/made-once';
import { nano } from '../kernel/money';
import { BUCKETS } from '../kernel/words';
import type { Page, PageRequest } from '../ledger/ledger-reader';
import type { RedemptionCode, RedemptionStore } from '../ledger/redemption/redemption-store';
import { noteMade, StoreOfMade } from './made-once';
import { pageOfRows, rowIdOfCursor } from './sql/cursors';
import { inTransaction } from './sql/in-transaction';
import { Conditions, execute, rowsOf } from './sql/query';
import { big, boundOrNull, type Row } from './sql/row-values';
import { count, countOrNull, text, textOrNull, wordIn } from './sql/stored-values';

const COLUMNS = 'id, bucket, amount, memo, created_at, expires_at, revoked_at';
const CODES_PER_STATEMENT = 100;

export class SqlRedemptionStore extends StoreOfMade implements RedemptionStore {
  async add(codes: readonly (RedemptionCode & { readonly codeHash: string })[], once: Once | null): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      await noteMade(manager, once, codes[0]?.id ?? '', codes[0]?.createdAt ?? 0);
      for (const some of inPortions(codes, CODES_PER_STATEMENT)) {
        const rows = some.map(() => '(?, ?, ?, ?, ?, ?, ?, ?)').join(', ');
        await manager.query(`INSERT INTO redemption_code (${COLUMNS}, code_hash) VALUES ${rows}`, some.flatMap(valuesOf));
      }
    });
  }

  find(id: string): Promise<RedemptionCode | undefined> {
    return this.one(new Conditions().is('id', id));
  }

  findByHash(codeHash: string): Promise<RedemptionCode | undefined> {
    return this.one(new Conditions().is('code_hash', codeHash));
  }

  async page({ first, after }: PageRequest): Promise<Page<RedemptionCode>> {
    const asked = new Conditions();
    if (after !== undefined) asked.and('id < ?', rowIdOfCursor(after, 'redemption codes'));
    const sql = `SELECT ${COLUMNS} FROM redemption_code WHERE ${asked.sql} ORDER BY id DESC LIMIT ?`;
    const read = (await rowsOf(this.dataSource, sql, [...asked.values, BigInt(first + 1)])).map(codeOf);
    return pageOfRows(read, first);
  }

  async revoke(id: string, at: number): Promise<void> {
    await execute(this.dataSource, 'UPDATE redemption_code SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL', [BigInt(at), id]);
  }

  private async one({ sql, values }: Conditions): Promise<RedemptionCode | undefined> {
    const [row] = await rowsOf(this.dataSource, `SELECT ${COLUMNS} FROM redemption_code WHERE ${sql}`, values);
    return row === undefined ? undefined : codeOf(row);
  }
}

function valuesOf(code: RedemptionCode & { readonly codeHash: string }): (string | bigint | null)[] {
  const { id, bucket, amount, memo, createdAt, expiresAt, revokedAt, codeHash } = code;
  return [id, bucket, amount, memo, BigInt(createdAt), boundOrNull(expiresAt), boundOrNull(revokedAt), codeHash];
}

function codeOf(row: Row): RedemptionCode {
  return {
    id: text(row, 'id'),
    bucket: wordIn(BUCKETS, row, 'bucket'),
    amount: nano(big(row['amount'])),
    memo: textOrNull(row, 'memo'),
    createdAt: count(row, 'created_at'),
    expiresAt: countOrNull(row, 'expires_at'),
    revokedAt: countOrNull(row, 'revoked_at'),
  };
}
