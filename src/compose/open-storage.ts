/** What the gateway keeps, and where. */
import path from 'node:path';
import { SharedHead } from '../alerts/shared-head';
import { openDoorbell } from '../cluster/open-doorbell';
import type { Config } from '../config';
import { replaySpool } from '../gateway/ending/spool-replay';
import type { Alarms } from '../kernel/alarms';
import { systemClock } from '../kernel/clock';
import { newId } from '../kernel/ids';
import type { Log } from '../kernel/log';
import { GroupCommit } from '../ledger/group-commit';
import type { LedgerStore } from '../ledger/ledger-store';
import { ringing } from '../ledger/ringing-ledger';
import type { SettlementSpool } from '../ledger/settlement-spool';
import { SharedHistory } from '../ledger/shared-history';
import type { Doorbell } from '../ledger/spend-tail';
import type { WalletHistory } from '../ledger/wallet-history';
import { establishLedgerId } from '../start/ledger-id';
import { masterKeyBeside } from '../start/master-key';
import { TypeormAccountStore } from '../storage/account-store';
import { SqlAlertLog } from '../storage/alerts/alert-log';
import { SqlAlertRules } from '../storage/alerts/alert-rule-store';
import { TypeormApiKeyStore } from '../storage/api-key-store';
import { AuditThread } from '../storage/audit/audit-thread';
import { Sealer } from '../storage/audit/sealer';
import { SqlAuditLog } from '../storage/audit-log-store';
import { SqlCatalogStore } from '../storage/catalog/catalog-store';
import { openDatabase } from '../storage/data-source';
import { openMysqlLedger } from '../storage/ledger/mysql/mysql-ledger';
import type { OpenLedger } from '../storage/ledger/open-ledger';
import { openSqliteLedger } from '../storage/ledger/sqlite/sqlite-ledger';
import { lockSqliteOwner, type OwnerLock } from '../storage/ledger/sqlite/sqlite-owner-lock';
import { SqlLedgerReader } from '../storage/ledger-reader/ledger-reader';
import { SqlWalletHistory } from '../storage/ledger-reader/wallet-history';
import { OldMade } from '../storage/made-once';
import { obstacleTo } from '../storage/make-folder';
import { SqlTokenStore } from '../storage/management-token-store';
import { moneyStores } from '../storage/money-facts/money-stores';
import { type MasterKeys, resealAll, webhooksOfAnotherKey } from '../storage/reseal';
import { SqlResearchLeases } from '../storage/research/research-leases';
import { SqlResearchStore } from '../storage/research/research-store';
import { SqlRunStore } from '../storage/runs/run-store';
import { TypeormSettingStore } from '../storage/setting-store';
import { SqliteSpool } from '../storage/spool/sqlite-spool';
import { abandonServer, leaveServer } from '../storage/sql/while-answering';
import { SqlAnswerArchive } from '../storage/stored-answer-store';
import { Roller } from '../storage/usage/roller';
import type { GatewayMetrics } from '../telemetry/gateway-metrics';
import { measured } from '../telemetry/measured-ledger';
import { tellingTrouble } from '../telemetry/told-trouble';

/** Where settlements wait that a MySQL server could not take; those of an embedded database wait beside it. */
const DATA_FOLDER = './data';
/** So many are named in one line of the log. */
const NAMED_MAX = 20;
const NO_SPOOL =
  "settlements that the database does not take can only wait in memory, and are lost with this process: let the gateway's user write this folder";
/** What a process leaves with that was declared dead: not 0, so that whoever supervises it starts it again (EX_TEMPFAIL of sysexits.h). */
const FENCED = 75;

interface Watchers {
  readonly log: Log;
  readonly alarms: Alarms;
  readonly metrics: GatewayMetrics;
}

type Database = Awaited<ReturnType<typeof openDatabase>>;
export type Storage = Awaited<ReturnType<typeof openStorage>>;

/** The database with its migrations run, the stores on it, and the ledger on connections of its own. */
export async function openStorage(
  { database, redisUrl, masterKey, masterKeyPrevious, idempotencyRetentionMs: keepMs }: Config,
  { log, alarms, metrics }: Watchers,
) {
  const ownerLock = database.kind === 'sqlite' ? lockSqliteOwner(database.file) : undefined;
  const key = masterKey ?? masterKeyBeside(database.kind === 'sqlite' ? database.file : '.');
  const dataSource = await openDatabase(database, log);
  const settings = new TypeormSettingStore(dataSource);
  const ledgerId = await establishLedgerId(settings);
  const spool = openSpool(database, ledgerId, log);
  const verifier = new AuditThread({ location: database, clock: systemClock, log });
  const ledger = await openLedger(database, ownerLock, { log, alarms, watch: serverWatch(dataSource, verifier, log) }, spool);
  // After the spool was replayed: what waited in it may have answers of then.
  if (masterKeyPrevious === null) await warnOfAnotherKey(dataSource, key, log);
  else await sealAnew(dataSource, { current: key, previous: masterKeyPrevious }, log);
  const doorbell = await openDoorbell({ redisUrl, installation: ledgerId });
  const store = tellingTrouble(ringing(ledger.store, doorbell.bell), log, systemClock);
  const commit = new GroupCommit(measured(store, metrics, systemClock));
  const catalog = new SqlCatalogStore({ dataSource, masterKey: key, clock: systemClock, log });
  const sealer = new Sealer({ seal: (range) => verifier.seal(range), clock: systemClock, log });
  const oldMade = new OldMade({ dataSource, clock: systemClock, log });
  const roller = new Roller({ rollUp: () => verifier.rollUp(), log });
  const archive = keepMs === null ? null : new SqlAnswerArchive({ dataSource, masterKey: key, keepMs, clock: systemClock, log });
  const background = [catalog, ...(archive === null ? [] : [archive]), oldMade, sealer, roller];
  return {
    dataSource,
    ledgerId,
    masterKey: key,
    archive,
    verifier,
    sealer,
    roller,
    catalog,
    ledger,
    commit,
    ...controlStores(dataSource, key),
    settings,
    spool,
    reader: new SqlLedgerReader(dataSource),
    ...moneyStores(dataSource),
    spend: followSpend(new SqlWalletHistory(dataSource), doorbell.bell),
    /** What goes on beside requests: following other processes, sealing, adding up usage. */
    start: () => {
      for (const each of background) each.start();
    },
    close: async () => {
      for (const each of background) each.stop();
      await verifier.close();
      await commit.idle();
      await ledger.close();
      doorbell.close();
      spool.close();
      await dataSource.destroy();
      ownerLock?.release();
    },
  };
}

/** What people and agents set up, and what they did and were told. */
function controlStores(dataSource: Database, masterKey: Buffer) {
  return {
    keys: new TypeormApiKeyStore(dataSource),
    accounts: new TypeormAccountStore(dataSource),
    tokens: new SqlTokenStore(dataSource),
    runs: new SqlRunStore(dataSource),
    research: new SqlResearchStore(dataSource),
    researchLeases: new SqlResearchLeases(dataSource),
    auditLog: new SqlAuditLog(dataSource),
    alertRules: new SqlAlertRules(dataSource, masterKey),
    alertLog: new SharedHead(new SqlAlertLog(dataSource), systemClock),
  };
}

async function sealAnew(dataSource: Database, keys: MasterKeys, log: Log): Promise<void> {
  const resealed = await resealAll(dataSource, keys, log);
  log.info({ resealed }, 'what the previous master key had sealed is sealed with the present one');
}

const ANOTHER_KEY =
  'MASTER_KEY does not open the secrets of webhooks, and nothing is sent to them: start once with the key before as MASTER_KEY_PREVIOUS';

async function warnOfAnotherKey(dataSource: Database, key: Buffer, log: Log): Promise<void> {
  const webhooks = await webhooksOfAnotherKey(dataSource, key);
  if (webhooks.length > 0) log.warn({ webhooks: webhooks.slice(0, NAMED_MAX), of: webhooks.length }, ANOTHER_KEY);
}

/** A file for each ledger, so that processes of several may share a folder. */
function openSpool(database: Config['database'], ledgerId: string, log: Log): SqliteSpool {
  const folder = database.kind === 'sqlite' ? path.dirname(database.file) : DATA_FOLDER;
  const obstacle = obstacleTo(folder);
  if (obstacle !== null) log.warn({ err: obstacle, folder: path.resolve(folder) }, NO_SPOOL);
  return new SqliteSpool({ file: path.join(folder, `spool-${ledgerId}.sqlite`), clock: systemClock, log });
}

/** What the ledger's connections tell all others of the server that they meet. */
function serverWatch(dataSource: Database, verifier: AuditThread, log: Log) {
  return {
    onTakesNoChange: () => leaveServer(dataSource),
    onAnotherServer: () => {
      log.warn({}, 'the database is another server now: whoever waits for the former one is told that it does not answer');
      abandonServer(dataSource);
      void verifier.giveUp();
    },
  };
}

async function openLedger(
  database: Config['database'],
  ownerLock: OwnerLock | undefined,
  { log, alarms, watch }: { readonly log: Log; readonly alarms: Alarms; readonly watch: ReturnType<typeof serverWatch> },
  spool: SettlementSpool,
): Promise<OpenLedger> {
  const beforeSweep = (store: LedgerStore) => replaySpool({ spool, ledger: new GroupCommit(store), log, alarms });
  const options = { owner: newId(), clock: systemClock, log, beforeSweep };
  if (database.kind === 'sqlite')
    return openSqliteLedger({ ...options, file: database.file, ...(ownerLock === undefined ? {} : { ownerLock }) });
  const onFenced = () => {
    alarms.raise('process_fenced', { owner: options.owner });
    process.exitCode = FENCED;
    process.kill(process.pid, 'SIGTERM');
  };
  return openMysqlLedger({ ...options, url: database.url, onFenced, ...watch });
}

function followSpend<Rung extends Doorbell>(history: WalletHistory, doorbell: Rung) {
  return { history: new SharedHistory(history, doorbell, systemClock), doorbell, clock: systemClock };
}
