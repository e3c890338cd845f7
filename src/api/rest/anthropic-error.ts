/** Renders a fault as Anthropic's clients expect it: `{ type: "error", error: { type, message } }`. */
import { Fault } from '../../kernel/fault';
import { type RenderedError, renderError } from './openai-error';

export interface RenderedMessagesError extends Pick<RenderedError, 'status' | 'headers'> {
  readonly body: {
    readonly type: 'error';
    /** `code` and `param` are the gateway's own, as it tells them to all clients. */
    readonly error: { type: string; message: string; code: string | null; param: string | null; receipt_id?: string; details?: object };
    readonly request_id: string;
  };
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  529: 'overloaded_error',
};

/** Only a `Fault` is shown; everything else is masked. */
export function renderMessagesError(error: unknown, requestId: string): RenderedMessagesError {
  const { status, headers, body } = renderError(error, requestId);
  const { message, code, param, receipt_id } = body.error;
  const details = error instanceof Fault ? error.detail.details : undefined;
  const told = { ...(receipt_id !== undefined && { receipt_id }), ...(details !== undefined && { details }) };
  const type = TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  return {
    status,
    headers: { ...headers, 'request-id': requestId },
    body: { type: 'error', error: { type, message, code, param, ...told }, request_id: requestId },
  };
}

/** Whether a URL is one of Anthropic's paths. */
export function isMessagesPath(url: string): boolean {
  return /^\/v1\/messages(?:[/?]|$)/.test(url);
}
