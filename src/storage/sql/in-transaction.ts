/**
 * One at a time on SQLite. TypeORM has a single connection there: the statements of a second caller would run inside the
 * first one's transaction, see what it has not committed, and be rolled back with it. MySQL has a pool and needs no queue.
 */
import type { DataSource, EntityManager } from 'typeorm';
import { giveWay } from '../../kernel/give-way';

const lastOf = new WeakMap<DataSource, Promise<unknown>>();

/**
 * Runs `work` in a transaction: all of it is durable when the promise resolves, none of it when it rejects. First come,
 * first served. Not re-entrant: inside, use the manager that is handed in.
 */
export function inTransaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  return queued(dataSource, () => dataSource.transaction(work));
}

/**
 * Runs `work` between transactions, never inside somebody else's, so that it reads what is committed by now. For reading,
 * and for a single statement that writes. Not re-entrant either.
 */
export function inTurn<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  return queued(dataSource, () => work(dataSource.manager));
}

function queued<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  if (dataSource.options.type !== 'better-sqlite3') return work();
  const before = lastOf.get(dataSource) ?? Promise.resolve();
  // Its statements end without ever waiting: whoever makes many of them would let nobody else in.
  const running = before.then(giveWay).then(work);
  lastOf.set(
    dataSource,
    running.catch(() => undefined),
  );
  return running;
}
