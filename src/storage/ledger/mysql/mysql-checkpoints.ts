/** Checkpoints on MySQL: how far the streams of all processes have come. */
import { inPortions } from '../../../kernel/lists';
import { FORGOTTEN_AT_ONCE, PROGRESS_COLUMNS, type ProgressRow } from '../checkpoint-text';
import { type Exchange, rowsOf } from './mysql-connections';
import { insertText, list, select } from './mysql-text';

/** At most so many go at once, so that no statement outgrows what the server takes. */
const NOTED_AT_ONCE = 2_000;

/** One statement, up to thousands of streams. */
export async function noteProgress(exchange: Exchange, rows: readonly ProgressRow[]): Promise<void> {
  for (const part of inPortions(rows, NOTED_AT_ONCE)) {
    await exchange([insertText('hold_progress', PROGRESS_COLUMNS, part).replace(/^INSERT/, 'REPLACE')]);
  }
}

/** The checkpoints of these holds, as they are kept. */
export async function progressOf(exchange: Exchange, holdIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const [answer] = await exchange([select('hold_id, progress', 'hold_progress', 'hold_id', holdIds)]);
  return new Map(rowsOf(answer).map(([id, progress]) => [String(id), String(progress)]));
}

/** Deletes checkpoints of holds that have ended, so many at most. @returns how many it found */
export async function forgetProgress(exchange: Exchange): Promise<number> {
  // From the checkpoints to their holds: the other way there are all holds that ever were.
  const [answer] = await exchange([
    `SELECT p.hold_id FROM hold_progress p STRAIGHT_JOIN hold h ON h.id = p.hold_id WHERE h.state <> 'OPEN' LIMIT ${FORGOTTEN_AT_ONCE}`,
  ]);
  const ended = rowsOf(answer).map(([id]) => String(id));
  if (ended.length > 0) await exchange([`DELETE FROM hold_progress WHERE hold_id IN (${list(ended)})`]);
  return ended.length;
}
