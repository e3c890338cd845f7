/** No caller of a store waits for a MySQL server that answers nobody; an embedded database always answers. */
import type { PoolConnection } from 'mysql2';
import type { DataSource } from 'typeorm';
import { invariant } from '../../kernel/invariant';
import { askMysql, Liveness, type Wanted } from './liveness';

/** What is used of the driver's pool. */
interface Pool {
  on(event: 'acquire' | 'release', listener: (connection: PoolConnection) => void): unknown;
}

const ALWAYS = () => true;
const watched = new WeakMap<DataSource, Liveness>();

/** @throws Error ETIMEDOUT within five seconds after the server stopped to answer */
export function whileAnswering<T>(dataSource: DataSource, work: Wanted<T>): Promise<T> {
  const { options, driver } = dataSource;
  if (options.type !== 'mysql') return work(ALWAYS);
  let liveness = watched.get(dataSource);
  if (liveness === undefined) {
    invariant('pool' in driver, 'the driver of MySQL has a pool');
    liveness = watch(driver.pool as Pool, String(options.extra.uri));
    watched.set(dataSource, liveness);
  }
  return liveness.during(work);
}

/** The connections in use are given up with a silent server: nothing else would end them when its machine is gone, and there are ten. */
function watch(pool: Pool, url: string): Liveness {
  const inUse = new Set<PoolConnection>();
  pool.on('acquire', (connection) => inUse.add(connection));
  pool.on('release', (connection) => inUse.delete(connection));
  const onSilence = () => {
    for (const connection of inUse) connection.destroy();
    inUse.clear();
  };
  return new Liveness({ ask: () => askMysql(url), onSilence });
}
