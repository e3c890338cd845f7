/** Checkpoints on SQLite: how far the streams of this process have come. */
import type Database from 'better-sqlite3';
import { FORGOTTEN_AT_ONCE, PROGRESS_COLUMNS, type ProgressRow } from '../checkpoint-text';

export class SqliteCheckpoints {
  private readonly replace = this.db.prepare<ProgressRow>(`REPLACE INTO hold_progress (${PROGRESS_COLUMNS.join(', ')}) VALUES (?, ?, ?)`);
  private readonly find = this.db
    .prepare('SELECT hold_id, progress FROM hold_progress WHERE hold_id IN (SELECT value FROM json_each(?))')
    .raw();
  /** From the checkpoints to their holds: the other way there are all holds that ever were. */
  private readonly deleteEnded = this.db.prepare(
    `DELETE FROM hold_progress WHERE hold_id IN
       (SELECT p.hold_id FROM hold_progress p CROSS JOIN hold h ON h.id = p.hold_id WHERE h.state <> 'OPEN' LIMIT ${FORGOTTEN_AT_ONCE})`,
  );

  constructor(private readonly db: Database.Database) {}

  /** All of them in one transaction. */
  note(rows: readonly ProgressRow[]): void {
    this.db
      .transaction(() => {
        for (const row of rows) this.replace.run(...row);
      })
      .immediate();
  }

  /** The checkpoints of these holds, as they are kept. */
  of(holdIds: readonly string[]): (readonly [holdId: string, progress: string])[] {
    return this.find.all(JSON.stringify(holdIds)) as [string, string][];
  }

  /** Deletes checkpoints of holds that have ended, so many at most. @returns how many */
  forgetEnded(): number {
    return this.deleteEnded.run().changes;
  }
}
