/** The port through which a wallet's history is followed as it grows: the ledger itself is the log of all spend. */
import type { Nano } from '../kernel/money';
import type { LedgerEntry } from './wallet';

/** What one batch did to one wallet. */
export interface HistoryStep {
  readonly walletId: string;
  /** Gapless along the wallet, from 1. */
  readonly seq: bigint;
  /** Ascends along the wallet; of two wallets the later may be committed first. */
  readonly atUs: bigint;
  /** At least one, the oldest first. The same every time they are read. */
  readonly entries: readonly LedgerEntry[];
  /** What open holds reserve after the step. */
  readonly heldAfter: Nano;
}

/** The last step of a wallet; 0 for one without a step. */
export type WalletHead = Pick<HistoryStep, 'seq' | 'atUs'>;

export interface WalletHistory {
  /** Of each wallet of the account, or of every account (null). */
  heads(accountId: string | null): Promise<ReadonlyMap<string, WalletHead>>;
  /** How many steps the wallet has up to that time, that one included. */
  sequenceAt(walletId: string, atUs: bigint): Promise<bigint>;
  /** The steps that follow `seq`, the oldest first, at most `limit`. Committed steps only, and none is ever left out. */
  after(walletId: string, seq: bigint, limit: number): Promise<readonly HistoryStep[]>;
}
