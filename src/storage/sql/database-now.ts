/** The one clock that all processes share: what says whose turn it is goes by it, however far apart their own are. */
import type { DataSource } from 'typeorm';

/** Milliseconds since 1970, as an expression. */
export const MYSQL_NOW = 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)';
const SQLITE_NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/** Milliseconds since 1970 by the clock of the database, as an expression of its SQL. */
export function databaseNow({ options }: DataSource): string {
  return options.type === 'better-sqlite3' ? SQLITE_NOW : MYSQL_NOW;
}
