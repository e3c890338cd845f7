/** What an error of SQLite means. */

/** What the database says when a row or a statement is at fault; everything else is the database's own trouble. */
const AT_FAULT_ITSELF = /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE|ERROR)/;

/** Whether the database itself is in trouble: locked, full, read-only, or not to be read. `code` is the driver's. */
export function isTroubleOfSqlite(code: string): boolean {
  return !AT_FAULT_ITSELF.test(code);
}
