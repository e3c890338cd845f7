/** What happens to the holds of a gateway that died: on SQLite at the next start, on MySQL by any process that lives. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import type { LedgerItem, LedgerStore, PlaceHold } from '../../src/ledger/ledger-store';
import { MysqlConnections } from '../../src/storage/ledger/mysql/mysql-connections';
import { DoubtfulBatches } from '../../src/storage/ledger/mysql/mysql-doubt';
import { openMysqlLedger } from '../../src/storage/ledger/mysql/mysql-ledger';
import { declareDead, orphanedHolds } from '../../src/storage/ledger/mysql/mysql-process';
import { MysqlRecovery, RECOVERY_TIMINGS, type RecoveryPorts } from '../../src/storage/ledger/mysql/mysql-recovery';
import { MysqlLedgerStore } from '../../src/storage/ledger/mysql/mysql-store';
import { OwnHolds } from '../../src/storage/ledger/mysql/own-holds';
import { openLedgerFile } from '../../src/storage/ledger/sqlite/sqlite-database';
import { lockSqliteOwner } from '../../src/storage/ledger/sqlite/sqlite-owner-lock';
import { auditLedger } from '../support/audit';
import { freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { addWallets, end, move, place, requestFacts } from '../support/ledger-items';
import { openLedger, silentLog } from '../support/open-ledger';

const ROOT = join(__dirname, '..', '..');

async function expectReleased(database: TestDatabase, hold: PlaceHold): Promise<void> {
  const [row] = await database.query(`SELECT state FROM hold WHERE id = '${hold.holdId}'`);
  expect(row).toEqual({ state: 'RELEASED' });
  const [receipt] = await database.query(`SELECT * FROM receipt WHERE id = '${hold.request.requestId}'`);
  expect(receipt).toMatchObject({ status: 'ABANDONED', stop_reason: 'GATEWAY_CRASH', charge: 0n, error_code: 'gateway_crashed' });
  expect(receipt).toMatchObject({ hold_id: hold.holdId, hold_amount: hold.amount, usage_source: 'NONE', transfer_id: null });
  expect(receipt).toMatchObject({ account_id: hold.request.accountId, api_key_id: hold.request.apiKeyId, route_id: hold.route.routeId });
  expect(receipt).toMatchObject({ requested_model: hold.request.requestedModel, created_at: BigInt(hold.request.createdAt), stream: 1n });
  expect(String(receipt?.['no_charge_reason'])).toMatch(/nothing was charged/);
}

const streamed = (account: string, amount: bigint): PlaceHold => ({
  ...place(account, amount),
  request: requestFacts(account, { stream: true }),
});

describe('recovery on sqlite', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await freshDatabase('sqlite');
    await addWallets(database, 'acme');
  });

  afterEach(async () => {
    expect(await auditLedger(database)).toEqual([]);
    await database.drop();
  });

  it('releases every hold that a stopped gateway left open, before the ledger takes the next', async () => {
    const before = await openLedger(database);
    const holds = Array.from({ length: 600 }, () => streamed('acme', 3n));
    await before.store.write({ id: newId(), items: [move('acme', 2_000n), ...holds] });
    await before.close();
    const after = await openLedger(database);
    expect(await database.query("SELECT posted, held FROM wallet WHERE id = 'acme:RMB'")).toEqual([{ posted: 2_000n, held: 0n }]);
    for (const hold of [holds[0]!, holds[599]!]) await expectReleased(database, hold);
    await after.close();
    await (await openLedger(database)).close();
    expect(await database.query('SELECT COUNT(*) AS receipts FROM receipt')).toEqual([{ receipts: 600n }]);
  });

  it('deletes the checkpoints of holds that have ended, however many there are', async () => {
    const ledger = await openLedger(database);
    await ledger.store.write({ id: newId(), items: [move('acme', 10n)] });
    await addEndedWithCheckpoints(database, ledger.store);
    await ledger.close();
    await (await openLedger(database)).close();
    expect(await database.query('SELECT hold_id FROM hold_progress')).toEqual([]);
  });

  it('opens with synchronous=FULL, also a file that was in WAL mode before', () => {
    openLedgerFile(database.file).close();
    const again = openLedgerFile(database.file);
    expect(again.pragma('synchronous', { simple: true })).toBe(2n);
    expect(again.pragma('journal_mode', { simple: true })).toBe('wal');
    again.close();
  });

  it('refuses a second owner of the database, and says so', async () => {
    const ledger = await openLedger(database);
    await expect(openLedger(database)).rejects.toThrow(`The database ${database.file} is in use by another process.`);
    await ledger.close();
    await (await openLedger(database)).close();
  });

  it('frees the database when its owner is killed', async () => {
    const owner = await ownerProcess(database.file);
    const ended = once(owner, 'exit');
    try {
      expect(() => lockSqliteOwner(database.file)).toThrow(/in use by another process/);
    } finally {
      owner.kill('SIGKILL');
      await ended;
    }
    lockSqliteOwner(database.file).release();
  });

  it('has one owner by all names of the file', async () => {
    const link = `${database.file}.link`;
    symlinkSync(database.file, link);
    const lock = lockSqliteOwner(link);
    expect(() => lockSqliteOwner(database.file)).toThrow(/in use by another process/);
    lock.release();
    unlinkSync(link);
  });

  it('has no owner while it has a second name, whose log would be another one', () => {
    const second = `${database.file}.second`;
    linkSync(database.file, second);
    for (const name of [database.file, second]) expect(() => lockSqliteOwner(name)).toThrow(/has 2 names \(hard links\)/);
    unlinkSync(second);
    lockSqliteOwner(database.file).release();
  });

  it('leaves the lock to the caller who made it', async () => {
    const lock = lockSqliteOwner(database.file);
    const ledger = await openLedger(database, { ownerLock: lock });
    await ledger.close();
    await expect(openLedger(database)).rejects.toThrow(/in use/);
    lock.release();
  });

  it('refuses work with a plain fault once it is closed', async () => {
    const ledger = await openLedger(database);
    await ledger.close();
    await expect(ledger.store.write({ id: newId(), items: [place('acme', 0n)] })).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    });
    expect(await ledger.healthy()).toBe(false);
  });
});

/** More than are deleted at once, twice over. */
const MANY = 2_500;

async function addEndedWithCheckpoints(database: TestDatabase, store: Pick<LedgerStore, 'write'>): Promise<void> {
  const holds = Array.from({ length: MANY }, () => streamed('acme', 0n));
  await store.write({ id: newId(), items: holds });
  await store.write({ id: newId(), items: holds.map((hold) => end(hold, 0n)) });
  const rows = holds.map(({ holdId }) => `('${holdId}', '{}', 1)`);
  await database.query(`INSERT INTO hold_progress (hold_id, progress, noted_at) VALUES ${rows.join(', ')}`);
}

async function ownerProcess(file: string): Promise<ChildProcess> {
  const script = `require('./src/storage/ledger/sqlite/sqlite-owner-lock').lockSqliteOwner(${JSON.stringify(file)});
    console.log('locked'); setInterval(() => undefined, 1000);`;
  const owner = spawn(process.execPath, ['-r', './scripts/register.cjs', '-e', script], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(owner.stdout!, 'data');
  return owner;
}

describe('recovery on mysql', () => {
  let served = false;
  let database: TestDatabase;
  let connections: MysqlConnections;
  let elapsed = 0;
  /** How far the wall clock is ahead. */
  let wall = 0;
  const clock: Clock = { now: () => Date.now() + wall, monotonic: () => elapsed, sleep: async () => undefined };

  beforeAll(async () => {
    served = await isServed('mysql');
  });

  beforeEach(async () => {
    if (!served) return;
    database = await freshDatabase('mysql');
    connections = new MysqlConnections(database.url, 4);
    await addWallets(database, 'acme');
    await storeOf('the bank').write({ id: newId(), items: [move('acme', 100_000n)] });
  });

  afterEach(async () => {
    if (!served) return;
    expect(await auditLedger(database)).toEqual([]);
    await connections.close();
    await database.drop();
  });

  const promise = whereServed(() => served);

  const storeOf = (owner: string) => new MysqlLedgerStore({ connections, owner, clock, doubtful: new DoubtfulBatches(silentLog) });

  function recoveryOf(owner: string, onFenced: () => void = () => undefined, over: Partial<RecoveryPorts> = {}): MysqlRecovery {
    const timings = { ...RECOVERY_TIMINGS, beatEveryMs: 3_600_000 };
    const doubtful = new DoubtfulBatches(silentLog);
    const shared = { beating: connections, sweeping: connections, log: silentLog };
    return new MysqlRecovery({ ...shared, store: storeOf(owner), doubtful, owner, clock, onFenced, timings, ...over });
  }

  /** A process whose last heartbeat is `silentMs` old, with `holds` open holds. */
  async function processWith(state: string, silentMs: number, holds: number): Promise<{ owner: string; holds: PlaceHold[] }> {
    const owner = newId();
    await database.query(
      `INSERT INTO gateway_process (id, state, started_at, heartbeat_at)
       VALUES ('${owner}', '${state}', 0, UNIX_TIMESTAMP(NOW(3)) * 1000 - ${silentMs})`,
    );
    const placed = Array.from({ length: holds }, () => streamed('acme', 7n));
    await storeOf(owner).write({ id: newId(), items: placed });
    return { owner, holds: placed };
  }

  async function rounds(recovery: MysqlRecovery, count: number, stepMs = 1_000): Promise<void> {
    for (let round = 0; round < count; round += 1) {
      await recovery.round();
      await recovery.settled();
      elapsed += stepMs;
    }
  }

  const stateOf = async (owner: string) => (await database.query(`SELECT state FROM gateway_process WHERE id = '${owner}'`))[0]?.['state'];
  const openHolds = async () => (await database.query("SELECT COUNT(*) AS open FROM hold WHERE state = 'OPEN'"))[0]?.['open'];

  promise('releases the holds of a process that is silent and stays so', async () => {
    const dead = await processWith('LIVE', 7_000, 300);
    const recovery = recoveryOf(newId());
    await recovery.start();
    await rounds(recovery, 4);
    expect(await stateOf(dead.owner)).toBe('LIVE');
    expect(await openHolds()).toBe(300n);
    await rounds(recovery, 2);
    expect(await stateOf(dead.owner)).toBe('DEAD');
    expect(await openHolds()).toBe(0n);
    for (const hold of [dead.holds[0]!, dead.holds[299]!]) await expectReleased(database, hold);
    await recovery.stop();
  });

  promise('says once a minute that it cannot beat, however often it tries', async () => {
    const lines: string[] = [];
    const log = { ...silentLog, warn: (_facts: object, message: string) => void lines.push(message) };
    const beating = new MysqlConnections('mysql://root@127.0.0.1:9/nobody', 1);
    const recovery = recoveryOf(newId(), undefined, { beating, log });
    await rounds(recovery, 59);
    expect(lines).toEqual(['the heartbeat could not be written']);
    await rounds(recovery, 2);
    expect(lines).toHaveLength(2);
  });

  promise('never touches the holds of a process that beats, however late', async () => {
    const late = await processWith('LIVE', 7_000, 3);
    const recovery = recoveryOf(newId());
    await recovery.start();
    await rounds(recovery, 4);
    await database.query(`UPDATE gateway_process SET heartbeat_at = heartbeat_at + 1 WHERE id = '${late.owner}'`);
    await rounds(recovery, 4);
    expect(await stateOf(late.owner)).toBe('LIVE');
    expect(await openHolds()).toBe(3n);
    await recovery.stop();
  });

  promise(
    'releases the holds of a process that is silent since before the clock of the database was put back, and of none that beats',
    async () => {
      const [dead, living] = [await processWith('LIVE', -1_200_000, 3), await processWith('LIVE', -1_200_000, 3)];
      const recovery = recoveryOf(newId());
      await recovery.start();
      await rounds(recovery, 10);
      expect([await stateOf(dead.owner), await stateOf(living.owner)]).toEqual(['LIVE', 'LIVE']);
      await database.query(`UPDATE gateway_process SET heartbeat_at = UNIX_TIMESTAMP(NOW(3)) * 1000 WHERE id = '${living.owner}'`);
      await rounds(recovery, 2);
      expect([await stateOf(dead.owner), await stateOf(living.owner)]).toEqual(['DEAD', 'LIVE']);
      expect(await openHolds()).toBe(3n);
      await recovery.stop();
    },
  );

  promise('declares no process dead that has beaten since it was looked at', async () => {
    const { owner } = await processWith('LIVE', 7_000, 0);
    expect(await connections.use((exchange) => declareDead(exchange, { id: owner, heartbeatAt: '1' }))).toBe(false);
    expect(await stateOf(owner)).toBe('LIVE');
  });

  promise('takes a heartbeat for as old as its beginning, however late its answer comes', async () => {
    const late: Pick<MysqlConnections, 'use'> = {
      use: async (work) => {
        const answer = await connections.use(work);
        elapsed += 7_000;
        return answer;
      },
    };
    const recovery = recoveryOf(newId(), undefined, { beating: Object.assign(Object.create(connections), late) });
    await recovery.start();
    expect(await recovery.isLiving()).toBe(true);
    expect(recovery.isSilent).toBe(true);
    await recovery.stop();
  });

  promise('looks past holds that cannot be ended', async () => {
    const { holds } = await processWith('DEAD', 0, 3);
    const stuck = holds.slice(0, 2).map(({ holdId }) => holdId);
    const found = await connections.use((exchange) => orphanedHolds(exchange, 10, stuck));
    expect(found.map(([id]) => id)).toEqual([holds[2]?.holdId]);
    const recovery = recoveryOf(newId());
    await recovery.start();
    await rounds(recovery, 1);
    await recovery.stop();
  });

  promise('ends batches in doubt, and what a dead process left on the disk, before it ends holds', async () => {
    await processWith('DEAD', 0, 1);
    const said: string[] = [];
    const note = (what: string) => async () => {
      said.push(`${what} with ${await openHolds()} open`);
    };
    const doubtful = Object.assign(new DoubtfulBatches(silentLog), { settle: note('doubt') });
    let isThere = false;
    const beforeSweep = async () => {
      await note('disk')();
      if (!isThere) throw new Error('the disk cannot be read');
    };
    const recovery = recoveryOf(newId(), undefined, { doubtful, beforeSweep });
    await recovery.start();
    await rounds(recovery, 1);
    expect(await openHolds()).toBe(1n);
    isThere = true;
    await rounds(recovery, 1);
    expect(await openHolds()).toBe(0n);
    expect(said).toEqual(Array.from({ length: 2 }, () => ['doubt with 1 open', 'disk with 1 open']).flat());
    await recovery.stop();
  });

  promise('never judges others while it cannot beat itself', async () => {
    const silent = await processWith('LIVE', 7_000, 3);
    const recovery = recoveryOf(newId());
    await recovery.start();
    await rounds(recovery, 3);
    await database.query('RENAME TABLE gateway_process TO elsewhere');
    await rounds(recovery, 3);
    await database.query('RENAME TABLE elsewhere TO gateway_process');
    await rounds(recovery, 4);
    expect(await stateOf(silent.owner)).toBe('LIVE');
    await rounds(recovery, 1);
    expect(await stateOf(silent.owner)).toBe('DEAD');
    await recovery.stop();
  });

  promise('releases once when several processes sweep at the same moment', async () => {
    const dead = await processWith('DEAD', 60_000, 600);
    const sweepers = Array.from({ length: 3 }, () => recoveryOf(newId()));
    await Promise.all(sweepers.map((sweeper) => sweeper.start()));
    await Promise.all(sweepers.map((sweeper) => rounds(sweeper, 1)));
    expect(await openHolds()).toBe(0n);
    expect(await database.query('SELECT COUNT(*) AS receipts FROM receipt')).toEqual([{ receipts: 600n }]);
    await expectReleased(database, dead.holds[17]!);
    await Promise.all(sweepers.map((sweeper) => sweeper.stop()));
  });

  promise('releases what a process left behind that went in good order, and what a fenced one places later', async () => {
    await processWith('CLEAN', 0, 2);
    const fenced = await processWith('DEAD', 0, 0);
    const recovery = recoveryOf(newId());
    await recovery.start();
    await rounds(recovery, 1);
    expect(await openHolds()).toBe(0n);
    await storeOf(fenced.owner).write({ id: newId(), items: [streamed('acme', 5n)] });
    await rounds(recovery, 1);
    expect(await openHolds()).toBe(0n);
    await recovery.stop();
  });

  promise('turns the late settlement of a fenced process into nothing', async () => {
    const dead = await processWith('DEAD', 0, 1);
    const recovery = recoveryOf(newId());
    await recovery.start();
    await rounds(recovery, 1);
    const [late] = await storeOf(dead.owner).write({ id: newId(), items: [end(dead.holds[0]!, 7n)] });
    expect(late).toEqual({ verdict: 'not_open' });
    await expectReleased(database, dead.holds[0]!);
    await recovery.stop();
  });

  describe('where a replica took over that had heard of a hold and not of its end', () => {
    const writerOf = (owner: string) => {
      const ownHolds = new OwnHolds(silentLog);
      const store = new MysqlLedgerStore({ connections, owner, clock, doubtful: new DoubtfulBatches(silentLog), ownHolds });
      return { ownHolds, store, write: (...items: LedgerItem[]) => store.write({ id: newId(), items }) };
    };
    /** Brings back rows as they were; what came since is gone. */
    const before = async () => {
      const tables = ['ledger_batch', 'hold', 'receipt', 'attempt', 'transfer', 'wallet', 'wallet_change', 'spend_counter'];
      for (const table of tables) await database.query(`CREATE TABLE kept_${table} AS SELECT * FROM ${table}`);
      return async () => {
        for (const table of tables.toReversed()) await database.query(`DELETE FROM ${table}`);
        for (const table of tables) await database.query(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
        for (const table of tables) await database.query(`DROP TABLE kept_${table}`);
      };
    };

    promise('ends it for a process that lives, and no hold of a request that is still in flight', async () => {
      const owner = newId();
      const { ownHolds, write } = writerOf(owner);
      const recovery = recoveryOf(owner, undefined, { ownHolds });
      await recovery.start();
      const [ended, released, running] = [streamed('acme', 7n), streamed('acme', 7n), streamed('acme', 7n)];
      await write(ended, released, running);
      const bringBack = await before();
      await write(end(ended, 5n), end(released, 0n));
      await bringBack();
      await rounds(recovery, 10);
      expect(await openHolds()).toBe(3n);
      await rounds(recovery, 2);
      expect(await openHolds()).toBe(1n);
      const receipts = await database.query('SELECT charge, error_message, no_charge_reason FROM receipt');
      const why = 'The database lost how the request ended';
      const lost = {
        charge: 0n,
        error_message: `${why}.`,
        no_charge_reason: `${why}, so nothing was charged and the held amount was given back.`,
      };
      expect(receipts).toEqual([lost, lost]);
      await rounds(recovery, 30);
      expect(await write(end(running, 3n))).toEqual([{ verdict: 'done' }]);
      await recovery.stop();
    });

    promise('touches no hold that took the place of another, nor one whose end is to be told again', async () => {
      const owner = newId();
      const { ownHolds, write } = writerOf(owner);
      const recovery = recoveryOf(owner, undefined, { ownHolds });
      await recovery.start();
      const first = streamed('acme', 7n);
      await write(first);
      const second: PlaceHold = { ...streamed('acme', 9n), replaces: first };
      await write(second);
      await expect(write({ ...end(second, 3n), transferId: 'x'.repeat(1_000) })).rejects.toThrow();
      await rounds(recovery, 30);
      expect(await write(end(second, 3n))).toEqual([{ verdict: 'done' }]);
      await recovery.stop();
    });
  });

  promise('tells a process once that it was declared dead', async () => {
    const owner = newId();
    const fenced = jest.fn();
    const recovery = recoveryOf(owner, fenced);
    await recovery.start();
    await rounds(recovery, 1);
    expect(fenced).not.toHaveBeenCalled();
    await database.query(`UPDATE gateway_process SET state = 'DEAD' WHERE id = '${owner}'`);
    await rounds(recovery, 2);
    expect(fenced).toHaveBeenCalledTimes(1);
    await recovery.stop();
    expect(await stateOf(owner)).toBe('DEAD');
  });

  promise('places no hold for a process that could not beat, ends what it holds, and places again once it beats', async () => {
    const recovery = recoveryOf(newId());
    await recovery.start();
    const isSilent = () => recovery.isSilent;
    const store = new MysqlLedgerStore({ connections, owner: newId(), clock, doubtful: new DoubtfulBatches(silentLog), isSilent });
    const held = streamed('acme', 7n);
    await store.write({ id: newId(), items: [held] });
    await database.query('RENAME TABLE gateway_process TO elsewhere');
    await rounds(recovery, 6);
    await database.query('RENAME TABLE elsewhere TO gateway_process');
    await expect(store.write({ id: newId(), items: [streamed('acme', 7n)] })).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(await store.write({ id: newId(), items: [end(held, 7n)] })).toEqual([{ verdict: 'done' }]);
    await rounds(recovery, 1);
    const again = streamed('acme', 7n);
    expect(await store.write({ id: newId(), items: [again] })).toEqual([{ verdict: 'granted', amount: 7n }]);
    await store.write({ id: newId(), items: [end(again, 1n)] });
    await recovery.stop();
  });

  promise('places no hold for a process that was declared dead, also when it beats', async () => {
    const owner = newId();
    const recovery = recoveryOf(owner);
    await recovery.start();
    expect(recovery.isSilent).toBe(false);
    await database.query(`UPDATE gateway_process SET state = 'DEAD' WHERE id = '${owner}'`);
    await rounds(recovery, 1, 0);
    expect(recovery.isSilent).toBe(true);
    await recovery.stop();
  });

  promise('places no hold in the ledger of a process that has not beaten for too long', async () => {
    const timings = { ...RECOVERY_TIMINGS, beatEveryMs: 3_600_000 };
    const ledger = await openMysqlLedger({ url: database.url, owner: newId(), clock, log: silentLog, onFenced: () => undefined, timings });
    const write = () => ledger.store.write({ id: newId(), items: [streamed('acme', 0n)] });
    expect(await write()).toEqual([{ verdict: 'granted', amount: 0n }]);
    elapsed += timings.silentMs;
    await expect(write()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await ledger.close();
  });

  promise('is living while it beats, and beats first where it slept by either clock', async () => {
    const owner = newId();
    const fenced = jest.fn();
    const recovery = recoveryOf(owner, fenced);
    await recovery.start();
    const beatAt = async () =>
      (await database.query(`SELECT heartbeat_at FROM gateway_process WHERE id = '${owner}'`))[0]?.['heartbeat_at'];
    const silenced = () => database.query(`UPDATE gateway_process SET heartbeat_at = 1 WHERE id = '${owner}'`);
    await silenced();
    expect([await recovery.isLiving(), await beatAt()]).toEqual([true, 1n]);
    elapsed += 7_000;
    expect(await recovery.isLiving()).toBe(true);
    expect(await beatAt()).not.toBe(1n);
    await silenced();
    wall += 7_000;
    expect(await Promise.all([recovery.isLiving(), recovery.isLiving()])).toEqual([true, true]);
    expect(await beatAt()).not.toBe(1n);
    elapsed += 7_000;
    await database.query(`UPDATE gateway_process SET state = 'DEAD' WHERE id = '${owner}'`);
    for (let time = 0; time < 2; time += 1) expect(await recovery.isLiving()).toBe(false);
    expect(fenced).toHaveBeenCalledTimes(1);
    await recovery.stop();
  });

  promise('is not living where it slept and cannot beat, and is again once it can', async () => {
    const recovery = recoveryOf(newId());
    await recovery.start();
    elapsed += 7_000;
    await database.query('RENAME TABLE gateway_process TO elsewhere');
    expect(await recovery.isLiving()).toBe(false);
    await database.query('RENAME TABLE elsewhere TO gateway_process');
    expect(await recovery.isLiving()).toBe(true);
    await recovery.stop();
  });

  promise('deletes the checkpoints of holds that have ended, however many there are, and no others', async () => {
    const owner = newId();
    const store = storeOf(owner);
    const open = streamed('acme', 7n);
    await store.write({ id: newId(), items: [open] });
    await database.query(`INSERT INTO hold_progress (hold_id, progress, noted_at) VALUES ('${open.holdId}', '{}', 1)`);
    await addEndedWithCheckpoints(database, store);
    const recovery = recoveryOf(owner);
    await recovery.start();
    await rounds(recovery, 3, 20_000);
    expect(await database.query('SELECT hold_id FROM hold_progress')).toEqual([{ hold_id: open.holdId }]);
    await store.write({ id: newId(), items: [end(open, 7n)] });
    await recovery.stop();
  });

  promise('signs off a process that closes, and no other', async () => {
    const owner = newId();
    const ledger = await openLedger(database, { owner });
    const other = await processWith('LIVE', 0, 0);
    expect(await stateOf(owner)).toBe('LIVE');
    await ledger.close();
    expect([await stateOf(owner), await stateOf(other.owner)]).toEqual(['CLEAN', 'LIVE']);
  });
});
