/** What both databases give to the gateway. */
import type { Clock } from '../../kernel/clock';
import type { LedgerStore } from '../../ledger/ledger-store';
import { answerWithin } from '../answer-within';
import type { SweepLog } from './abandoned';

export interface LedgerOptions {
  /** The id of this process: every hold that it places bears it. */
  readonly owner: string;
  readonly clock: Clock;
  readonly log: SweepLog;
  /**
   * Called before holds of dead processes are released, with the store to write to: settlements that such a process left
   * on this machine's disk come first. When it throws, nothing is released yet.
   */
  readonly beforeSweep?: (store: LedgerStore) => Promise<unknown>;
}

export interface OpenLedger {
  readonly store: LedgerStore;
  /** Whether the ledger can be written now, answered within two seconds. Never rejects. */
  healthy(): Promise<boolean>;
  /**
   * Whether this process still counts among the living. One that slept, or could not beat for a while, tries to beat before it
   * says so. Left out: no other process could declare it dead. Never rejects.
   */
  isLiving?(): Promise<boolean>;
  /** Ends it in good order. To be called when nothing is in flight any more. */
  close(): Promise<void>;
}

const HEALTH_TIMEOUT_MS = 2_000;

/** True when the check succeeds in time. */
export function inTime(check: Promise<unknown>): Promise<boolean> {
  return answerWithin(HEALTH_TIMEOUT_MS, check).then(
    () => true,
    () => false,
  );
}
