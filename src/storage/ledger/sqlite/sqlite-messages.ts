/** What crosses between the ledger's thread and the others. Batches travel as text, errors as their words. */
import type { LedgerVerdict } from '../../../ledger/ledger-store';
import type { ProgressRow } from '../checkpoint-text';
import type { SqlRow } from '../sql-values';

export type LedgerCall =
  | { readonly call: 'write'; readonly batch: string }
  | { readonly call: 'openHolds'; readonly limit: number }
  | { readonly call: 'note'; readonly rows: readonly ProgressRow[] }
  | { readonly call: 'progress'; readonly holdIds: readonly string[] }
  | { readonly call: 'forget' }
  | { readonly call: 'ping' }
  | { readonly call: 'close' };

export interface LedgerRequest {
  readonly id: number;
  readonly call: LedgerCall;
  /** A write that another thread may have carried out before it died. */
  readonly again?: boolean;
}

export interface LedgerAnswers {
  write: readonly LedgerVerdict[];
  openHolds: readonly SqlRow[];
  note: true;
  progress: readonly (readonly [holdId: string, progress: string])[];
  /** How many checkpoints were deleted. */
  forget: number;
  ping: true;
  close: true;
}

export interface ErrorWords {
  readonly name: string;
  readonly message: string;
  /** SQLite's result code, where the database said no. */
  readonly code: string | null;
}

export type LedgerReply =
  | { readonly id: number; readonly answer: LedgerAnswers[keyof LedgerAnswers] }
  | { readonly id: number; readonly error: ErrorWords };
