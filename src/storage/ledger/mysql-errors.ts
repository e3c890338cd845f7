/** What an error of MySQL, MariaDB or TiDB means for a batch. */

/** `again`: the database undid the batch. `lost`: nobody knows yet what became of it. `data`: an item is at fault. */
export type Trouble = 'again' | 'lost' | 'data';

interface DatabaseError extends Error {
  readonly errno?: number;
  readonly code?: string;
  readonly fatal?: boolean;
}

/** Deadlock, lock wait timeout, and TiDB's write conflicts. */
const AGAIN = new Set([1213, 1205, 9007, 8002, 8022, 8028]);
/** Shutting down, killed, too many connections, read-only, disk or table full. */
const LOST = new Set([
  1021, 1040, 1053, 1114, 1158, 1159, 1160, 1161, 1203, 1290, 1317, 1836, 1927, 2006, 2013, 3169, 4031, 9001, 9002, 9003, 9005,
]);
const DUPLICATE = 1062;

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Error)) return 'data';
  const { errno, code, fatal } = error as DatabaseError;
  if (errno !== undefined && AGAIN.has(errno)) return 'again';
  if (errno !== undefined && LOST.has(errno)) return 'lost';
  // The driver's own errors have a name instead of a number of the server, or end the connection.
  const ofDriver = code !== undefined && /^(PROTOCOL_|E[A-Z]+$|ER_(SERVER_GONE|CON_COUNT)|HANDSHAKE_|POOL_)/.test(code);
  return fatal === true || ofDriver || /closed state|connection is closed/i.test(error.message) ? 'lost' : 'data';
}

/** Whether the database refused a row because `value` stands in a unique index already. */
export function isDuplicate(error: unknown, value?: string): boolean {
  if (!(error instanceof Error)) return false;
  const { errno, message } = error as DatabaseError;
  return errno === DUPLICATE && (value === undefined || message.includes(value));
}
