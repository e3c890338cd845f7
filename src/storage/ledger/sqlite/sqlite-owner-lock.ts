/**
 * The embedded database has one owner: a process that releases the holds of its former life must know that nobody else
 * is living. The lock is one of SQLite's own on a file beside the database, so that it ends with the process, however
 * that ends.
 */
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { CannotStart } from '../../../kernel/cannot-start';
import { makeFolder } from '../../make-folder';
import { Sqlite } from '../../sqlite-driver';
import { unusableFile } from '../../unusable-file';

/** A handle that nobody refers to is collected, closed, and its lock gone: ownership must not hang on a variable. */
const owned = new Set<Database.Database>();

export interface OwnerLock {
  release(): void;
}

/**
 * Makes this process the owner of the database file until `release` or the end of the process.
 * The folder is made where it is missing.
 * @throws CannotStart when another process (or another part of this one) owns it or it has several names, ConfigurationError when it
 * cannot be written
 */
export function lockSqliteOwner(file: string): OwnerLock {
  refuseHardLinks(file);
  const lock = openLock(file);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw unusableFile(file, error);
    throw new CannotStart(
      `The database ${file} is in use by another process. One gateway owns an embedded database: stop the other one, ` +
        'choose another DATABASE_URL, or use MySQL for several processes.',
    );
  }
  owned.add(lock);
  return {
    release: () => {
      owned.delete(lock);
      lock.close();
    },
  };
}

function openLock(file: string): Database.Database {
  try {
    makeFolder(dirname(file));
    if (!isFolder(file)) return new Sqlite(`${realFileOf(file)}.lock`, { timeout: 0 });
  } catch (error) {
    throw unusableFile(file, error);
  }
  throw unusableFile(file, { code: 'EISDIR' });
}

/** Under each of its names SQLite would keep a log of its own, and one of them overwrites what the other one holds. */
function refuseHardLinks(file: string): void {
  const names = statSync(file, { throwIfNoEntry: false });
  if (names === undefined || names.isDirectory() || names.nlink <= 1) return;
  throw new CannotStart(
    `The database ${file} has ${names.nlink} names (hard links), and what is written under one of them could be lost: put a copy in its place ` +
      '(cp db copy && mv copy db) while nothing uses it, and start again.',
  );
}

/** A link is another name of the same database, which has one owner by all of its names. */
function realFileOf(file: string): string {
  return isThere(file) ? realpathSync(file) : file;
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isBusy(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
}
