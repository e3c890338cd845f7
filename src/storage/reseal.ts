/**
 * Seals with a new master key what another one sealed. One transaction: all of it is sealed anew or nothing is. What the new
 * key opens already is left alone, so that it can be done again, and by every process of a fleet that starts.
 */
import type { DataSource, EntityManager } from 'typeorm';
import { ConfigurationError } from '../kernel/configuration-error';
import type { Log } from '../kernel/log';
import { seal, unseal } from '../kernel/secret';
import { formerContext, webhookContext } from './alerts/alert-rule-store';
import { lockState } from './catalog/catalog-state';
import { sealContext } from './catalog/seal-context';
import { oneProcessAtATime } from './one-process-at-a-time';
import { inTransaction } from './sql/in-transaction';
import { keptFromOthers, rowsOf } from './sql/query';
import { type Row, textOf } from './sql/row-values';
import { answerContext } from './stored-answer-store';

interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** What the text of a row is bound to. */
  readonly contextOf: (id: string) => string;
}

/** Everything that is sealed with the master key. */
export const SEALED: readonly SealedColumn[] = [
  { table: 'channel', column: 'sealed_api_key', contextOf: sealContext },
  { table: 'webhook', column: 'secret_sealed', contextOf: webhookContext },
  { table: 'webhook', column: 'former_secret_sealed', contextOf: formerContext },
  { table: 'stored_answer', column: 'sealed', contextOf: answerContext },
];

export interface MasterKeys {
  readonly current: Buffer;
  readonly previous: Buffer;
}

/** As many rows are in memory at once. */
const PAGE = 200;

/**
 * To be called before anything sealed is read. Gives how many rows were sealed anew.
 * @throws ConfigurationError for a row that neither key opens; nothing is changed then
 */
export function resealAll(dataSource: DataSource, keys: MasterKeys, log: Pick<Log, 'warn'>): Promise<number> {
  return oneProcessAtATime(dataSource, { work: 'reseal', log }, () =>
    inTransaction(dataSource, async (manager) => {
      // Whoever changes the catalog waits, and seals with its own key what it writes then.
      await lockState(manager);
      let resealed = 0;
      for (const place of SEALED) resealed += await resealColumn(manager, place, keys);
      return resealed;
    }),
  );
}

/**
 * The ids of webhooks that the key does not open: a process with the key before sealed them behind `resealAll`. Nothing can be sent to them,
 * and no start refuses for them, as it does for a channel.
 */
export async function webhooksOfAnotherKey(dataSource: DataSource, key: Buffer): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const { table, column, contextOf } of SEALED.filter((place) => place.table === 'webhook')) {
    const rows = await rowsOf(dataSource, `SELECT id, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`, []);
    for (const row of rows) {
      const id = textOf(row['id']);
      if (opened(key, textOf(row['sealed']), contextOf(id)) === null) found.add(id);
    }
  }
  return [...found];
}

async function resealColumn(manager: EntityManager, place: SealedColumn, keys: MasterKeys): Promise<number> {
  const { table, column } = place;
  let resealed = 0;
  let after: string | null = '';
  while (after !== null) {
    const sql = `SELECT id, ${column} AS sealed FROM ${table} WHERE id > ? AND ${column} IS NOT NULL ORDER BY id LIMIT ${PAGE}${keptFromOthers(manager)}`;
    const rows: Row[] = await manager.query(sql, [after]);
    for (const row of rows) resealed += await resealRow(manager, place, row, keys);
    after = rows.length < PAGE ? null : textOf(rows.at(-1)?.['id']);
  }
  return resealed;
}

/** Gives how many rows were changed: one or none. */
async function resealRow(manager: EntityManager, { table, column, contextOf }: SealedColumn, row: Row, keys: MasterKeys): Promise<number> {
  const id = textOf(row['id']);
  const anew = sealedAnew(textOf(row['sealed']), contextOf(id), keys);
  if (anew === undefined) throw opensWithNeither(table, id);
  if (anew === null) return 0;
  await manager.query(`UPDATE ${table} SET ${column} = ? WHERE id = ?`, [anew, id]);
  return 1;
}

/** null: the current key opens it already; undefined: neither does. */
function sealedAnew(sealed: string, context: string, { current, previous }: MasterKeys): string | null | undefined {
  if (opened(current, sealed, context) !== null) return null;
  const plain = opened(previous, sealed, context);
  return plain === null ? undefined : seal(current, plain, context);
}

function opened(key: Buffer, sealed: string, context: string): string | null {
  try {
    return unseal(key, sealed, context);
  } catch {
    return null;
  }
}

function opensWithNeither(table: string, id: string): ConfigurationError {
  const problem = `does not open what is sealed in ${table} "${id}", and neither does MASTER_KEY: give the key that the database was made with`;
  return new ConfigurationError([{ path: 'MASTER_KEY_PREVIOUS', problem }]);
}
