/** How commands read a ledger that a gateway keeps: one that is not there, or is none, is a fault of the configuration. */
import { statSync } from 'node:fs';
import type { DatabaseLocation } from './data-source';
import { databaseUrlFault } from './database-url-fault';
import { unusableFile } from './unusable-file';

/** What a database says when it is not the one that was meant. */
const NO_LEDGER = /^(ER_BAD_DB_ERROR|ER_NO_SUCH_TABLE|ER_BAD_FIELD_ERROR|ER_(DB)?ACCESS_DENIED_[A-Z_]+|SQLITE_NOTADB)$/;
const NO_TABLE = /\bno such (table|column)/;
/** It may not be read; or it may, but SQLite can make no file of shared memory beside it. */
const CLOSED = /^SQLITE_(CANTOPEN|PERM|READONLY)(_[A-Z]+)?$/;

/** @throws ConfigurationError when no ledger is there, or one that has not been brought up to date by a gateway yet */
export async function readingLedger<T>(location: DatabaseLocation, read: () => Promise<T>): Promise<T> {
  if (location.kind === 'sqlite') refuseNoFile(location.file);
  try {
    return await read();
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal !== null)
      throw databaseUrlFault(`names no ledger that can be read (${refusal.message}): correct it, or start a gateway on it once`);
    if (location.kind === 'sqlite' && CLOSED.test(codeOf(error)))
      throw databaseUrlFault(
        `names the file ${location.file}, which cannot be read (${codeOf(error)}): whoever reads it must also be let write its folder, or name a copy of it`,
      );
    // What else there is of files, such as the one that is written to, has a fault of its own.
    throw location.kind === 'sqlite' && codeOf(error).startsWith('SQLITE_') ? unusableFile(location.file, error) : error;
  }
}

/** SQLite opens a folder to read it, and calls it a broken disk then. */
function refuseNoFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw databaseUrlFault(`names the file ${file}, which does not exist`);
  if (found.isDirectory()) throw databaseUrlFault(`names the file ${file}, which is a folder: name the file in it`);
}

/** The error itself, or what it came from, where that says that no ledger is there; null: neither does. */
function refusalIn(error: unknown): Error | null {
  if (!(error instanceof Error)) return null;
  return NO_LEDGER.test(codeOf(error)) || NO_TABLE.test(error.message) ? error : refusalIn(error.cause);
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown }).code);
}
