/** What an account is told of the books of one wallet, and the port that looks into them. */
import type { AuditReport } from './audit-ledger';
import { lineOf } from './finding';

export interface LedgerVerification {
  readonly ok: boolean;
  /** How many entries of the wallet were read. */
  readonly entries: number;
  /** The batch up to which all entries of the wallet are sealed; null: the first one is not. */
  readonly sealedThrough: string | null;
  /** The hash of the newest seal; null: nothing is sealed yet. Whoever keeps it can tell later that the chain was not made anew. */
  readonly headHash: string | null;
  /** The first entry that is wrong; null: none is, or what is wrong is no entry. */
  readonly firstBadEntryId: string | null;
  /** What is wrong with that entry, or else first, in words, and how much more is. */
  readonly problem: string | null;
}

export interface LedgerVerifier {
  /**
   * Recomputes all that a wallet consists of, as of one moment. Takes as long as the wallet is long.
   * @throws Fault `temporarily_unavailable` when too many are asked for at once, or the database cannot be read
   */
  verify(walletId: string): Promise<LedgerVerification>;
}

/** The report of one wallet's audit in its owner's words. */
export function verificationOf({ findings, problems, counts, sealedThrough, headHash }: AuditReport): LedgerVerification {
  const badEntry = findings.find(({ entryId }) => entryId !== null);
  const first = badEntry ?? findings[0];
  const more = problems > 1 ? ` (${problems} problems in all)` : '';
  return {
    ok: problems === 0,
    entries: counts.entries,
    sealedThrough,
    headHash,
    firstBadEntryId: badEntry?.entryId ?? null,
    problem: first === undefined ? null : `${lineOf(first)}${more}`,
  };
}
