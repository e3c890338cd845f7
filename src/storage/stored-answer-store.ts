/** Kept answers in the database, sealed with the master key. What is past its time is never given, and is deleted in the background. */
import type { DataSource } from 'typeorm';
import type { AnswerArchive, KeptAnswer } from '../gateway/ending/kept-answer';
import { BackgroundWork } from '../kernel/background-work';
import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import { seal, unseal } from '../kernel/secret';
import { inTurn } from './sql/in-transaction';
import { placeholders, type Row, textOf } from './sql/row-values';

const PRUNE_EVERY_MS = 60_000;
const PRUNE_MAX = 500;

export interface StoredAnswerOptions {
  readonly dataSource: DataSource;
  readonly masterKey: Buffer;
  readonly keepMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export class SqlAnswerArchive extends BackgroundWork implements AnswerArchive {
  readonly keepMs = this.answers.keepMs;

  constructor(private readonly answers: StoredAnswerOptions) {
    super({ everyMs: PRUNE_EVERY_MS, problem: 'old answers could not be deleted', log: answers.log });
  }

  seal(id: string, answer: KeptAnswer): string {
    return seal(this.answers.masterKey, JSON.stringify(answer), answerContext(id));
  }

  async find(id: string, now: number): Promise<KeptAnswer | null> {
    const [row] = await this.rows('SELECT sealed FROM stored_answer WHERE id = ? AND expires_at > ?', [id, BigInt(now)]);
    if (row === undefined) return null;
    try {
      return JSON.parse(unseal(this.answers.masterKey, textOf(row['sealed']), answerContext(id))) as KeptAnswer;
    } catch (err) {
      this.answers.log.error({ err, answer: id }, 'a kept answer cannot be opened: its receipt is named instead');
      return null;
    }
  }

  /** Deletes everything that is past its time. */
  protected async work(): Promise<void> {
    while (!this.stopped && (await this.prune()) === PRUNE_MAX);
  }

  /** The oldest first, a few hundred at most, so that others come in between. @returns how many */
  private async prune(): Promise<number> {
    const now = BigInt(this.answers.clock.now());
    const rows = await this.rows('SELECT id FROM stored_answer WHERE expires_at <= ? ORDER BY expires_at LIMIT ?', [
      now,
      BigInt(PRUNE_MAX),
    ]);
    const ids = rows.map((row) => textOf(row['id']));
    if (ids.length > 0) await this.rows(`DELETE FROM stored_answer WHERE id IN (${placeholders(ids)}) AND expires_at <= ?`, [...ids, now]);
    return ids.length;
  }

  private rows(sql: string, values: readonly (string | bigint)[]): Promise<Row[]> {
    return inTurn(this.answers.dataSource, (manager) => manager.query<Row[]>(sql, [...values]));
  }
}

/** What a sealed answer is bound to: one that is copied to another key's row does not open. */
export function answerContext(id: string): string {
  return `answer:${id}`;
}
