/**
 * The spool in a small SQLite file of its own. All processes of a machine that serve one ledger share it: a replay is
 * known to the ledger, so whoever comes first may send what another one kept, also what one kept that is dead.
 */
import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import type { Clock } from '../../kernel/clock';
import type { Log } from '../../kernel/log';
import type { EndRequest } from '../../ledger/ledger-store';
import type { SettlementSpool } from '../../ledger/settlement-spool';
import { makeFolder } from '../make-folder';
import { Sqlite } from '../sqlite-driver';
import { endOfText, textOfEnd } from './end-text';

/** Others write for milliseconds only; and while this one waits, the whole process does. */
const BUSY_TIMEOUT_MS = 1_000;
const TABLE = `CREATE TABLE IF NOT EXISTS settlement
  (request_id TEXT NOT NULL PRIMARY KEY, kept_at INTEGER NOT NULL, content TEXT NOT NULL, problem TEXT) STRICT`;
const KEEP = 'INSERT OR REPLACE INTO settlement (request_id, kept_at, content) VALUES (?, ?, ?)';
const WAITING = 'SELECT request_id, content FROM settlement WHERE problem IS NULL ORDER BY rowid LIMIT ?';
const FORGET = 'DELETE FROM settlement WHERE request_id = ?';
const SET_ASIDE = 'UPDATE settlement SET problem = ? WHERE request_id = ?';

export interface SpoolOptions {
  /** Made, with its folder, when the first end is kept. */
  readonly file: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'error'>;
}

export class SqliteSpool implements SettlementSpool {
  private db: Database.Database | null = null;
  private fresh: EndRequest[] = [];
  private writing: Promise<void> | null = null;

  constructor(private readonly options: SpoolOptions) {}

  /** What one turn of the event loop brings shares a write: the disk takes as long for one as for many. */
  keep(item: EndRequest): Promise<void> {
    this.fresh.push(item);
    this.writing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.write());
    return this.writing;
  }

  async waiting(limit: number): Promise<readonly EndRequest[]> {
    if (this.db === null && !existsSync(this.options.file)) return [];
    const rows = this.open().prepare(WAITING).all(limit) as { request_id: string; content: string }[];
    const read = await Promise.all(rows.map((row) => this.readOne(row.request_id, row.content)));
    const good = read.filter((item) => item !== null);
    return rows.length > 0 && good.length === 0 ? this.waiting(limit) : good;
  }

  async forget(requestIds: readonly string[]): Promise<void> {
    this.change((db) => {
      const forget = db.prepare(FORGET);
      for (const id of requestIds) forget.run(id);
    });
  }

  async setAside(requestId: string, problem: string): Promise<void> {
    this.change((db) => db.prepare(SET_ASIDE).run(problem, requestId));
  }

  close(): void {
    this.db?.close();
    this.db = null;
  }

  private write(): void {
    this.writing = null;
    const items = this.fresh.splice(0);
    const now = this.options.clock.now();
    this.change((db) => {
      const keep = db.prepare(KEEP);
      for (const item of items) keep.run(item.receipt.requestId, now, textOfEnd(item));
    });
  }

  private change(work: (db: Database.Database) => void): void {
    const db = this.open();
    db.transaction(() => work(db)).immediate();
  }

  private async readOne(requestId: string, content: string): Promise<EndRequest | null> {
    try {
      return endOfText(content);
    } catch (err) {
      this.options.log.error({ err, receipt: requestId }, 'a settlement in the spool cannot be read: it is set aside');
      await this.setAside(requestId, String(err));
      return null;
    }
  }

  private open(): Database.Database {
    if (this.db !== null) return this.db;
    const { file, log } = this.options;
    makeFolder(dirname(file));
    try {
      this.db = openFile(file);
    } catch (err) {
      if (!isDamaged(err)) throw err;
      // Not deleted: what is in it may still be read by people. A damaged file must not stop what comes after it.
      const aside = `${file}.damaged-${this.options.clock.now()}`;
      log.error({ err, aside }, 'the spool is damaged: its file is set aside, and settlements that waited in it are not replayed');
      renameSync(file, aside);
      this.db = openFile(file);
    }
    return this.db;
  }
}

function openFile(file: string): Database.Database {
  const db = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    // A rollback journal, whose removal is synced as well: on the disk before `keep` resolves, and one file when at rest.
    db.pragma('journal_mode = DELETE');
    db.pragma('synchronous = EXTRA');
    db.exec(TABLE);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function isDamaged(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === 'SQLITE_NOTADB' || (typeof code === 'string' && code.startsWith('SQLITE_CORRUPT'));
}
