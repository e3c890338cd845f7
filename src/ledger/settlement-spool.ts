/** Where the end of a request waits while the ledger cannot be written: on this machine's own disk. */
import type { EndRequest } from './ledger-store';

export interface SettlementSpool {
  /**
   * Keeps the end of a request, on the disk when the promise resolves: neither the process nor the power can lose it.
   * A later end of the same request takes the place of an earlier one.
   * @throws when the disk does not take it; nothing is kept then
   */
  keep(item: EndRequest): Promise<void>;
  /** Ends that are kept, by whichever process of this machine, the oldest first. */
  waiting(limit: number): Promise<readonly EndRequest[]>;
  /** To be called once the ledger has decided on these requests, and never before. */
  forget(requestIds: readonly string[]): Promise<void>;
  /** Keeps an end that no ledger will take for people to look at; it does not wait any more. */
  setAside(requestId: string, problem: string): Promise<void>;
}
