/**
 * The port that makes money durable. A batch is one transaction: all of its items or none. The rules of each item are
 * decided inside that transaction, by guards in the statements themselves; no cache ever admits. Amounts are nano units of
 * the wallet's currency, instants milliseconds since 1970.
 */
import type { AttemptRecord } from '../attempts/attempt';
import type { Nano } from '../kernel/money';
import type { Currency, EntryKind } from '../kernel/words';
import type { ReceiptRecord, RequestFacts, RouteFacts } from './receipt';
import type { SpendCeiling } from './spend-counter';

/** An open hold as its holder remembers it. `placedAt` finds the counters of spend in which it counts. */
export interface OpenHold {
  readonly holdId: string;
  readonly walletId: string;
  readonly amount: bigint;
  readonly placedAt: number;
}

/** What makes two requests one: the same key of the client's, sent with the same API key and the same body. */
export interface Idempotence {
  /** SHA-256, hex, of the API key's id and the client's `Idempotency-Key`. */
  readonly id: string;
  /** SHA-256, hex, of endpoint and body. */
  readonly bodyHash: string;
}

/** Reserves money on a wallet. Granted in full, or down to `atLeast` when the wallet has no more, or refused. */
export interface PlaceHold {
  readonly kind: 'place';
  readonly holdId: string;
  readonly walletId: string;
  readonly request: RequestFacts;
  readonly route: RouteFacts;
  readonly amount: bigint;
  readonly atLeast: bigint;
  /** When the request first reserved money: of a hold that takes the place of another one, when that was placed. */
  readonly placedAt: number;
  readonly expiresAt: number;
  /** An open hold of the same request, on the other wallet, that this one takes the place of: released when this is granted. */
  readonly replaces: OpenHold | null;
  /** Limits of key, project and run on this hold's bucket. Like the balance, they may lower the grant down to `atLeast`. */
  readonly ceilings: readonly SpendCeiling[];
  /** Set when the client sent an `Idempotency-Key`: at most one open hold of it, and at most one that was ever settled. */
  readonly idempotence: Idempotence | null;
}

/** An answer that is given again to the same `Idempotency-Key`. */
export interface StoredAnswer {
  /** The `Idempotence.id`. */
  readonly id: string;
  /** The answer, sealed with the master key. */
  readonly sealed: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Ends a request: the hold is settled at `receipt.charge` (or released when the charge is zero and nothing was used),
 * the charge transferred, receipt and attempts written. `hold` null: a refusal that held nothing.
 */
export interface EndRequest {
  readonly kind: 'end';
  readonly hold: (OpenHold & { readonly settles: boolean }) | null;
  readonly receipt: ReceiptRecord;
  readonly attempts: readonly AttemptRecord[];
  /** Index of the attempt that bears the charge; null when none does. */
  readonly chargedAttempt: number | null;
  /** Set when the charge is above zero. */
  readonly transferId: string | null;
  /** What the usage cost above the hold: the operator's loss, booked between house accounts. Zero as a rule. */
  readonly overage: Nano;
  readonly overageTransferId: string | null;
  /** Written with the settlement, for a replay; null: nothing is kept. */
  readonly answer: StoredAnswer | null;
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
  /** A refund: the request whose charge it gives back, in part or whole. All refunds of a charge stay within it. Else null. */
  readonly receiptId: string | null;
  /** A redemption: its code, which pays nothing once it was revoked. Else null. */
  readonly redemptionCodeId: string | null;
  readonly memo: string | null;
  readonly createdAt: number;
}

/**
 * What a stream has delivered so far, so that a crash does not give it away: the least that is certain. Recovery settles
 * the hold at `charge` when the process that wrote it is dead.
 */
export interface Checkpoint {
  readonly holdId: string;
  /** At most the hold. */
  readonly charge: Nano;
  /** What it cost above the hold by then: the operator's loss. Left out by processes of earlier releases. */
  readonly overage?: Nano;
  /** The receipt's fields as far as they are known; usage has the source FLOOR. */
  readonly progress: Pick<
    ReceiptRecord,
    | 'upstreamModel'
    | 'reportedModel'
    | 'finalChannelId'
    | 'priceId'
    | 'retryCount'
    | 'fallbackCount'
    | 'providerStatus'
    | 'usage'
    | 'timeToFirstTokenMs'
    | 'loweredOutputLimit'
  >;
  /** Those that have ended, and last the one that delivers: it bears the charge. */
  readonly attempts: readonly AttemptRecord[];
}

export type LedgerItem = PlaceHold | EndRequest | MoveMoney;

export interface LedgerBatch {
  /** Decides the batch for ever: written first, so that a batch whose COMMIT got no answer can be looked up and not repeated. */
  readonly id: string;
  readonly items: readonly LedgerItem[];
}

/**
 * What became of an item. `granted`: a hold, with its amount. `done`: a request ended or money moved, now.
 * `insufficient`: the wallet has `available` and that is too little. `over_limit`: a ceiling leaves too little.
 * `same_key`: another request with this `Idempotency-Key` holds money now (`running`), was settled (`settled`), or had
 * another body (`other_body`). `over_charge`: a refund would give back more than was charged. `over_balance`: the wallet would hold more than any amount may be.
 * `code_revoked`: a redemption whose code was revoked before it could be written. `not_open`: the hold was ended by somebody else
 * (a fenced process that woke up); nothing was written. `duplicate`: this external key moved money before. `refused`: nothing
 * was written, and what refused it has passed since and is not known any more: it may be asked for again.
 */
export type LedgerVerdict =
  | { readonly verdict: 'granted'; readonly amount: bigint }
  | { readonly verdict: 'insufficient'; readonly available: bigint }
  | { readonly verdict: 'over_limit'; readonly counterId: string; readonly ceiling: bigint; readonly spent: bigint; readonly held: bigint }
  | { readonly verdict: 'same_key'; readonly state: 'running' | 'settled' | 'other_body'; readonly requestId: string }
  | { readonly verdict: 'over_charge'; readonly charged: bigint; readonly refunded: bigint }
  | { readonly verdict: 'over_balance' }
  | { readonly verdict: 'code_revoked' }
  | { readonly verdict: 'done' }
  | { readonly verdict: 'not_open' }
  | { readonly verdict: 'refused' }
  | {
      readonly verdict: 'duplicate';
      readonly transferId: string;
      /** Whether that transfer is of the same kind, wallet, amount and receipt. */
      readonly same: boolean;
    };

export interface LedgerStore {
  /**
   * How many batches may be in flight at once: one of whatever comes; the same, with the next one handed over ahead of time;
   * or one of holds and so many of ends and movements.
   */
  readonly lanes: 'one' | 'one_ahead' | { readonly ends: number };
  /** Commits the batch durably and says what became of each item, in order. Throws when nothing was written. */
  write(batch: LedgerBatch): Promise<readonly LedgerVerdict[]>;
  /** Notes, durably, how far open holds have come; a later one takes the place of an earlier one. May be lost without harm. */
  checkpoint(checkpoints: readonly Checkpoint[]): Promise<void>;
}
