/** What crosses between a thread of the audit and the gateway's. */
import type { LedgerVerification } from '../../ledger/audit/verification';
import type { RolledUp } from '../usage/roll-up-batches';
import type { SealedBlock, SealRange } from './seal-batches';

export type AuditCall =
  | { readonly call: 'verify'; readonly walletId: string; readonly at: number }
  | { readonly call: 'rollUp' }
  | { readonly call: 'seal'; readonly range: SealRange; readonly at: number };

export interface AuditAnswers {
  readonly verify: LedgerVerification;
  readonly seal: SealedBlock | null;
  readonly rollUp: RolledUp;
}

export interface AuditRequest {
  readonly id: number;
  readonly call: AuditCall;
}

export type AuditReply = { readonly id: number } & (
  | { readonly answer: AuditAnswers[keyof AuditAnswers] }
  | { readonly error: string; readonly stack: string }
);
