/** The database that a MySQL URL names: made where it is missing, and trouble said so that it can be mended. */
import { type Connection, createConnection } from 'mysql2/promise';
import { CannotStart } from '../kernel/cannot-start';
import { ConfigurationError } from '../kernel/configuration-error';

const CONNECT_TIMEOUT_MS = 10_000;
/** MariaDB has a code of its own for a user that has no password. */
const REFUSED = /^ER_(DB)?ACCESS_DENIED_/;

/** The last part of the URL's path. */
export function databaseNameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

/**
 * Sees to it that the database exists.
 * @throws ConfigurationError when the server refuses the user, or the database is missing and the user may not create it; CannotStart
 * when the server does not answer
 */
export async function ensureMysqlDatabase(url: string): Promise<void> {
  const error = await failureOf(() => withConnection(url, async () => undefined));
  if (error === null) return;
  if (codeOf(error) !== 'ER_BAD_DB_ERROR') throw explained(error, url);
  const name = databaseNameOf(url);
  const sql = `CREATE DATABASE IF NOT EXISTS \`${name.replaceAll('`', '``')}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
  const refusal = await failureOf(() => withConnection(withoutDatabase(url), (connection) => connection.query(sql)));
  if (refusal === null) return;
  const problem = `names the database "${name}", which does not exist and which the user may not create: create it, or grant the user the right`;
  throw new ConfigurationError([{ path: 'DATABASE_URL', problem }]);
}

async function withConnection(url: string, work: (connection: Connection) => Promise<unknown>): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    await work(connection);
  } finally {
    await connection.end();
  }
}

function withoutDatabase(url: string): string {
  const server = new URL(url);
  server.pathname = '/';
  return server.href;
}

async function failureOf(work: () => Promise<unknown>): Promise<Error | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** Says where, and not with which password. */
function explained(cause: Error, url: string): Error {
  const { host, username } = new URL(url);
  const code = codeOf(cause);
  if (code !== undefined && REFUSED.test(code)) {
    const problem = `is refused by ${host}: correct the password, or grant the user "${decodeURIComponent(username)}" access to the database`;
    return new ConfigurationError([{ path: 'DATABASE_URL', problem }]);
  }
  const why = code ?? cause.message;
  return new CannotStart(`The database server at ${host} cannot be reached (${why}): start it, or correct DATABASE_URL.`, { cause });
}

function codeOf(error: Error): string | undefined {
  return (error as { code?: string }).code;
}
