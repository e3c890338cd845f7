/** What an error of MySQL, MariaDB or TiDB means. */

/** `again`: the database undid the transaction. `lost`: nobody knows yet what became of it. `data`: a row or a statement is at fault. */
export type Trouble = 'again' | 'lost' | 'data';

interface DatabaseError extends Error {
  readonly errno?: number;
  readonly code?: string;
  readonly fatal?: boolean;
}

/** Deadlock, lock wait timeout, a row that changed since the transaction looked (MariaDB, from 11.6.2 on), and TiDB's write conflicts. */
const AGAIN = new Set([1213, 1205, 1020, 9007, 8002, 8022, 8028]);
/** Read-only by an option, for this transaction, or as a whole; and a node of a cluster that has lost the others. */
const TAKES_NO_CHANGE = new Set([1290, 1792, 1836, 1047]);
/**
 * What the server says of a row: null, left out, unknown column, duplicate, syntax, too long a packet, out of range, of
 * another type, cut, deprecated conversions, CHECK, and text that its column's character set has no room for. Everything else that a server says is its own trouble: a settlement is
 * tried again for it, and never given up.
 */
const DATA = new Set([1048, 1054, 1062, 1064, 1136, 1153, 1264, 1265, 1267, 1270, 1292, 1300, 1364, 1366, 1406, 1690, 3819, 3854, 4025]);
const DUPLICATE = 1062;

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Error)) return 'data';
  const { errno, code, fatal } = error as DatabaseError;
  if (errno !== undefined && AGAIN.has(errno)) return 'again';
  if (errno !== undefined && DATA.has(errno)) return 'data';
  if (errno !== undefined || fatal === true) return 'lost';
  // The driver's own errors have a name instead of a number of the server.
  const ofDriver = code !== undefined && /^(PROTOCOL_|E[A-Z]+$|ER_|HANDSHAKE_|POOL_)/.test(code);
  return ofDriver || /closed state|(?:connection|pool) is closed/i.test(error.message) ? 'lost' : 'data';
}

/** Whether the server itself takes no change, as a former primary does: the one that does may be at the same address by now. */
export function takesNoChange(error: unknown): boolean {
  const { errno } = error instanceof Error ? (error as DatabaseError) : {};
  return errno !== undefined && TAKES_NO_CHANGE.has(errno);
}

/** Whether the database refused a row because `value` stands in a unique index already. */
export function isDuplicate(error: unknown, value: string): boolean {
  if (!(error instanceof Error)) return false;
  const { errno, message } = error as DatabaseError;
  return errno === DUPLICATE && message.includes(value);
}
