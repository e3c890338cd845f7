/** Management tokens in the database: of each secret, its hash. */
import type { Once } from '../kernel/made-once';
import { ACCOUNT_ROLES, accountOfDeclaredToken, declaredTokenId, type ManagementToken, type TokenStore } from '../keys/management-token';
import { noteMade, StoreOfMade } from './made-once';
import { inTransaction } from './sql/in-transaction';
import { Conditions, execute, rowsOf, rowsOfIds } from './sql/query';
import { boundOrNull, placeholders, type Row } from './sql/row-values';
import { count, countOrNull, text, wordIn } from './sql/stored-values';

const COLUMNS = 'id, account_id, name, role, created_at, expires_at, revoked_at';
const DECLARED_COLUMNS = 'account_id, created_at, revoked_at';

export class SqlTokenStore extends StoreOfMade implements TokenStore {
  async add(token: ManagementToken, hash: string, once: Once | null): Promise<void> {
    const { id, accountId, name, role, createdAt, expiresAt } = token;
    const values = [id, accountId, name, role, BigInt(createdAt), boundOrNull(expiresAt), null, hash];
    const insert = `INSERT INTO management_token (${COLUMNS}, hash) VALUES (${placeholders(values)})`;
    await inTransaction(this.dataSource, async (manager) => {
      await noteMade(manager, once, id, createdAt);
      await manager.query(insert, values);
    });
  }

  find(id: string): Promise<ManagementToken | undefined> {
    const declaredFor = accountOfDeclaredToken(id);
    return declaredFor === null ? this.one(new Conditions().is('id', id)) : this.declared(new Conditions().is('account_id', declaredFor));
  }

  findByHash(hash: string): Promise<ManagementToken | undefined> {
    return this.one(new Conditions().is('hash', hash));
  }

  findDeclared(hash: string): Promise<ManagementToken | undefined> {
    return this.declared(new Conditions().is('hash', hash));
  }

  async list(accountIds: readonly string[]): Promise<readonly ManagementToken[]> {
    const select = (list: string) => `SELECT ${COLUMNS} FROM management_token WHERE account_id IN (${list}) ORDER BY id DESC`;
    const selectDeclared = (list: string) => `SELECT ${DECLARED_COLUMNS} FROM account_token WHERE account_id IN (${list})`;
    const [made, declared] = [
      await rowsOfIds(this.dataSource, accountIds, select),
      await rowsOfIds(this.dataSource, accountIds, selectDeclared),
    ];
    return [...made.map(tokenOf), ...declared.map(declaredTokenOf)];
  }

  async revoke(id: string, at: number): Promise<void> {
    const declaredFor = accountOfDeclaredToken(id);
    const which =
      declaredFor === null ? 'management_token SET revoked_at = ? WHERE id' : 'account_token SET revoked_at = ? WHERE account_id';
    const values = [BigInt(at), declaredFor ?? id];
    await execute(this.dataSource, `UPDATE ${which} = ? AND revoked_at IS NULL`, values);
  }

  private async one({ sql, values }: Conditions): Promise<ManagementToken | undefined> {
    const [row] = await rowsOf(this.dataSource, `SELECT ${COLUMNS} FROM management_token WHERE ${sql}`, values);
    return row === undefined ? undefined : tokenOf(row);
  }

  private async declared({ sql, values }: Conditions): Promise<ManagementToken | undefined> {
    const [row] = await rowsOf(this.dataSource, `SELECT ${DECLARED_COLUMNS} FROM account_token WHERE ${sql}`, values);
    return row === undefined ? undefined : declaredTokenOf(row);
  }
}

/** It is the owner's, and does not expire. */
function declaredTokenOf(row: Row): ManagementToken {
  const accountId = text(row, 'account_id');
  return {
    ...{ id: declaredTokenId(accountId), accountId, name: 'declared in the catalog', role: 'OWNER', expiresAt: null },
    ...{ createdAt: count(row, 'created_at'), revokedAt: countOrNull(row, 'revoked_at') },
  };
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
