/** What crosses between the ledger's thread and the others. Batches travel as text, errors as their words. */
import type { LedgerVerdict } from '../../ledger/ledger-store';
import type { SqlRow } from './sql-values';

export type LedgerCall =
  | { readonly call: 'write'; readonly batch: string }
  | { readonly call: 'openHolds'; readonly limit: number }
  | { readonly call: 'ping' }
  | { readonly call: 'close' };

export interface LedgerRequest {
  readonly id: number;
  readonly call: LedgerCall;
}

export interface LedgerAnswers {
  write: readonly LedgerVerdict[];
  openHolds: readonly SqlRow[];
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
