import type { DataSource, EntityManager, SelectQueryBuilder } from 'typeorm';
import { type Clock, systemClock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import { inPortions } from '../kernel/lists';
import { shown } from '../kernel/shown';
import type { ApiKey, StoredKeyStatus } from '../keys/api-key';
import type { ApiKeyStore, FoundKey, KnownKey, NewApiKey, Rotation } from '../keys/api-key-store';
import { answerWithin } from './answer-within';
import { type ApiKeyRead, apiKeyOfRow, keySecretOfRow, rowOfApiKey } from './api-key-mapping';
import { noteMade, StoreOfMade } from './made-once';
import { projectOfRow } from './project-mapping';
import { AccountRow } from './rows/account.row';
import { ApiKeyRow } from './rows/api-key.row';
import { KeySecretRow } from './rows/key-secret.row';
import { ProjectRow } from './rows/project.row';
import { inTransaction, inTurn } from './sql/in-transaction';
import { Conditions, rowsOf } from './sql/query';
import { text } from './sql/stored-values';
import { canBeStoredId } from './sql/stored-words';

/** Every model call begins with this question, and its client waits. */
const FIND_MS = 2_000;
const LISTED_AT_ONCE = 100;

/** Keys in the database. A revoked key is never changed again, whoever else changes it at the same time. */
export class TypeormApiKeyStore extends StoreOfMade implements ApiKeyStore {
  constructor(
    dataSource: DataSource,
    private readonly clock: Clock = systemClock,
  ) {
    super(dataSource);
  }

  async findBySecretHash(hash: string): Promise<FoundKey | undefined> {
    const reading = inTurn(this.dataSource, (manager) =>
      manager
        .createQueryBuilder(KeySecretRow, 'secret')
        .innerJoinAndMapOne('secret.key', ApiKeyRow, 'api_key', 'api_key.id = secret.keyId')
        .leftJoinAndMapOne(...WITH_ACCOUNT)
        .leftJoinAndMapOne('secret.project', ProjectRow, 'project', 'project.id = api_key.projectId')
        .where('secret.hash = :hash', { hash })
        .getOne(),
    );
    const row = await answerWithin(FIND_MS, reading);
    if (row === null) return undefined;
    const { key, project } = row as KeySecretRow & { readonly key: ApiKeyRead; readonly project: ProjectRow | null };
    return { key: apiKeyOfRow(key), secret: keySecretOfRow(row), projectLimits: project === null ? [] : projectOfRow(project).spendLimits };
  }

  async findById(id: string): Promise<KnownKey | undefined> {
    const key = (await this.find([id])).get(id);
    if (key?.projectId == null) return key === undefined ? undefined : { key, projectLimits: [] };
    const project = await inTurn(this.dataSource, (manager) => manager.findOneBy(ProjectRow, { id: key.projectId ?? '' }));
    return { key, projectLimits: project === null ? [] : projectOfRow(project).spendLimits };
  }

  async find(ids: readonly string[]): Promise<ReadonlyMap<string, ApiKey>> {
    const possible = ids.filter(canBeStoredId);
    if (possible.length === 0) return new Map();
    const rows = await inTurn(this.dataSource, (manager) =>
      keysWith(manager).where('api_key.id IN (:...possible)', { possible }).getMany(),
    );
    return new Map(rows.map((row) => [row.id, apiKeyOfRow(row as ApiKeyRead)]));
  }

  /** By ids first, and then some at a time: to make objects of all keys of an installation takes seconds, in which nobody else is served. */
  async list(accountId: string | null): Promise<ApiKey[]> {
    const asked = new Conditions().is('account_id', accountId ?? undefined);
    const sql = `SELECT id FROM api_key WHERE ${asked.sql} ORDER BY created_at DESC, id DESC`;
    const ids = (await rowsOf(this.dataSource, sql, asked.values)).map((row) => text(row, 'id'));
    const keys: ApiKey[] = [];
    for (const some of inPortions(ids, LISTED_AT_ONCE)) {
      const found = await this.find(some);
      keys.push(...some.flatMap((id) => found.get(id) ?? []));
    }
    return keys;
  }

  async add({ key, secret, once = null }: NewApiKey): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      await noteMade(manager, once, key.id, key.createdAt);
      await manager.insert(ApiKeyRow, rowOfApiKey(key));
      await manager.insert(KeySecretRow, { ...secret, createdAt: key.createdAt });
    });
  }

  async setStatus(id: string, status: StoredKeyStatus): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const { status: before } = await lockedKey(manager, id);
      if (before === status) return;
      refuseRevoked(before);
      await manager.update(ApiKeyRow, { id }, { status });
    });
  }

  async change(id: string, change: (key: ApiKey) => ApiKey): Promise<ApiKey> {
    return inTransaction(this.dataSource, async (manager) => {
      const row = await lockedKey(manager, id);
      refuseRevoked(row.status);
      const changed = rowOfApiKey(change(apiKeyOfRow(row)));
      await manager.update(ApiKeyRow, { id }, changed);
      return apiKeyOfRow({ ...changed, account: row.account });
    });
  }

  async rotate({ secret, prefix, oldValidUntil, once = null }: Rotation): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const { status } = await lockedKey(manager, secret.keyId);
      refuseRevoked(status);
      await noteMade(manager, once, secret.keyId, this.clock.now());
      await manager
        .createQueryBuilder()
        .update(KeySecretRow)
        .set({ validUntil: oldValidUntil })
        // One that ends earlier already is not prolonged.
        .where('key_id = :keyId AND (valid_until IS NULL OR valid_until > :oldValidUntil)', { keyId: secret.keyId, oldValidUntil })
        .execute();
      await manager.insert(KeySecretRow, { ...secret, createdAt: this.clock.now() });
      await manager.update(ApiKeyRow, { id: secret.keyId }, { prefix });
    });
  }
}

/** Whether a key may call is a matter of its account as well. */
const WITH_ACCOUNT = ['api_key.account', AccountRow, 'account', 'account.id = api_key.accountId'] as const;

function keysWith(manager: EntityManager): SelectQueryBuilder<ApiKeyRow> {
  return manager.createQueryBuilder(ApiKeyRow, 'api_key').leftJoinAndMapOne(...WITH_ACCOUNT);
}

async function lockedKey(manager: EntityManager, id: string): Promise<ApiKeyRead> {
  const query = keysWith(manager).where('api_key.id = :id', { id });
  // On SQLite a transaction has the right to write from its start, so that nobody else changes anything meanwhile.
  const locking = manager.connection.options.type === 'better-sqlite3' ? query : query.setLock('pessimistic_write');
  const row = canBeStoredId(id) ? await locking.getOne() : null;
  if (row === null) throw new Fault('not_found', `There is no API key "${shown(id)}".`, { param: 'id' });
  return row as ApiKeyRead;
}

function refuseRevoked(status: string): void {
  if (status === 'REVOKED') throw new Fault('key_revoked', 'A revoked API key stays revoked.', { param: 'id' });
}
