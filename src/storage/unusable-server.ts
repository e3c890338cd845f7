/** A MySQL server that cannot be used, said so that it can be mended. */
import { CannotStart } from '../kernel/cannot-start';
import { ConfigurationError } from '../kernel/configuration-error';
import { databaseUrlFault } from './database-url-fault';
import { troubleOf } from './sql/mysql-errors';

/** What the user may not do. MariaDB has a code of its own for a user that has no password. */
const REFUSED = /^ER_(DB)?ACCESS_DENIED_/;
const TLS_ONLY = 'ER_SECURE_TRANSPORT_REQUIRED';
/** MariaDB refuses who comes without TLS in the words in which it refuses a password. */
const MAYBE_TLS = ', or put ?ssl={} at its end, where the server takes nobody without TLS';
const UNTRUSTED = 'HANDSHAKE_SSL_ERROR';
/** What helps against what a server refuses that took the connection. */
const HELP: readonly (readonly [RegExp, string])[] = [
  [/ACCESS_DENIED_/, 'grant the user all rights on the database'],
  [/^ER_(OPTION_PREVENTS_STATEMENT|READ_ONLY_MODE|CANT_EXECUTE_IN_READ_ONLY_TRANSACTION)$/, 'name a server that may be written'],
  [/^ER_(DISK_FULL|RECORD_FILE_FULL)$/, 'make room there'],
  [/^ER_BINLOG_STMT_MODE_AND_ROW_ENGINE$/, 'set its binlog_format to ROW'],
];

export function isForbidden(error: Error): boolean {
  return REFUSED.test(codeOf(error) ?? '');
}

/** Of whoever could not connect. It says where, and not with which password. */
export function unreachableServer(url: string, cause: Error): Error {
  const { host, username, searchParams } = new URL(url);
  const code = codeOf(cause);
  if (isForbidden(cause)) {
    const help = `correct the password, or grant the user "${decodeURIComponent(username)}" access to the database`;
    return databaseUrlFault(`is refused by ${host}: ${help}${searchParams.has('ssl') ? '' : MAYBE_TLS}`);
  }
  if (code === TLS_ONLY) return databaseUrlFault(`is refused by ${host}, which takes no connection without TLS: put ?ssl={} at its end`);
  if (code === UNTRUSTED) {
    const what = 'name the host that its certificate is of, and in NODE_EXTRA_CA_CERTS the file of who issued it';
    return databaseUrlFault(`names ${host}, which is not trusted over TLS (${cause.message}): ${what}`);
  }
  return new CannotStart(
    `The database server at ${host} cannot be reached (${code ?? cause.message}): start it, or correct DATABASE_URL.`,
    {
      cause,
    },
  );
}

/** The error to throw in place of `cause`, at a start: it says what the server refuses and what to do about it, or is `cause` itself. */
export function unusableServer(url: string, cause: unknown): unknown {
  const said = saidByServer(cause);
  if (said === null) return cause;
  const code = codeOf(said) ?? said.message;
  const help = HELP.find(([known]) => known.test(code))?.[1] ?? 'see what is wrong with it';
  const what = `The database server at ${new URL(url).host} cannot be used (${code}: ${said.message})`;
  return new CannotStart(`${what}: ${help}, or correct DATABASE_URL, and start again.`, { cause });
}

/** The error itself, or what it came from, where that is trouble of the server and not of a statement. */
function saidByServer(error: unknown): Error | null {
  if (!(error instanceof Error) || error instanceof ConfigurationError || error instanceof CannotStart) return null;
  return codeOf(error) !== undefined && troubleOf(error) !== 'data' ? error : saidByServer(error.cause);
}

function codeOf(error: Error): string | undefined {
  return (error as { code?: string }).code;
}
