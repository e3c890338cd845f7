/** A server whose own settings change what statements mean: what was written is what is read, and nothing else happens. */

import { Socket } from 'node:net';
import type { DataSource } from 'typeorm';
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { NO_RATES } from '../../src/keys/api-key';
import { TypeormAccountStore } from '../../src/storage/account-store';
import { openAuditDatabase } from '../../src/storage/audit/audit-database';
import { createDataSource, openDatabase } from '../../src/storage/data-source';
import { openMysqlLedger } from '../../src/storage/ledger/mysql/mysql-ledger';
import { oneProcessAtATime } from '../../src/storage/one-process-at-a-time';
import { inTransaction } from '../../src/storage/sql/in-transaction';
import { auditLedger } from '../support/audit';
import { cuttingProxy } from '../support/cutting-proxy';
import { freshDatabase, type TestDatabase } from '../support/databases';
import { eventually, SLACK_MS } from '../support/eventually';
import { end, move, place, requestFacts } from '../support/ledger-items';
import { openLedger, silentLog } from '../support/open-ledger';
import { type OwnMariadb, ownMariadb } from '../support/own-mariadb';

const SETTINGS = [
  // Quotes, backslashes, `||`, `NOT`, empty texts and assignments mean something else in these; and without a strict one what is too long is cut.
  '--sql-mode=ORACLE,NO_BACKSLASH_ESCAPES,EMPTY_STRING_IS_NULL,SIMULTANEOUS_ASSIGNMENT,HIGH_NOT_PRECEDENCE',
  '--autocommit=0',
  '--character-set-server=latin1',
  '--skip-character-set-client-handshake',
  '--default-time-zone=+05:30',
  '--transaction-isolation=SERIALIZABLE',
  '--innodb-lock-wait-timeout=1',
  '--lower-case-table-names=1',
  '--sql-safe-updates=1',
  '--wait-timeout=1',
  '--max-statement-time=1',
];
const NOBODY = { warn: () => undefined };
const TEXTS = ['研究 é 😀', "it's", '"quoted"', "\\' OR 1 = 1 -- ", '\\', 'a || b ? :c', ''];

describe('a server with settings of its own', () => {
  let server: OwnMariadb | null = null;
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    server = await ownMariadb(SETTINGS);
    if (server === null) return;
    database = await freshDatabase('mysql', server.url);
    dataSource = await openDatabase(database);
  });

  afterAll(async () => {
    await dataSource?.destroy();
    await server?.close();
  });

  const promise = (name: string, check: () => Promise<void>) =>
    it(name, async () => {
      if (server !== null) await check();
    });

  promise('keeps every text as it is', async () => {
    const accounts = new TypeormAccountStore(dataSource);
    const added = TEXTS.map((name, at) => ({ id: `account-${at}`, name, createdAt: 1, suspendedAt: null, rates: NO_RATES }));
    for (const account of added) await accounts.add(account, [`hash-${account.id}`], []);
    expect(await accounts.list()).toEqual(added);
    expect(await accounts.findByTokenHash("\\' OR 1 = 1 -- ")).toBeUndefined();
    expect(await accounts.find("\\' OR '1' = '1")).toBeUndefined();
  });

  promise('refuses what is too long, and cuts nothing', async () => {
    const long = { id: 'long', name: 'x'.repeat(10_000), createdAt: 1 };
    await expect(new TypeormAccountStore(dataSource).add(long, [], [])).rejects.toMatchObject({ code: 'ER_DATA_TOO_LONG' });
  });

  promise('settles exactly, with texts as they are, and its books are in order', async () => {
    await new TypeormAccountStore(dataSource).add({ id: 'books', name: 'Books', createdAt: 1 }, [], []);
    const ledger = await openLedger(database);
    const write = (...items: Parameters<typeof ledger.store.write>[0]['items']) => ledger.store.write({ id: newId(), items });
    await write(move('books', 1_000n));
    const holds = TEXTS.map((requestedModel) => place('books', 10n, { request: requestFacts('books', { requestedModel }) }));
    await write(...holds);
    await write(...holds.map((hold) => end(hold, 3n)));
    await ledger.close();
    const [wallet] = await dataSource.query("SELECT posted, held, seq FROM wallet WHERE id = 'books:RMB'");
    expect({ ...wallet }).toMatchObject({ posted: String(1_000 - 3 * TEXTS.length), held: '0', seq: '2' });
    const models: { requested_model: string }[] = await dataSource.query('SELECT requested_model FROM receipt ORDER BY id');
    expect(models.map(({ requested_model }) => requested_model).sort()).toEqual([...TEXTS].sort());
    expect(await auditLedger(database)).toEqual([]);
  });

  promise('lets others change what a transaction has only looked at', async () => {
    const accounts = new TypeormAccountStore(dataSource);
    await accounts.add({ id: 'looked-at', name: 'before', createdAt: 1 }, [], []);
    const change = () => inTransaction(dataSource, (manager) => manager.query("UPDATE account SET name = 'after' WHERE id = 'looked-at'"));
    await inTransaction(dataSource, async (manager) => {
      await manager.query("SELECT name FROM account WHERE id = 'looked-at'");
      await change();
    });
    expect(await accounts.find('looked-at')).toMatchObject({ name: 'after' });
  });

  promise('keeps its turn for as long as the work takes, however soon the server tires of a connection that says nothing', async () => {
    await oneProcessAtATime(dataSource, { work: 'long work', log: NOBODY }, () => dataSource.query('SELECT SLEEP(3)'));
  });

  promise(
    'hears of whoever has the turn while the work takes long, so that no proxy on the way ends a connection that says nothing',
    async () => {
      const seen = "SELECT TIME_MS, ID FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK('spoken work:";
      const turn = { work: 'spoken work', log: NOBODY, speakEveryMs: 10 };
      await oneProcessAtATime(dataSource, turn, async () => {
        const silentMs = async () => {
          const [row]: { TIME_MS: string }[] = await dataSource.query(`${seen}${String(dataSource.options.database)}')`);
          return Number(row?.TIME_MS);
        };
        let longest = await silentMs();
        // It grows as long as nothing is said.
        await eventually(async () => {
          const now = await silentMs();
          const spoke = now < longest;
          longest = Math.max(longest, now);
          expect(spoke).toBe(true);
        }, SLACK_MS);
      });
    },
  );

  promise('hears of every connection that is kept twice a minute, so that nothing on the way to it takes one for gone', async () => {
    const { setKeepAlive } = Socket.prototype;
    const asked: unknown[][] = [];
    Socket.prototype.setKeepAlive = function (this: Socket, ...how) {
      asked.push(how);
      return setKeepAlive.apply(this, how);
    };
    try {
      await (await openLedger(database)).close();
      const ofLedger = asked.length;
      const fresh = createDataSource(database);
      await fresh.initialize();
      await fresh.destroy();
      const ofPool = asked.length - ofLedger;
      await (await openAuditDatabase(database)).close();
      const ofAudit = asked.length - ofPool - ofLedger;
      expect([ofLedger > 0, ofPool > 0, ofAudit > 0]).toEqual([true, true, true]);
      expect(asked.filter(([isOn, afterMs]) => isOn !== true || afterMs !== 30_000)).toEqual([]);
    } finally {
      Socket.prototype.setKeepAlive = setKeepAlive;
    }
  });

  promise('has whoever comes second wait for as long as the work takes, and say for which connection', async () => {
    const [work, order, heard]: [string, string[], object[]] = ['shared work', [], []];
    let second = Promise.resolve();
    await oneProcessAtATime(dataSource, { work, log: NOBODY }, async () => {
      await new Promise<void>((told) => {
        const log = { warn: (fields: object) => void (heard.push(fields) > 1 && told()) };
        second = oneProcessAtATime(dataSource, { work, log, tellEveryS: 1 }, async () => void order.push('second'));
      });
      order.push('first');
    });
    await second;
    expect(order).toEqual(['first', 'second']);
    expect(heard[0]).toEqual({ work, connection: expect.stringMatching(/^\d+$/) });
  });

  promise(
    'is known for another one by the heartbeat that finds it where its own was, and for the same one where only the line was cut',
    async () => {
      const proxy = await cuttingProxy(database.url);
      const heard: string[] = [];
      const said = { ...silentLog, warn: (_facts: object, message: string) => void heard.push(message) };
      const ledger = await openMysqlLedger({
        ...{ url: proxy.url, owner: newId(), clock: systemClock, log: said, onFenced: () => undefined },
        onAnotherServer: () => void heard.push('another'),
      });
      const beatsAgain = async () => {
        const beats = async () => Number((await dataSource.query('SELECT MAX(heartbeat_at) AS at FROM gateway_process'))[0].at);
        const before = await beats();
        await eventually(async () => expect(await beats()).toBeGreaterThan(before));
      };
      const cut = async () => {
        proxy.sever();
        await eventually(() => expect(proxy.turnedAway()).toBeGreaterThan(0));
        proxy.mend();
        await beatsAgain();
      };
      await cut();
      expect(heard).not.toContain('another');
      await dataSource.query('SET GLOBAL server_id = 77');
      await cut();
      expect(heard.filter((each) => each === 'another')).toHaveLength(1);
      await ledger.close();
      await proxy.close();
    },
  );

  promise('ends what a silent process looks at after a minute, so that others seal: whoever looks holds a lock by name', async () => {
    const audit = await openAuditDatabase(database);
    const [row] = await audit.inSnapshot((read) => read('SELECT @@wait_timeout', []));
    await audit.close();
    expect(row?.map(String)).toEqual(['60']);
  });

  promise('gives an audit the words that it asks for, and keeps what it notes', async () => {
    const audit = await openAuditDatabase(database);
    const [row] = await audit.inSnapshot((read) => read('SELECT ?, @@autocommit, @@time_zone', [TEXTS[3] ?? '']));
    await audit.close();
    expect(row?.map(String)).toEqual([TEXTS[3], '1', '+00:00']);
  });
});
