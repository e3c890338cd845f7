/** How commands read a ledger that a gateway keeps: one that is not there, or is none, is a fault of the configuration. */
import { existsSync } from 'node:fs';
import { ConfigurationError } from '../kernel/configuration-error';
import type { DatabaseLocation } from './data-source';
import { unusableFile } from './unusable-file';

/** What a database says when it is not the one that was meant. */
const NO_LEDGER = /^(ER_BAD_DB_ERROR|ER_NO_SUCH_TABLE|ER_BAD_FIELD_ERROR|ER_(DB)?ACCESS_DENIED_[A-Z_]+|SQLITE_NOTADB)$/;
const NO_TABLE = /\bno such (table|column)/;

/** @throws ConfigurationError when no ledger is there, or one that has not been brought up to date by a gateway yet */
export async function readingLedger<T>(location: DatabaseLocation, read: () => Promise<T>): Promise<T> {
  if (location.kind === 'sqlite' && !existsSync(location.file)) throw fault(`names the file ${location.file}, which does not exist`);
  try {
    return await read();
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal !== null) throw fault(`names no ledger that can be read (${refusal.message}): correct it, or start a gateway on it once`);
    // What else there is of files, such as the one that is written to, has a fault of its own.
    throw location.kind === 'sqlite' && codeOf(error).startsWith('SQLITE_') ? unusableFile(location.file, error) : error;
  }
}

/** The error itself, or what it came from, where that says that no ledger is there; null: neither does. */
function refusalIn(error: unknown): Error | null {
  if (!(error instanceof Error)) return null;
  return NO_LEDGER.test(codeOf(error)) || NO_TABLE.test(error.message) ? error : refusalIn(error.cause);
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown }).code);
}

function fault(problem: string): ConfigurationError {
  return new ConfigurationError([{ path: 'DATABASE_URL', problem }]);
}
