/** What was made with an idempotency key, in the database. Nobody sends a request again after a month: what is older is forgotten. */
import type { DataSource, EntityManager } from 'typeorm';
import { BackgroundWork } from '../kernel/background-work';
import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import type { MadeBefore, MadeMemory, Once } from '../kernel/made-once';
import { DAY_MS } from '../kernel/times';
import { execute, rowsOf } from './sql/query';
import { placeholders } from './sql/row-values';
import { text } from './sql/stored-values';

const KEPT_MS = 30 * DAY_MS;
const FORGET_EVERY_MS = 600_000;
const FORGOTTEN_AT_ONCE = 500;

/** A store of what is made with idempotency keys: `noteMade` notes it. */
export abstract class StoreOfMade implements MadeMemory {
  constructor(protected readonly dataSource: DataSource) {}

  async madeBefore(requestKey: string): Promise<MadeBefore | undefined> {
    const [row] = await rowsOf(this.dataSource, 'SELECT content_hash, made FROM made_once WHERE request_key = ?', [requestKey]);
    return row === undefined ? undefined : { contentHash: text(row, 'content_hash'), made: text(row, 'made') };
  }
}

/** In the transaction that makes it: of two at the same time one fails as a whole. Nothing without a key. `at`: milliseconds since 1970. */
export async function noteMade(manager: EntityManager, once: Once | null, made: string, at: number): Promise<void> {
  if (once === null) return;
  const insert = 'INSERT INTO made_once (request_key, content_hash, made, made_at) VALUES (?, ?, ?, ?)';
  await manager.query(insert, [once.key, once.contentHash, made, BigInt(at)]);
}

/** Forgets, in the background, what was made more than 30 days ago. */
export class OldMade extends BackgroundWork {
  constructor(private readonly parts: { readonly dataSource: DataSource; readonly clock: Clock; readonly log: Log }) {
    super({ everyMs: FORGET_EVERY_MS, problem: 'old idempotency keys could not be forgotten', log: parts.log });
  }

  protected async work(): Promise<void> {
    await this.dateUndated();
    while (!this.stopped && (await this.forget()) === FORGOTTEN_AT_ONCE);
  }

  /** A process of an older build, which may be there while builds are exchanged, does not say when it made something. */
  private async dateUndated(): Promise<void> {
    const { dataSource, clock } = this.parts;
    await execute(dataSource, 'UPDATE made_once SET made_at = ? WHERE made_at = 0', [BigInt(clock.now())]);
  }

  /** The oldest first, a few hundred at most, so that others come in between. @returns how many */
  private async forget(): Promise<number> {
    const { dataSource, clock } = this.parts;
    const select = 'SELECT request_key FROM made_once WHERE made_at < ? ORDER BY made_at LIMIT ?';
    const rows = await rowsOf(dataSource, select, [BigInt(clock.now() - KEPT_MS), BigInt(FORGOTTEN_AT_ONCE)]);
    const keys = rows.map((row) => text(row, 'request_key'));
    if (keys.length === 0) return 0;
    const remove = `DELETE FROM made_once WHERE request_key IN (${placeholders(keys)})`;
    await execute(dataSource, remove, keys);
    return keys.length;
  }
}
