/**
 * better-sqlite3 as TypeORM's driver wants it, but exact: the bare driver turns every integer into a double. Here a whole
 * number arrives as a number where that is safe and as a decimal text where it is not, which is how mysql2 does it too. And it gives SQLite
 * text alone that is UTF-8, as mysql2 does: half of a character would be written as three bytes that read as three others.
 */
import type Database from 'better-sqlite3';
import { Sqlite } from './sqlite-driver';

const BUSY_TIMEOUT_MS = 10_000;
/** As TypeORM says them. */
const TURNS = new Set(['BEGIN TRANSACTION', 'COMMIT', 'ROLLBACK']);
const NOTHING_CHANGED = { changes: 0, lastInsertRowid: 0 };

/** Given to the data source as its `driver`. */
export class ExactSqlite {
  private readonly db: Database.Database;
  /** A transaction that TypeORM believes to be in. */
  private begun = false;

  constructor(file: string, { readonly = false }: { readonly readonly?: boolean } = {}) {
    this.db = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS, readonly });
    this.db.defaultSafeIntegers(true);
  }

  prepare(sql: string) {
    const statement = this.db.prepare<unknown[], unknown>(writableFromTheStart(sql));
    // Once for a statement, which is kept: the driver asks SQLite for five facts about each column.
    const columns = statement.reader ? statement.columns().map(({ name }) => name) : [];
    if (statement.reader) statement.raw();
    return {
      reader: statement.reader,
      all: (...values: unknown[]) => rowsOf(statement, columns, values),
      run: (...values: unknown[]) => {
        if (sql === 'ROLLBACK' && this.isUndone()) return NOTHING_CHANGED;
        const { changes, lastInsertRowid } = statement.run(...values.map(boundValue));
        if (TURNS.has(sql)) this.begun = this.db.inTransaction;
        return { changes, lastInsertRowid: exactValue(lastInsertRowid) };
      },
    };
  }

  /**
   * SQLite undoes a transaction by itself, such as for want of room, and refuses to do so again. TypeORM would take it for one that
   * still runs, put the next ones inside of it, and with the first that fails lock everybody out for good.
   */
  private isUndone(): boolean {
    const undone = this.begun && !this.db.inTransaction;
    if (undone) this.begun = false;
    return undone;
  }

  pragma(text: string): unknown {
    const answer = this.db.pragma(text);
    return Array.isArray(answer) ? answer.map(exactRow) : exactValue(answer);
  }

  close(): void {
    this.db.close();
  }
}

/**
 * A transaction that begins by reading and then writes fails at once when the ledger's connection has committed in
 * between. One that takes its turn for writing at the start waits for it instead.
 */
function writableFromTheStart(sql: string): string {
  return sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql;
}

/** From arrays: what the driver makes objects of is slow to make and slow to read. */
function rowsOf(statement: Database.Statement<unknown[], unknown>, columns: readonly string[], values: unknown[]): unknown[] {
  const rows = statement.all(...values.map(boundValue)) as unknown[][];
  return rows.map((cells) => {
    const row: Record<string, unknown> = {};
    for (let at = 0; at < columns.length; at += 1) row[columns[at] as string] = exactValue(cells[at]);
    return row;
  });
}

function boundValue(value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

function exactRow(row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return exactValue(row);
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, exactValue(value)]));
}

function exactValue(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value.toString();
}
