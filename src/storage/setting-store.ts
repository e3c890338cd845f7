import type { DataSource, EntityManager } from 'typeorm';
import { invariant } from '../kernel/invariant';
import type { SettingStore } from '../keys/account-store';
import { SettingRow } from './rows/setting.row';
import { inTransaction, inTurn } from './sql/in-transaction';

/** Facts about the installation, in the database. */
export class TypeormSettingStore implements SettingStore {
  constructor(private readonly dataSource: DataSource) {}

  get(name: string): Promise<string | undefined> {
    return inTurn(this.dataSource, (manager) => read(manager, name));
  }

  async setOnce(name: string, value: string): Promise<string> {
    await inTransaction(this.dataSource, (manager) =>
      manager.createQueryBuilder().insert().into(SettingRow).values({ name, value }).orIgnore().execute(),
    );
    const kept = await this.get(name);
    invariant(kept !== undefined, `the setting "${name}" was just written`);
    return kept;
  }

  async set(name: string, value: string): Promise<void> {
    await inTransaction(this.dataSource, (manager) => manager.upsert(SettingRow, { name, value }, ['name']));
  }
}

async function read(manager: EntityManager, name: string): Promise<string | undefined> {
  return (await manager.findOneBy(SettingRow, { name }))?.value;
}
