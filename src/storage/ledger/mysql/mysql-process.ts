/**
 * Which gateway processes live, by the database's own clock. Each writes down a heartbeat; one that stays silent is
 * declared dead by any other, once, and its open holds are then nobody's.
 */

import { MYSQL_NOW } from '../../sql/database-now';
import type { HoldValues } from '../abandoned-end';
import { HOLD_COLUMNS } from '../rows';
import { type Exchange, foundBy, rowsOf } from './mysql-connections';
import { list, literal } from './mysql-text';

export interface Silent {
  readonly id: string;
  /** As the database holds it; equal means that no heartbeat came in between. */
  readonly heartbeatAt: string;
  /** It is later than the clock, which was put back since: how old it is, nobody knows. */
  readonly isAhead: boolean;
}

export async function registerProcess(exchange: Exchange, id: string): Promise<void> {
  await exchange([
    `INSERT INTO gateway_process (id, state, started_at, heartbeat_at) VALUES (${literal(id)}, 'LIVE', ${MYSQL_NOW}, ${MYSQL_NOW})`,
  ]);
}

/** @returns false when the process is not counted among the living any more */
export async function beat(exchange: Exchange, id: string): Promise<boolean> {
  const [answer] = await exchange([`UPDATE gateway_process SET heartbeat_at = ${MYSQL_NOW} WHERE id = ${literal(id)} AND state = 'LIVE'`]);
  return foundBy(answer) === 1;
}

export async function markClean(exchange: Exchange, id: string): Promise<void> {
  await exchange([`UPDATE gateway_process SET state = 'CLEAN' WHERE id = ${literal(id)} AND state = 'LIVE'`]);
}

/** Processes that count as living and have not beaten for `silentMs`, or whose heartbeat is of a time that has not come. */
export async function silentProcesses(exchange: Exchange, silentMs: number): Promise<readonly Silent[]> {
  const [answer] = await exchange([
    `SELECT id, heartbeat_at, heartbeat_at > ${MYSQL_NOW} FROM gateway_process
     WHERE state = 'LIVE' AND NOT heartbeat_at BETWEEN ${MYSQL_NOW} - ${Math.trunc(silentMs)} AND ${MYSQL_NOW}`,
  ]);
  return rowsOf(answer).map(([id, heartbeatAt, isAhead]) => ({ id: String(id), heartbeatAt: String(heartbeatAt), isAhead: isAhead === 1 }));
}

/** @returns whether this call, and no other, declared the process dead */
export async function declareDead(exchange: Exchange, { id, heartbeatAt }: Omit<Silent, 'isAhead'>): Promise<boolean> {
  const [answer] = await exchange([
    `UPDATE gateway_process SET state = 'DEAD' WHERE id = ${literal(id)} AND state = 'LIVE' AND heartbeat_at = ${BigInt(heartbeatAt)}`,
  ]);
  return foundBy(answer) === 1;
}

/** The ids of the open holds of this process. */
export async function openHoldsOf(exchange: Exchange, owner: string): Promise<readonly string[]> {
  const [answer] = await exchange([`SELECT id FROM hold WHERE state = 'OPEN' AND owner = ${literal(owner)}`]);
  return rowsOf(answer).map(([id]) => String(id));
}

/**
 * Open holds of processes that are dead or went in good order, and the `lost` ones among those of the living. Also of those that nobody
 * knows any more: whoever places a hold was written down before, so somebody has cleared the list since.
 */
export async function orphanedHolds(
  exchange: Exchange,
  limit: number,
  except: readonly string[],
  lost: readonly string[] = [],
): Promise<readonly HoldValues[]> {
  const columns = HOLD_COLUMNS.map((column) => `h.${column}`).join(', ');
  const others = except.length === 0 ? '' : `AND h.id NOT IN (${list(except)})`;
  const besides = lost.length === 0 ? '' : `OR h.id IN (${list(lost)})`;
  const [answer] = await exchange([
    `SELECT ${columns} FROM hold h LEFT JOIN gateway_process p ON p.id = h.owner
     WHERE h.state = 'OPEN' AND (COALESCE(p.state, 'DEAD') IN ('DEAD', 'CLEAN') ${besides}) ${others} ORDER BY h.id LIMIT ${Math.trunc(limit)}`,
  ]);
  return rowsOf(answer);
}
