import { type DataSource, type EntityManager, In, Not } from 'typeorm';
import { systemClock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import { shown } from '../kernel/shown';
import { BUCKETS, currencyOf } from '../kernel/words';
import type { Account, AccountStore, BesideOthers, NewAccount, Project, ProjectChanges } from '../keys/account-store';
import type { RateLimits } from '../keys/api-key';
import { walletId } from '../ledger/wallet';
import { accountOfRow, ratesOf, rowOfNewAccount } from './account-mapping';
import { projectOfRow, rowOfProject, textOfSpendLimits } from './project-mapping';
import { AccountRow } from './rows/account.row';
import { AccountTokenRow } from './rows/account-token.row';
import { ProjectRow } from './rows/project.row';
import { WalletRow } from './rows/wallet.row';
import { inTransaction, inTurn } from './sql/in-transaction';
import { keptFromOthers } from './sql/query';
import { canBeStoredId } from './sql/stored-words';

/** Accounts in the database. */
export class TypeormAccountStore implements AccountStore {
  constructor(private readonly dataSource: DataSource) {}

  async find(id: string): Promise<Account | undefined> {
    if (!canBeStoredId(id)) return undefined;
    const row = await this.read((manager) => manager.findOneBy(AccountRow, { id }));
    return row === null ? undefined : accountOfRow(row);
  }

  async list(): Promise<readonly Account[]> {
    const rows = await this.read((manager) => manager.find(AccountRow, { order: { id: 'ASC' } }));
    return rows.map(accountOfRow);
  }

  async add(account: NewAccount, tokenHashes: readonly string[], projects: readonly Project[]): Promise<void> {
    const { id: accountId, createdAt } = account;
    await inTransaction(this.dataSource, async (manager) => {
      await manager.insert(AccountRow, rowOfNewAccount(account));
      await manager.insert(
        AccountTokenRow,
        tokenHashes.map((hash) => ({ hash, accountId, createdAt, revokedAt: null })),
      );
      await manager.insert(
        ProjectRow,
        projects.map((project) => rowOfProject(project, createdAt)),
      );
      await manager.insert(WalletRow, emptyWallets(accountId));
    });
  }

  async findByTokenHash(hash: string): Promise<Account | undefined> {
    const row = await this.read((manager) =>
      manager
        .createQueryBuilder(AccountRow, 'account')
        .innerJoin(AccountTokenRow, 'token', 'token.accountId = account.id')
        .where('token.hash = :hash', { hash })
        .getOne(),
    );
    return row === null ? undefined : accountOfRow(row);
  }

  suspend(id: string, at: number | null): Promise<void> {
    return this.change(id, ({ suspendedAt }) => ({ suspendedAt: at === null ? null : (suspendedAt ?? at) }));
  }

  rename(id: string, name: string): Promise<void> {
    return this.change(id, () => ({ name }));
  }

  setRates(id: string, rates: RateLimits): Promise<void> {
    return this.change(id, () => ratesOf(rates));
  }

  async addProject(project: Project, fits?: BesideOthers): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      await compared(manager, project, fits);
      await manager.insert(ProjectRow, rowOfProject(project, systemClock.now()));
    });
  }

  async changeProject(id: string, { name, spendLimits }: ProjectChanges, fits?: BesideOthers): Promise<void> {
    const set = { ...(name !== undefined && { name }), ...(spendLimits !== undefined && { spendLimits: textOfSpendLimits(spendLimits) }) };
    // Read beforehand: a read inside would fix what the transaction sees before it has the account for itself.
    const project = (await this.projectsById([id])).get(id);
    if (project === undefined) throw new Fault('not_found', `There is no project "${shown(id)}".`, { param: 'projectId' });
    await inTransaction(this.dataSource, async (manager) => {
      await compared(manager, project, fits);
      await manager.update(ProjectRow, { id }, set);
    });
  }

  async projects(accountId: string | null): Promise<readonly Project[]> {
    const where = accountId === null ? {} : { accountId };
    const rows = await this.read((manager) => manager.find(ProjectRow, { where, order: { accountId: 'ASC', id: 'ASC' } }));
    return rows.map(projectOfRow);
  }

  async projectsById(ids: readonly string[]): Promise<ReadonlyMap<string, Project>> {
    const possible = ids.filter(canBeStoredId);
    if (possible.length === 0) return new Map();
    const rows = await this.read((manager) => manager.findBy(ProjectRow, { id: In(possible) }));
    return new Map(rows.map((row) => [row.id, projectOfRow(row)]));
  }

  private async change(id: string, change: (account: AccountRow) => Partial<AccountRow>): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const account = canBeStoredId(id) ? await manager.findOneBy(AccountRow, { id }) : null;
      if (account === null) throw new Fault('not_found', `There is no account "${shown(id)}".`, { param: 'id' });
      await manager.update(AccountRow, { id }, change(account));
    });
  }

  private read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return inTurn(this.dataSource, work);
  }
}

/** First in its transaction. The row of the account is kept from others from here on, and each that compares comes past it. */
async function compared(manager: EntityManager, project: Pick<Project, 'id' | 'accountId'>, fits?: BesideOthers): Promise<void> {
  if (fits === undefined) return;
  const { id, accountId } = project;
  await manager.query(`SELECT id FROM account WHERE id = ?${keptFromOthers(manager)}`, [accountId]);
  const others = await manager.findBy(ProjectRow, { accountId, id: Not(id) });
  fits(others.map(projectOfRow));
}

function emptyWallets(accountId: string): WalletRow[] {
  return BUCKETS.map((bucket) => ({
    id: walletId(accountId, bucket),
    accountId,
    bucket,
    currency: currencyOf(bucket),
    posted: 0n,
    held: 0n,
    seq: 0n,
    changedAtUs: 0n,
  }));
}
