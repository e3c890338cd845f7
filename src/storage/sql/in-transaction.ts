/**
 * Where every statement of a store goes out, so that a database in trouble is the same fault to all callers.
 * One at a time on SQLite. TypeORM has a single connection there: the statements of a second caller would run inside the
 * first one's transaction, see what it has not committed, and be rolled back with it. MySQL has a pool and needs no queue.
 */
import type { DataSource, EntityManager } from 'typeorm';
import { giveWay } from '../../kernel/give-way';
import type { Wanted } from './liveness';
import { troubleAsFault } from './trouble-as-fault';
import { whileAnswering } from './while-answering';

const lastOf = new WeakMap<DataSource, Promise<unknown>>();

/**
 * Runs `work` in a transaction: all of it is durable when the promise resolves, none of it when it rejects. First come,
 * first served. Not re-entrant: inside, use the manager that is handed in.
 * @throws Fault `temporarily_unavailable` for trouble of the database; where that struck at the commit, the work may be done
 */
export function inTransaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  return queued(dataSource, (isWanted) =>
    dataSource.transaction((manager) => {
      // Whoever waited for a connection in vain has been told so: it shall not be done after all.
      if (!isWanted()) throw new Error('Nobody waits for this any more.');
      return work(manager);
    }),
  );
}

/**
 * Runs `work` between transactions, never inside somebody else's, so that it reads what is committed by now. For reading,
 * and for a single statement that writes. Not re-entrant either.
 * @throws Fault `temporarily_unavailable` for trouble of the database
 */
export function inTurn<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  return queued(dataSource, () => work(dataSource.manager));
}

async function queued<T>(dataSource: DataSource, work: Wanted<T>): Promise<T> {
  try {
    return await (dataSource.options.type === 'better-sqlite3'
      ? afterOthers(dataSource, () => work(() => true))
      : whileAnswering(dataSource, work));
  } catch (error) {
    throw troubleAsFault(dataSource, error);
  }
}

function afterOthers<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  const before = lastOf.get(dataSource) ?? Promise.resolve();
  // Its statements end without ever waiting: whoever makes many of them would let nobody else in.
  const running = before.then(giveWay).then(work);
  lastOf.set(
    dataSource,
    running.catch(() => undefined),
  );
  return running;
}
