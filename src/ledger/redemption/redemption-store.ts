/** The port that keeps redemption codes. That one was redeemed is no fact of its own: its entry in the ledger says so. */
import type { MadeMemory, Once } from '../../kernel/made-once';
import type { Nano } from '../../kernel/money';
import type { Bucket } from '../../kernel/words';
import type { Page, PageRequest } from '../ledger-reader';

export interface RedemptionCode {
  readonly id: string;
  readonly bucket: Bucket;
  readonly amount: Nano;
  readonly memo: string | null;
  /** Milliseconds since 1970, as all instants here. */
  readonly createdAt: number;
  /** null: never. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export interface RedemptionStore extends MadeMemory {
  /** All of them, or none when it rejects, as it does where codes were made for the same request. `codeHash` is all that is kept of the text. */
  add(codes: readonly (RedemptionCode & { readonly codeHash: string })[], once: Once | null): Promise<void>;
  find(id: string): Promise<RedemptionCode | undefined>;
  findByHash(codeHash: string): Promise<RedemptionCode | undefined>;
  /** From new to old. @throws Fault `invalid_request` for a cursor that is none */
  page(page: PageRequest): Promise<Page<RedemptionCode>>;
  /** A code that was revoked before keeps the time. */
  revoke(id: string, at: number): Promise<void>;
}

/** The external key under which a code moves money: once for ever, whoever redeems it, on whichever process. */
export function redemptionKey(codeId: string): string {
  return `redemption:${codeId}`;
}
