/** What every connection to MySQL says first. A server has defaults of its own that change what statements mean. */
import type { EventEmitter } from 'node:events';
import { createPool, type Pool, type PoolConnection, type PoolOptions, type QueryError } from 'mysql2';

/**
 * Texts are quoted with `'` and escaped with `\`, which another mode would read as SQL; what does not fit is refused, never cut; a
 * statement alone is committed; texts are UTF-8, also where the server believes its own character set of whoever connects; the
 * clock of the database makes no jump in spring and autumn; a connection may be silent for the eight hours of the default, such as
 * the one that holds a lock by name while another one migrates; and a statement takes as long as it needs: a table that is changed, or
 * the sums of a long history, would never be done otherwise.
 */
export const MYSQL_SESSION = `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', autocommit = 1, sql_safe_updates = 0,
  time_zone = '+00:00', wait_timeout = 28800 /*M!100101 , max_statement_time = 0 */ /*!80000 , max_execution_time = 0 */, NAMES utf8mb4`;

/**
 * Of every connection that is kept, or asked what takes long. A firewall forgets one that is silent for minutes and tells neither end:
 * whatever goes out on it then waits for a quarter of an hour, while the server answers everybody else. So each says twice a minute that
 * it is there.
 */
export const KEPT_ALIVE = { enableKeepAlive: true, keepAliveInitialDelay: 30_000 } as const;

/**
 * Of the pools: no transaction there needs a view of the past, and what must not change under it, it locks. At the default level MariaDB
 * from 11.6.2 on refuses to change a row that somebody else changed since; at a server's own level, every look may lock.
 */
const POOL_LEVEL = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED';
/**
 * So long a caller waits, in the pools, for a table that somebody has locked, such as a backup that keeps everybody from writing: the
 * server's default is a day.
 */
export const TABLE_LOCK_WAIT_S = 5;
/**
 * A process that freezes, or whose machine is gone, in the midst of a transaction would keep what it has locked for hours: a run whose lease
 * has run out by then, or the row that counts alerts. The server ends such a transaction; MySQL cannot be told so of transactions alone.
 */
const POOL_SESSION = `${MYSQL_SESSION}, lock_wait_timeout = ${TABLE_LOCK_WAIT_S} /*M!100303 , idle_transaction_timeout = 10 */`;
const DESERTED = 'deserted';

/** The driver as TypeORM wants it: nobody gets a connection of its pools that has not said it, or that was made before `desert`. */
export const SettledMysql = {
  createPool(options: PoolOptions): Pool {
    const pool = createPool({ ...options, ...KEPT_ALIVE });
    let era = 0;
    const settledIn = new WeakMap<PoolConnection, number>();
    const get = pool.getConnection.bind(pool);
    (pool as EventEmitter).on(DESERTED, () => {
      era += 1;
    });
    pool.getConnection = (done) =>
      get((error, connection) => {
        const settled = error === null ? settledIn.get(connection) : era;
        if (settled === era) return done(error, connection);
        if (settled !== undefined) {
          giveUp(pool, connection);
          return pool.getConnection(done);
        }
        const begun = era;
        settle(connection, (refusal) => {
          if (refusal === null) settledIn.set(connection, begun);
          else giveUp(pool, connection);
          done(refusal, connection);
        });
      });
    return pool;
  },
};

/** From now on the pool makes new connections: those that there are lead to a server that takes no change. */
export function desert(pool: unknown): void {
  (pool as EventEmitter).emit(DESERTED);
}

function settle(connection: PoolConnection, done: (refusal: QueryError | null) => void): void {
  connection.query(POOL_SESSION, (refusal) => {
    if (refusal !== null) done(refusal);
    else connection.query(POOL_LEVEL, (error) => done(error));
  });
}

function giveUp(pool: EventEmitter, connection: PoolConnection): void {
  connection.destroy();
  // Whoever counts those in use counts it no more.
  pool.emit('release', connection);
}
