/** A refusal or failure that the caller may read. Everything that is not a `Fault` is masked by the renderers. */
import { type FaultCode, type FaultRule, faultRule } from './fault-codes';

export interface FaultDetail {
  /** The parameter at fault, as OpenAI's `error.param`: `messages[0].content`. */
  readonly param?: string;
  /** Set where the provider's own status, code and type are passed on. */
  readonly provider?: { readonly status: number; readonly code: string | null; readonly type: string | null };
  /** Overrides the table: once money was charged an SDK must not pay twice, and where nothing can be tried it need not ask again. */
  readonly retry?: boolean;
  readonly retryAfterS?: number;
  /** The receipt of another request, which this one is about. */
  readonly receiptId?: string;
  /** Whose spend limit was reached. */
  readonly limitOf?: 'key' | 'project' | 'run';
  /** The methods that the address takes, for `allow`. */
  readonly allow?: readonly string[];
  /** `error.details` of Anthropic's errors: what its clients do something about by themselves. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class Fault extends Error {
  override readonly name = 'Fault';

  constructor(
    readonly code: FaultCode,
    /** Shown to the caller: names what to change, holds no secret and no address. */
    readonly publicMessage: string,
    readonly detail: FaultDetail = {},
  ) {
    super(publicMessage, { cause: detail.cause });
  }

  get rule(): FaultRule {
    return faultRule(this.code);
  }
}

/** The fault of something that a caller set: `problem` goes on after its name, up to the full stop. */
export function wrong(param: string, problem: string): Fault {
  return new Fault('invalid_request', `${param} ${problem}.`, { param });
}
