/** No caller of a store waits for a MySQL server that answers nobody; an embedded database always answers. */
import type { PoolConnection } from 'mysql2';
import type { DataSource } from 'typeorm';
import { invariant } from '../../kernel/invariant';
import { askMysql, Liveness, type Wanted } from './liveness';
import { takesNoChange } from './mysql-errors';
import { desert } from './mysql-session';

/** What is used of the driver's pool. */
interface Pool {
  on(event: 'acquire' | 'release', listener: (connection: PoolConnection) => void): unknown;
}

const ALWAYS = () => true;
const watched = new WeakMap<DataSource, Liveness>();

/**
 * A server that takes no change may be a former primary: the next caller gets a connection that is made anew, which finds what is at the
 * address by then.
 * @throws Error ETIMEDOUT within five seconds after the server stopped to answer
 */
export function whileAnswering<T>(dataSource: DataSource, work: Wanted<T>): Promise<T> {
  const { options, driver } = dataSource;
  if (options.type !== 'mysql') return work(ALWAYS);
  let liveness = watched.get(dataSource);
  if (liveness === undefined) {
    liveness = watch(poolOf(driver), String(options.extra.uri));
    watched.set(dataSource, liveness);
  }
  return liveness.during(work).catch((error: unknown) => {
    if (takesNoChange(error)) leaveServer(dataSource);
    throw error;
  });
}

/** Whoever asks next is given a connection that is made anew. Nothing to do where the database is a file. */
export function leaveServer({ options, driver }: DataSource): void {
  if (options.type === 'mysql') desert(poolOf(driver));
}

/** The same, and who waits for an answer of the former one hears that none comes: it may be frozen, and keep its connections for ever. */
export function abandonServer(dataSource: DataSource): void {
  leaveServer(dataSource);
  watched.get(dataSource)?.giveUp();
}

function poolOf(driver: DataSource['driver']): Pool {
  invariant('pool' in driver, 'the driver of MySQL has a pool');
  return driver.pool as Pool;
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
