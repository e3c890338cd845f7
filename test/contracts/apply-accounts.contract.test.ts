/** A start that creates the accounts of its catalog, with the real stores and the real ledger of each database. */
import type { DataSource } from 'typeorm';
import { demoCatalog } from '../../src/catalog-file/demo-catalog';
import { systemClock } from '../../src/kernel/clock';
import { hashSecret } from '../../src/kernel/secret';
import { GroupCommit } from '../../src/ledger/group-commit';
import { TypeormAccountStore } from '../../src/storage/account-store';
import { TypeormApiKeyStore } from '../../src/storage/api-key-store';
import { applyAccounts, checkAccounts } from '../../src/storage/catalog/apply-accounts';
import { openDatabase } from '../../src/storage/data-source';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { openLedger } from '../support/open-ledger';

const KINDS: readonly DatabaseKind[] = ['sqlite', 'mysql'];

describe.each(KINDS)('accounts of the catalog on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let dataSource: DataSource;
  let ledger: OpenLedger;

  const promise = whereServed(() => served);

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    const { file, url } = database;
    dataSource = await openDatabase(kind === 'sqlite' ? { kind, file } : { kind, url });
    ledger = await openLedger(database);
  });

  afterAll(async () => {
    await ledger?.close();
    await dataSource?.destroy();
    await database?.drop();
  });

  promise('are made once, however often and with whatever secret the gateway starts', async () => {
    const commit = new GroupCommit(ledger.store);
    const keys = new TypeormApiKeyStore(dataSource);
    const ports = {
      accounts: new TypeormAccountStore(dataSource),
      keys,
      moveMoney: commit.end.bind(commit),
      clock: systemClock,
    };
    const start = async (keySecret: string) => {
      const { accounts } = demoCatalog({ flakyUrl: 'http://flaky.invalid', steadyUrl: 'http://steady.invalid', keySecret });
      await checkAccounts(ports, accounts);
      return applyAccounts(ports, accounts);
    };

    expect(await start('sk-tf-first')).toEqual({ accounts: ['demo'], keys: ['demo-key'] });
    expect(await start('sk-tf-second')).toEqual({ accounts: [], keys: [] });

    expect((await keys.findBySecretHash(hashSecret('sk-tf-first')))?.key).toMatchObject({
      id: 'demo-key',
      accountId: 'demo',
      status: 'ACTIVE',
    });
    expect(await keys.findBySecretHash(hashSecret('sk-tf-second'))).toBeUndefined();
    expect(await database.query('SELECT id, posted, held FROM wallet ORDER BY id')).toEqual([
      { id: 'demo:CREDIT', posted: 10_000_000_000n, held: 0n },
      { id: 'demo:RMB', posted: 100_000_000_000n, held: 0n },
    ]);
    expect(await database.query('SELECT external_key FROM transfer ORDER BY external_key')).toEqual([
      { external_key: 'catalog:demo:CREDIT' },
      { external_key: 'catalog:demo:RMB' },
    ]);
  });
});
