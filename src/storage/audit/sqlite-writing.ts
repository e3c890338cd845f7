/** How an embedded database is written beside its ledger, by a thread that may be ended at any moment. */
import type Database from 'better-sqlite3';

export const BUSY_TIMEOUT_MS = 10_000;
const LOOK_AGAIN_MS = 20;
const sleeper = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * One transaction, committed where `work` says true.
 * @throws what `work` throws, or SQLITE_BUSY where others have been writing for ten seconds; nothing is written then
 */
export function writeInTurn(db: Database.Database, work: () => boolean): boolean {
  beginInTurn(db);
  try {
    const isDone = work();
    db.exec(isDone ? 'COMMIT' : 'ROLLBACK');
    return isDone;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Waits for its turn outside of SQLite: a thread that is ended while SQLite waits takes the whole process with it, because the driver is to
 * make an error of what it waited for, can make none any more, and aborts.
 */
function beginInTurn(db: Database.Database): void {
  db.pragma('busy_timeout = 0');
  try {
    for (let left = BUSY_TIMEOUT_MS; !hasBegun(db, left <= 0); left -= LOOK_AGAIN_MS) Atomics.wait(sleeper, 0, 0, LOOK_AGAIN_MS);
  } finally {
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  }
}

function hasBegun(db: Database.Database, isLast: boolean): boolean {
  try {
    db.exec('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (isLast || (error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    return false;
  }
}
