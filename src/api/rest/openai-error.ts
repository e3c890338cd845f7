/** The one place that renders a fault as OpenAI's clients expect it: status, headers and `{ error: { … } }`. */
import { Fault } from '../../kernel/fault';

export interface RenderedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: { message: string; type: string; param: string | null; code: string | null; receipt_id?: string };
  };
}

/** Only a `Fault` is shown; everything else is masked. `x-should-retry` is what the SDKs obey before their own rules. */
export function renderError(error: unknown, requestId: string): RenderedError {
  const fault = error instanceof Fault ? error : masked(requestId, error);
  const { rule, detail } = fault;
  const retry = detail.retry ?? rule.retry;
  const retryAfterS = retry ? (detail.retryAfterS ?? rule.retryAfterS) : undefined;
  return {
    status: detail.provider?.status ?? rule.http,
    headers: {
      'x-should-retry': String(retry),
      ...(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }),
      ...(detail.allow && { allow: detail.allow.join(', ') }),
      ...(rule.challenge && { 'www-authenticate': rule.challenge }),
    },
    body: {
      error: {
        message: fault.publicMessage,
        type: detail.provider?.type ?? rule.type,
        param: detail.param ?? null,
        code: detail.provider === undefined ? fault.code : detail.provider.code,
        ...(detail.receiptId === undefined ? {} : { receipt_id: detail.receiptId }),
      },
    },
  };
}

/** What is shown of an error that is not a fault. */
export function masked(requestId: string, cause: unknown): Fault {
  return new Fault('internal_error', `The gateway could not serve this request: tell the operator its id, ${requestId}.`, { cause });
}
