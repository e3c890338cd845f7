/** The file of an embedded database that cannot be used, said so that it can be mended. */
import { ConfigurationError } from '../kernel/configuration-error';

const NO_DATABASE = 'SQLITE_NOTADB';
/** Of the file system, and what SQLite says of it. Whatever else goes wrong is no fault of the address. */
const NO_ACCESS = /^(EACCES|EEXIST|EISDIR|ENOENT|ENOTDIR|EPERM|EROFS|SQLITE_(CANTOPEN|PERM|READONLY)(_[A-Z]+)?)$/;

/** The error to throw in place of `cause`: it names the variable and the file, or is `cause` itself. */
export function unusableFile(file: string, cause: unknown): unknown {
  const { code } = cause as { readonly code?: unknown };
  if (code === NO_DATABASE) return fault(file, 'is no SQLite database: name another file');
  if (typeof code !== 'string' || !NO_ACCESS.test(code)) return cause;
  return fault(file, `cannot be written (${code}): let the gateway's user write the file and its folder, or name another file`);
}

function fault(file: string, what: string): ConfigurationError {
  return new ConfigurationError([{ path: 'DATABASE_URL', problem: `names the file ${file}, which ${what}` }]);
}
