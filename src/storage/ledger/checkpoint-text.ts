/** A checkpoint as the database keeps it, and the way back. What comes back decides on money, so nothing in it is taken on trust. */
import type { AttemptRecord } from '../../attempts/attempt';
import { NANO_MAX } from '../../kernel/money';
import type { Checkpoint } from '../../ledger/ledger-store';
import { tokenCount, type Usage } from '../../metering/usage';
import { exactText, exactValue } from '../sql/exact-json';

/** `hold_progress`, in the order of its columns. */
export const PROGRESS_COLUMNS = ['hold_id', 'progress', 'noted_at'] as const;
export type ProgressRow = [holdId: string, progress: string, notedAt: bigint];

/** How many checkpoints of ended holds are deleted at once: when there are so many, there may be more. */
export const FORGOTTEN_AT_ONCE = 1_000;

export function progressRow(checkpoint: Checkpoint, at: number): ProgressRow {
  return [checkpoint.holdId, exactText(checkpoint), BigInt(Math.trunc(at))];
}

/** @throws Error that says what is wrong with a text that is not the checkpoint of this hold */
export function checkpointOf(text: string, hold: { readonly holdId: string; readonly amount: bigint }): Checkpoint {
  const found = exactValue(text) as Partial<Checkpoint> | null;
  must(found?.holdId === hold.holdId, 'it is of another hold');
  const { charge, overage = 0n, progress, attempts } = found;
  must(typeof charge === 'bigint' && charge >= 0n && charge <= NANO_MAX, 'its charge is no amount');
  must(charge <= hold.amount, 'it charges more than was held');
  must(typeof overage === 'bigint' && overage >= 0n && overage <= NANO_MAX, 'what is above its hold is no amount');
  must(overage === 0n || charge === hold.amount, 'it is above a hold that it does not use up');
  must(isUsage(progress?.usage), 'its usage is no count');
  must(Array.isArray(attempts) && attempts.length > 0 && attempts.every(isAttempt), 'its attempts are not in order');
  return found as Checkpoint;
}

function isUsage(usage: Usage | undefined): boolean {
  if (usage === undefined || usage === null || usage.source !== 'FLOOR') return false;
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  return [inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens].every((each) => tokenCount(each) !== undefined);
}

/** The last one bears the charge, so the places must be known for certain. */
function isAttempt(attempt: AttemptRecord | null, at: number): boolean {
  return attempt?.index === at && typeof attempt.channelId === 'string';
}

function must(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Error(`This checkpoint cannot be used: ${why}.`);
}
