/** The database as everything but the ledger's writing side sees it. */
import { resolve } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { ControlPlane1700000000001 } from '../../migrations/1700000000001-control-plane';
import { Ledger1700000000002 } from '../../migrations/1700000000002-ledger';
import { LimitsAndAudit1700000000003 } from '../../migrations/1700000000003-limits-and-audit';
import { UsageRollups1700000000004 } from '../../migrations/1700000000004-usage-rollups';
import { AuditLog1700000000005 } from '../../migrations/1700000000005-audit-log';
import { Alerts1700000000006 } from '../../migrations/1700000000006-alerts';
import { Endpoints1700000000007 } from '../../migrations/1700000000007-endpoints';
import { Runs1700000000008 } from '../../migrations/1700000000008-runs';
import { PriceSchedule1700000000011 } from '../../migrations/1700000000011-price-schedule';
import { ManagementTokens1700000000012 } from '../../migrations/1700000000012-management-tokens';
import { ChannelHealth1700000000013 } from '../../migrations/1700000000013-channel-health';
import { KeyPolicies1700000000014 } from '../../migrations/1700000000014-key-policies';
import { Research1700000000020 } from '../../migrations/1700000000020-research';
import { MadeOnce1700000000021 } from '../../migrations/1700000000021-made-once';
import { ExternalKeys1700000000022 } from '../../migrations/1700000000022-external-keys';
import { MadeOnceAge1700000000023 } from '../../migrations/1700000000023-made-once-age';
import { AttemptProtocol1700000000024 } from '../../migrations/1700000000024-attempt-protocol';
import { SealedFacts1700000000026 } from '../../migrations/1700000000026-sealed-facts';
import { FormerWebhookSecret1700000000027 } from '../../migrations/1700000000027-former-webhook-secret';
import { LongPrompts1700000000028 } from '../../migrations/1700000000028-long-prompts';
import { AlertsOfModels1700000000029 } from '../../migrations/1700000000029-alerts-of-models';
import { SuspendedAccounts1700000000030 } from '../../migrations/1700000000030-suspended-accounts';
import { RevokedDeclaredTokens1700000000031 } from '../../migrations/1700000000031-revoked-declared-tokens';
import { AccountRates1700000000032 } from '../../migrations/1700000000032-account-rates';
import { SumsOfCharges1700000000033 } from '../../migrations/1700000000033-sums-of-charges';

import { invariant } from '../kernel/invariant';
import type { Log } from '../kernel/log';
import { databaseUrlFault } from './database-url-fault';
import { ExactSqlite } from './exact-sqlite';
import { databaseNameOf, ensureMysqlDatabase } from './mysql-database';
import { refuseNewerDatabase } from './newer-database';
import { oneProcessAtATime } from './one-process-at-a-time';
import { runResumably } from './resumable-migrations';
import { ALL_ROWS } from './rows/all-rows';
import { SnakeCase } from './snake-case';
import { SettledMysql } from './sql/mysql-session';
import { unusableFile } from './unusable-file';

/** Where the data is. */
export type DatabaseLocation = { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'mysql'; readonly url: string };

const SYNCHRONOUS_FULL = 2;
const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 3_000;
const NOBODY: Pick<Log, 'warn'> = { warn: () => undefined };

/**
 * A data source that is not opened yet.
 * @throws ConfigurationError for a database in memory: the ledger has a connection of its own, in another thread
 */
export function createDataSource(location: DatabaseLocation, poolSize = POOL_SIZE): DataSource {
  return new DataSource({
    ...(location.kind === 'sqlite' ? sqliteOptions(location.file) : mysqlOptions(location.url, poolSize)),
    ...COMMON,
  });
}

/** One that only reads, and changes nothing of an embedded database: not its mode, and not what waits beside it after a crash. */
export function createReadingDataSource(location: DatabaseLocation): DataSource {
  const options = location.kind === 'sqlite' ? readingOptions(location.file) : mysqlOptions(location.url, 1);
  return new DataSource({ ...options, ...COMMON });
}

/**
 * Opens the database with every migration run. On SQLite the folder is made where it is missing, and every commit is on
 * the disk before it is answered; on MySQL the database is created where the user may, and `log` hears what a migration waits for.
 * @throws ConfigurationError when the location names nothing that can be opened
 */
export async function openDatabase(location: DatabaseLocation, log: Pick<Log, 'warn'> = NOBODY): Promise<DataSource> {
  const dataSource = createDataSource(location);
  if (location.kind === 'mysql') await ensureMysqlDatabase(location.url);
  await dataSource.initialize().catch((cause: unknown) => {
    throw location.kind === 'sqlite' ? unusableFile(location.file, cause) : cause;
  });
  try {
    // MySQL ends a transaction with every change of a table: processes that start at once take turns.
    await oneProcessAtATime(dataSource, { work: 'migrations', log }, async () => {
      await refuseNewerDatabase(dataSource);
      await runResumably(dataSource, log);
    });
    if (location.kind === 'sqlite') await assertDurable(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

const COMMON = {
  entities: ALL_ROWS,
  migrations: [
    ControlPlane1700000000001,
    Ledger1700000000002,
    LimitsAndAudit1700000000003,
    UsageRollups1700000000004,
    AuditLog1700000000005,
    Alerts1700000000006,
    Endpoints1700000000007,
    Runs1700000000008,
    PriceSchedule1700000000011,
    ManagementTokens1700000000012,
    ChannelHealth1700000000013,
    KeyPolicies1700000000014,
    Research1700000000020,
    MadeOnce1700000000021,
    ExternalKeys1700000000022,
    MadeOnceAge1700000000023,
    AttemptProtocol1700000000024,
    SealedFacts1700000000026,
    FormerWebhookSecret1700000000027,
    LongPrompts1700000000028,
    AlertsOfModels1700000000029,
    SuspendedAccounts1700000000030,
    RevokedDeclaredTokens1700000000031,
    AccountRates1700000000032,
    SumsOfCharges1700000000033,
  ],
  migrationsTransactionMode: 'each' as const,
  namingStrategy: new SnakeCase(),
  synchronize: false,
};

function sqliteOptions(file: string): DataSourceOptions {
  if (file === '' || file.startsWith(':memory:')) {
    const problem =
      'must name a file, such as sqlite:./data/tokens-forge.sqlite: a database in memory has one connection, and the ledger needs its own';
    throw databaseUrlFault(problem);
  }
  return {
    type: 'better-sqlite3',
    database: resolve(file),
    driver: ExactSqlite,
    // Both on every open: a file that is in WAL mode already is opened with NORMAL, which loses commits with the power.
    prepareDatabase: (db: ExactSqlite) => {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
    },
  };
}

function readingOptions(file: string): DataSourceOptions {
  return { type: 'better-sqlite3', database: resolve(file), driver: ExactSqlite, readonly: true };
}

function mysqlOptions(url: string, poolSize: number): DataSourceOptions {
  return {
    // Also for MariaDB: the two types differ in how a schema is compared, which is never done here.
    type: 'mysql',
    driver: SettledMysql,
    database: databaseNameOf(url),
    charset: 'utf8mb4',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    poolSize,
    // The driver itself reads the URL, so that it means the same here as on the ledger's connections.
    extra: { uri: url },
  };
}

async function assertDurable(dataSource: DataSource): Promise<void> {
  const [row]: { synchronous?: unknown }[] = await dataSource.query('PRAGMA synchronous');
  invariant(row?.synchronous === SYNCHRONOUS_FULL, 'the database keeps synchronous=FULL, so that no commit is lost with the power');
}
