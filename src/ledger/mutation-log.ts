/** The log of mutations, and the port to it: who changed what through the graph, one entry for each, also for one that was refused. */
import type { Page, PageRequest } from './ledger-reader';

export const AUDIT_OUTCOMES = ['BEGUN', 'DONE', 'REFUSED'] as const;
/** BEGUN: whether it was done is not known, because something broke or the process ended meanwhile. */
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export const AUDIT_ACTORS = ['OPERATOR', 'ACCOUNT', 'KEY'] as const;
export type AuditActor = (typeof AUDIT_ACTORS)[number];

export interface AuditEntry {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly requestId: string;
  readonly actorKind: AuditActor;
  /** The key, the management token, or the account whose owner's token it was; null: the operator. */
  readonly actorId: string | null;
  /** The account that was changed; null: none, or all. */
  readonly accountId: string | null;
  /** The name of the mutation. */
  readonly action: string;
  /** The id of what was changed. */
  readonly target: string | null;
  readonly outcome: AuditOutcome;
  /** Why it was refused, or what broke. */
  readonly faultCode: string | null;
  /** What it was before and after, as JSON, amounts as decimal strings; never a secret. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface AuditFilter {
  readonly action?: string;
  readonly target?: string;
}

export interface AuditLog {
  /** Durable before the change begins, so that no change is without an entry. */
  begin(entry: AuditEntry): Promise<void>;
  end(entry: Pick<AuditEntry, 'id' | 'accountId' | 'target' | 'outcome' | 'faultCode' | 'after'>): Promise<void>;
  /** New to old; `accountId` null: everything. @throws Fault `invalid_request` for a cursor that is none */
  page(accountId: string | null, page: PageRequest, filter: AuditFilter): Promise<Page<AuditEntry>>;
}
