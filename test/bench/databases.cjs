// A new database for each gateway of a run, and what it promises of durability.
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createConnection } = require('mysql2/promise');

const MYSQL_SERVER = process.env['TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/';
const IN_MEMORY_FILE_SYSTEMS = new Set([0x01021994, 0x858458f6]);

/** A folder on a disk: in memory a durable commit would cost nothing. */
function folderOnDisk() {
  const beside = path.join(__dirname, '../../data');
  const inMemory = IN_MEMORY_FILE_SYSTEMS.has(fs.statfsSync(os.tmpdir()).type);
  if (inMemory) fs.mkdirSync(beside, { recursive: true });
  return fs.mkdtempSync(path.join(inMemory ? beside : os.tmpdir(), 'tokens-forge-bench-'));
}

function sqliteDatabase(folder) {
  return {
    url: `sqlite:${path.join(folder, 'bench.sqlite')}`,
    durability: 'SQLite: WAL with synchronous=FULL (the gateway does not start with less)',
    drop: async () => undefined,
  };
}

async function mariadbDatabase() {
  let admin;
  try {
    admin = await createConnection({ uri: MYSQL_SERVER, connectTimeout: 3_000 });
  } catch {
    return null;
  }
  const name = `tf_bench_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(MYSQL_SERVER);
  url.pathname = `/${name}`;
  const [[row]] = await admin.query(
    'SELECT VERSION() AS version, @@innodb_flush_log_at_trx_commit AS flush_log, @@sync_binlog AS sync_binlog, @@log_bin AS log_bin',
  );
  return {
    url: url.href,
    durability: `${row.version}: innodb_flush_log_at_trx_commit=${row.flush_log}, sync_binlog=${row.sync_binlog}, log_bin=${row.log_bin}`,
    drop: async () => {
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}

/** Null, when the server does not answer. */
function makeDatabase(kind, folder) {
  return kind === 'sqlite' ? sqliteDatabase(folder) : mariadbDatabase();
}

module.exports = { folderOnDisk, makeDatabase };
