/** The file of an embedded database that cannot be used, said so that it can be mended. */
import { CannotStart } from '../kernel/cannot-start';
import { ConfigurationError } from '../kernel/configuration-error';
import { databaseUrlFault } from './database-url-fault';

const NO_DATABASE = /^SQLITE_NOTADB$/;
/** Of the file system, and what SQLite says of it. Whatever else goes wrong is no fault of the address. */
const NO_ACCESS = /^(EACCES|EEXIST|EISDIR|ENOENT|ENOTDIR|EPERM|EROFS|SQLITE_(CANTOPEN|PERM|READONLY)(_[A-Z]+)?)$/;
const DAMAGED = /^SQLITE_CORRUPT(_[A-Z_]+)?$/;
const NO_SPACE = /^(ENOSPC|EDQUOT|SQLITE_FULL)$/;
/** A full disk among them: SQLite says so where it makes its file of shared memory. */
const NO_GOOD = /^SQLITE_IOERR(_[A-Z_]+)?$/;

/** The error to throw in place of `cause`, at a start: it names the file and what to do about it, or is `cause` itself. */
export function unusableFile(file: string, cause: unknown): unknown {
  if (cause instanceof ConfigurationError || cause instanceof CannotStart) return cause;
  const codes = codesOf(cause);
  const code = (known: RegExp) => codes.find((each) => known.test(each));
  if (code(NO_DATABASE) !== undefined) return fault(file, 'is no SQLite database: name another file');
  const refused = code(NO_ACCESS);
  if (refused !== undefined) {
    return fault(file, `cannot be written (${refused}): let the gateway's user write the file and its folder, or name another file`);
  }
  const damaged = code(DAMAGED);
  if (damaged !== undefined) return cannotStart(file, `is damaged (${damaged}): keep a copy, and put back a backup`, cause);
  const full = code(NO_SPACE);
  if (full !== undefined) return cannotStart(file, `cannot be written, because its disk is full (${full}): make room there`, cause);
  const broken = code(NO_GOOD);
  if (broken === undefined) return cause;
  return cannotStart(file, `cannot be used (${broken}): see whether its disk is full or broken`, cause);
}

/** Of the error itself, and of what it came from. */
function codesOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return [...(typeof code === 'string' ? [code] : []), ...codesOf(cause)];
}

function fault(file: string, what: string): ConfigurationError {
  return databaseUrlFault(`names the file ${file}, which ${what}`);
}

function cannotStart(file: string, what: string, cause: unknown): CannotStart {
  return new CannotStart(`The database ${file} ${what}, or name another file in DATABASE_URL, and start again.`, { cause });
}
