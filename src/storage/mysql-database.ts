/** The database that a MySQL URL names: made where it is missing, and trouble said so that it can be mended. */
import { type Connection, createConnection } from 'mysql2/promise';
import { databaseUrlFault } from './database-url-fault';
import { isForbidden, unreachableServer, unusableServer } from './unusable-server';

const CONNECT_TIMEOUT_MS = 10_000;

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
  if (codeOf(error) !== 'ER_BAD_DB_ERROR') throw unreachableServer(url, error);
  const name = databaseNameOf(url);
  const sql = `CREATE DATABASE IF NOT EXISTS \`${name.replaceAll('`', '``')}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
  const refusal = await failureOf(() => withConnection(withoutDatabase(url), (connection) => connection.query(sql)));
  if (refusal === null) return;
  if (!isForbidden(refusal)) throw unusableServer(url, refusal);
  const problem = `names the database "${name}", which does not exist and which the user may not create: create it, or grant the user the right`;
  throw databaseUrlFault(problem);
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

function codeOf(error: Error): string | undefined {
  return (error as { code?: string }).code;
}
