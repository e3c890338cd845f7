/**
 * The port that makes money durable. A batch is one transaction: all of its items or none. The rules of each item are
 * decided inside that transaction, by guards in the statements themselves; no cache ever admits.
 */
import type { AttemptRecord } from '../attempts/attempt';
import type { Nano } from '../kernel/money';
import type { Currency, EntryKind } from '../kernel/words';
import type { ReceiptRecord, RequestFacts, RouteFacts } from './receipt';

/** Reserves money on a wallet. Granted in full, or down to `atLeast` when the wallet has no more, or refused. */
export interface PlaceHold {
  readonly kind: 'place';
  readonly holdId: string;
  readonly walletId: string;
  readonly request: RequestFacts;
  readonly route: RouteFacts;
  readonly amount: bigint;
  readonly atLeast: bigint;
  readonly placedAt: number;
  readonly expiresAt: number;
  /** An open hold of the same request, on the other wallet, that this one takes the place of: released when this is granted. */
  readonly replaces: { readonly holdId: string; readonly walletId: string; readonly amount: bigint } | null;
}

/**
 * Ends a request: the hold is settled at `receipt.charge` (or released when the charge is zero and nothing was used),
 * the charge transferred, receipt and attempts written. `hold` null: a refusal that held nothing.
 */
export interface EndRequest {
  readonly kind: 'end';
  readonly hold: { readonly holdId: string; readonly walletId: string; readonly amount: bigint; readonly settles: boolean } | null;
  readonly receipt: ReceiptRecord;
  readonly attempts: readonly AttemptRecord[];
  /** Index of the attempt that bears the charge; null when none does. */
  readonly chargedAttempt: number | null;
  /** Set when the charge is above zero. */
  readonly transferId: string | null;
  /** What the usage cost above the hold: the operator's loss, booked between house accounts. Zero as a rule. */
  readonly overage: Nano;
  readonly overageTransferId: string | null;
}

/** Moves money between a house account and a wallet. */
export interface MoveMoney {
  readonly kind: 'move';
  readonly transferId: string;
  readonly entryKind: Exclude<EntryKind, 'CHARGE'>;
  readonly walletId: string;
  readonly currency: Currency;
  /** Signed as the wallet sees it: a top-up is positive. */
  readonly amount: bigint;
  /** Unique for ever: the same key never moves money twice. */
  readonly externalKey: string;
  readonly memo: string | null;
  readonly createdAt: number;
}

export type LedgerItem = PlaceHold | EndRequest | MoveMoney;

export interface LedgerBatch {
  /** Decides the batch for ever: written first, so that a batch whose COMMIT got no answer can be looked up and not repeated. */
  readonly id: string;
  readonly items: readonly LedgerItem[];
}

/**
 * What became of an item. `granted`: a hold, with its amount. `done`: a request ended or money moved, now.
 * `insufficient`: the wallet has `available` and that is too little. `not_open`: the hold was ended by somebody else
 * (a fenced process that woke up); nothing was written. `duplicate`: this external key moved money before.
 */
export type LedgerVerdict =
  | { readonly verdict: 'granted'; readonly amount: bigint }
  | { readonly verdict: 'insufficient'; readonly available: bigint }
  | { readonly verdict: 'done' }
  | { readonly verdict: 'not_open' }
  | { readonly verdict: 'duplicate'; readonly transferId: string };

export interface LedgerStore {
  /** How many batches may be in flight at once: two where holds and settlements have lanes of their own. */
  readonly lanes: 1 | 2;
  /** Commits the batch durably and says what became of each item, in order. Throws when nothing was written. */
  write(batch: LedgerBatch): Promise<readonly LedgerVerdict[]>;
}
