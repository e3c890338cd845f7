/** What every connection to MySQL says first. A server has defaults of its own that change what statements mean. */
import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2';

/**
 * Texts are quoted with `'` and escaped with `\`, which another mode would read as SQL; what does not fit is refused, never cut; a
 * statement alone is committed; texts are UTF-8, also where the server believes its own character set of whoever connects; the
 * clock of the database makes no jump in spring and autumn; and a connection may be silent for the eight hours of the default, such as
 * the one that holds a lock by name while another one migrates.
 */
export const MYSQL_SESSION = `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', autocommit = 1, sql_safe_updates = 0,
  time_zone = '+00:00', wait_timeout = 28800, NAMES utf8mb4`;

/** The driver as TypeORM wants it: nobody gets a connection of its pools that has not said it. */
export const SettledMysql = {
  createPool(options: PoolOptions): Pool {
    const pool = createPool(options);
    const settled = new WeakSet<PoolConnection>();
    const get = pool.getConnection.bind(pool);
    pool.getConnection = (done) =>
      get((error, connection) => {
        if (error !== null || settled.has(connection)) return done(error, connection);
        connection.query(MYSQL_SESSION, (refusal) => {
          if (refusal !== null) connection.destroy();
          else settled.add(connection);
          done(refusal, connection);
        });
      });
    return pool;
  },
};
