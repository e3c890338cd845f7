/** A run: calls that belong together, with a budget that the same atomic holds enforce, and a receipt that is the sum of its calls. */
import type { Nano } from '../kernel/money';
import type { Bucket, RunKind, RunStatus, UsageSource } from '../kernel/words';
import type { TokenCounts } from '../metering/usage';
import type { Amounts } from './amounts';

/** A ceiling on what a run may spend of a bucket, in nano units of its currency. */
export interface BudgetLine {
  readonly bucket: Bucket;
  readonly amount: Nano;
}

export interface Run {
  readonly id: string;
  readonly kind: RunKind;
  readonly accountId: string;
  /** The key that made it, and the only one that may attach calls. */
  readonly apiKeyId: string;
  readonly name: string;
  readonly status: RunStatus;
  /** Why it is paused, partial or failed, and what to do. */
  readonly statusReason: string | null;
  /** Empty: only the limits of the key and its project bind. Otherwise a bucket that is not named may not be used. */
  readonly budget: readonly BudgetLine[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** What the calls of a run used and cost, of one model and bucket. */
export interface RunPart extends TokenCounts {
  /** The model that was asked for; null: the request named none. */
  readonly model: string | null;
  /** null: it was refused before a bucket was chosen. */
  readonly bucket: Bucket | null;
  readonly requests: number;
  readonly fallbacks: number;
  readonly charge: Nano;
}

/** Everything that the receipts of a run add up to; requests in flight are in none of it. */
export interface RunSums {
  readonly parts: readonly RunPart[];
  readonly attempts: number;
  readonly failedAttempts: number;
  /** Where the token counts of its calls came from. */
  readonly sources: readonly UsageSource[];
  /** What the operator gave back of the charges. */
  readonly refunds: Amounts;
}

/** Whether calls may still be attached. */
export function takesCalls({ finishedAt }: Pick<Run, 'finishedAt'>): boolean {
  return finishedAt === null;
}
