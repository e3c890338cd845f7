/** Answers that were given, and the port to where they are kept. */
import type { Bucket, RouteType } from '../../kernel/words';

export interface KeptAnswer {
  /** The request whose answer it is. */
  readonly requestId: string;
  readonly routeType: RouteType;
  readonly bucket: Bucket;
  readonly stream: boolean;
  /** Of a whole answer: a decimal string. */
  readonly charge: string | null;
  /** Of a whole answer that is no JSON. */
  readonly contentType?: string;
  /** Every byte of the body, cost included. */
  readonly text: string;
}

/** The port to kept answers. Sealed at rest. */
export interface AnswerArchive {
  /** How long an answer is kept, in milliseconds. */
  readonly keepMs: number;
  seal(id: string, answer: KeptAnswer): string;
  /** null: none is kept, or its time is over. */
  find(id: string, now: number): Promise<KeptAnswer | null>;
}
