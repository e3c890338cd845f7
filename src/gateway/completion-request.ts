/** What comes in, where the answer goes, and what the flow works with. */

import type { AttemptMeans } from '../attempts/attempt-job';
import type { StreamSink } from '../attempts/delivery';
import type { Alarms } from '../kernel/alarms';
import type { Fault } from '../kernel/fault';
import type { Form } from '../kernel/form';
import type { Log } from '../kernel/log';
import type { Bucket, RouteType } from '../kernel/words';
import type { Credential, KeyRing, Source } from '../keys/authenticate';
import type { RateLevels, RateLimiter } from '../keys/rate-limiter';
import type { GroupCommit } from '../ledger/group-commit';
import type { LedgerReader } from '../ledger/ledger-reader';
import type { SettlementSpool } from '../ledger/settlement-spool';
import type { CatalogStore } from '../routing/catalog-store';
import type { RunStore } from '../runs/run-store';
import type { Checkpoints } from './ending/checkpoints';
import type { AnswerArchive, KeptAnswer } from './ending/kept-answer';
import type { Endpoint } from './endpoints/endpoint';

export interface CompletionRequest {
  /** The request id, and the id of the receipt. */
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly credential: Credential;
  readonly from: Source;
  /** The bytes of JSON, or a form. */
  readonly body: Buffer | Form;
  /** The `x-forge-route` header as it was sent. */
  readonly routeHeader: string | null;
  /** The `x-forge-deadline-ms` header as it was sent. */
  readonly deadlineHeader: string | null;
  /** The `x-forge-run` header as it was sent. */
  readonly runHeader: string | null;
  /** The `Idempotency-Key` header as it was sent. */
  readonly idempotencyKey: string | null;
  /** The `anthropic-beta` headers as they were sent; left out: none, or none that the endpoint knows. */
  readonly betas?: string | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The same instant on the monotonic clock, for how long it took. */
  readonly receivedTick: number;
}

/** What the response headers say of the route. */
export interface AnswerHead {
  readonly routeType: RouteType;
  readonly bucket: Bucket;
}

/** Where the answer goes. Headers go out with the first byte, so nothing is promised before something is known. */
export interface AnswerSink extends StreamSink {
  /** True once a byte of a stream has been written. */
  readonly started: boolean;
  /** Names the route before anything is sent; the last call before the first byte counts. */
  announce(head: AnswerHead): void;
  /** How much is left of the key's rates, before anything is sent; not called for a key without such limits. */
  announceRates(levels: RateLevels): void;
  /** A whole answer, after its settlement: JSON unless the content type says otherwise. `charge` is a decimal string. */
  finishWhole(text: string, charge: string, contentType?: string): void;
  /** The last events of a stream, after its settlement. */
  finishStream(frames: string): void;
  /** The last bytes of audio, after its settlement. */
  finishAudio(bytes: Buffer, contentType: string): void;
  /** An answer that was given before, to the same Idempotency-Key. */
  giveAgain(answer: KeptAnswer): void;
  /** An error: a response of its own, or the last event of a stream that has begun. */
  fail(fault: Fault): void;
}

/** Everything that the flow needs. */
export interface Gateway extends AttemptMeans {
  readonly keys: KeyRing;
  readonly rates: RateLimiter;
  readonly catalog: CatalogStore;
  readonly runs: Pick<RunStore, 'find'>;
  readonly ledger: Pick<GroupCommit, 'place' | 'end'>;
  readonly reader: Pick<LedgerReader, 'keyUse'>;
  readonly log: Log;
  readonly alarms: Alarms;
  /** Notes durably what streams have delivered, so that a crash does not give it away. */
  readonly checkpoints: Pick<Checkpoints, 'whileDelivering'>;
  /** null: answers are not kept. */
  readonly archive: AnswerArchive | null;
  /** Takes the ends of requests while the ledger cannot. */
  readonly spool: Pick<SettlementSpool, 'keep'>;
  /** Ends of requests that the ledger could not take yet and that are tried on: a process waits for them before it leaves. */
  readonly unended: Set<Promise<void>>;
}
