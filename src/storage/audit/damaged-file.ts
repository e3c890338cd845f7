/** The pages of an embedded database, those too that hold nothing an audit reads: a ledger in a file that is breaking is in no order. */
import type { DatabaseLocation } from '../data-source';
import { Sqlite } from '../sqlite-driver';

/** @throws Error that says what to do, when the file is damaged */
export function refuseDamagedFile(location: DatabaseLocation): void {
  if (location.kind !== 'sqlite') return;
  const problem = firstProblemOf(location.file);
  if (problem === 'ok') return;
  const what = problem.replace(/\s+/g, ' ');
  throw new Error(`The file ${location.file} is damaged (${what}): stop the gateway, keep a copy, and put back a backup.`);
}

function firstProblemOf(file: string): string {
  const db = new Sqlite(file, { fileMustExist: true, readonly: true });
  try {
    return String(db.pragma('quick_check(1)', { simple: true }));
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_CORRUPT') return (error as Error).message;
    throw error;
  } finally {
    db.close();
  }
}
