// Which services answer. Suites that need one look for it themselves; here it is said once what is left out, and why.
const { createClient } = require('@redis/client');
const mysql = require('mysql2/promise');

const DEFAULT_MYSQL_URL = 'mysql://root@127.0.0.1:3306/';
const DEFAULT_REDIS_URL = 'redis://127.0.0.1:6379';
const PATIENCE_MS = 5_000;

/** One line for each service that does not answer: what is left out, and what to start for it. */
async function missingServices(env) {
  const missing = await Promise.all([
    missingMysql(env.TEST_MYSQL_URL ?? DEFAULT_MYSQL_URL),
    missingRedis(env.TEST_REDIS_URL ?? DEFAULT_REDIS_URL),
  ]);
  return missing.filter((line) => line !== null);
}

async function missingMysql(url) {
  try {
    const connection = await mysql.createConnection({ uri: url, connectTimeout: PATIENCE_MS });
    await connection.query('SELECT 1');
    await connection.end();
    return null;
  } catch (error) {
    const why = error.message || error.code;
    return `Left out: every suite on MariaDB or MySQL. To run them, start one that answers at ${shown(url)} or set TEST_MYSQL_URL (${why}).`;
  }
}

async function missingRedis(url) {
  const client = createClient({ url, socket: { connectTimeout: PATIENCE_MS, reconnectStrategy: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return null;
  } catch (error) {
    const why = error.message || error.code;
    return `Left out: every suite on Redis. To run them, start one that answers at ${shown(url)} or set TEST_REDIS_URL (${why}).`;
  } finally {
    if (client.isOpen) client.destroy();
  }
}

function shown(url) {
  return url.replace(/:[^:@/]*@/, ':…@');
}

module.exports = { missingServices };
