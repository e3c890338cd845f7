/** Management tokens in the database: of each secret, its hash. */
import type { DataSource } from 'typeorm';
import type { MadeBefore, Once } from '../kernel/made-once';
import { ACCOUNT_ROLES, type ManagementToken, type TokenStore } from '../keys/management-token';
import { madeBefore, noteMade } from './made-once';
import { inTransaction } from './sql/in-transaction';
import { Conditions, rowsOf, rowsOfIds } from './sql/query';
import { boundOrNull, placeholders, type Row } from './sql/row-values';
import { count, countOrNull, text, wordIn } from './sql/stored-values';

const COLUMNS = 'id, account_id, name, role, created_at, expires_at, revoked_at';

export class SqlTokenStore implements TokenStore {
  constructor(private readonly dataSource: DataSource) {}

  async add(token: ManagementToken, hash: string, once: Once | null): Promise<void> {
    const { id, accountId, name, role, createdAt, expiresAt } = token;
    const values = [id, accountId, name, role, BigInt(createdAt), boundOrNull(expiresAt), null, hash];
    const insert = `INSERT INTO management_token (${COLUMNS}, hash) VALUES (${placeholders(values)})`;
    await inTransaction(this.dataSource, async (manager) => {
      await noteMade(manager, once, id, createdAt);
      await manager.query(insert, values);
    });
  }

  madeBefore(requestKey: string): Promise<MadeBefore | undefined> {
    return madeBefore(this.dataSource, requestKey);
  }

  find(id: string): Promise<ManagementToken | undefined> {
    return this.one(new Conditions().is('id', id));
  }

  findByHash(hash: string): Promise<ManagementToken | undefined> {
    return this.one(new Conditions().is('hash', hash));
  }

  async list(accountIds: readonly string[]): Promise<readonly ManagementToken[]> {
    const select = (list: string) => `SELECT ${COLUMNS} FROM management_token WHERE account_id IN (${list}) ORDER BY id DESC`;
    return (await rowsOfIds(this.dataSource, accountIds, select)).map(tokenOf);
  }

  async revoke(id: string, at: number): Promise<void> {
    const set = 'UPDATE management_token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL';
    await inTransaction(this.dataSource, (manager) => manager.query(set, [BigInt(at), id]));
  }

  private async one({ sql, values }: Conditions): Promise<ManagementToken | undefined> {
    const [row] = await rowsOf(this.dataSource, `SELECT ${COLUMNS} FROM management_token WHERE ${sql}`, values);
    return row === undefined ? undefined : tokenOf(row);
  }
}

function tokenOf(row: Row): ManagementToken {
  return {
    id: text(row, 'id'),
    accountId: text(row, 'account_id'),
    name: text(row, 'name'),
    role: wordIn(ACCOUNT_ROLES, row, 'role'),
    createdAt: count(row, 'created_at'),
    expiresAt: countOrNull(row, 'expires_at'),
    revokedAt: countOrNull(row, 'revoked_at'),
  };
}
