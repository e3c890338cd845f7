/** The port through which a wallet's history is followed as it grows: the ledger itself is the log of all spend. */
import type { Nano } from '../kernel/money';
import type { LedgerEntry } from './wallet';

/** What one batch did to one wallet. */
export interface HistoryStep {
  readonly walletId: string;
  /** Gapless along the wallet, from 1. */
  readonly seq: bigint;
  /** At least one, the oldest first. The same every time they are read. */
  readonly entries: readonly LedgerEntry[];
  /** What open holds reserve after the step. */
  readonly heldAfter: Nano;
}

export interface WalletHistory {
  /** The last step of each wallet of the account, or of every account (null). 0 for a wallet without a step. */
  heads(accountId: string | null): Promise<ReadonlyMap<string, bigint>>;
  /** The steps that follow `seq`, the oldest first, at most `limit`. Committed steps only, and none is ever left out. */
  after(walletId: string, seq: bigint, limit: number): Promise<readonly HistoryStep[]>;
}
