/**
 * Every way in which the gateway says no, in one closed table. Both renderers (REST, GraphQL) read it; a code without a
 * row does not compile. `retry` becomes `x-should-retry`, which the SDKs obey before their own rules.
 */
export interface FaultRule {
  readonly http: number;
  /** OpenAI's `error.type`. */
  readonly type: string;
  /** GraphQL's `extensions.code`. */
  readonly graphql: string;
  readonly retry: boolean;
  /** Seconds for `retry-after`, where the client should wait. */
  readonly retryAfterS?: number;
  readonly log: 'info' | 'warn' | 'error';
  /** How to say who one is. HTTP asks for it beside 401 (RFC 9110, 15.5.2), and some clients show nothing of an answer without it. */
  readonly challenge?: string;
  /** What the user does next; printed on the receipt. */
  readonly nextStep: string;
}

const invalid = { type: 'invalid_request_error', graphql: 'BAD_USER_INPUT', retry: false, log: 'info' } as const;
const forbidden = { ...invalid, http: 403, graphql: 'FORBIDDEN' } as const;
const noMoney = { http: 429, type: 'insufficient_quota', graphql: 'FORBIDDEN', retry: false, log: 'info' } as const;
const upstream = { type: 'server_error', graphql: 'INTERNAL_SERVER_ERROR', retry: true, log: 'warn' } as const;

export const FAULT_RULES = {
  invalid_api_key: {
    ...invalid,
    http: 401,
    challenge: 'Bearer',
    graphql: 'UNAUTHENTICATED',
    nextStep: 'Send a valid key as "Authorization: Bearer sk-tf-…".',
  },
  key_paused: { ...forbidden, nextStep: 'Resume the key, or use another one.' },
  key_revoked: { ...forbidden, nextStep: 'Create a new key: a revoked key never works again.' },
  key_expired: { ...forbidden, nextStep: 'Create a new key, or one with a later expiry.' },
  account_suspended: { ...forbidden, nextStep: 'Ask the operator of the gateway, who suspended the account.' },
  address_not_allowed: { ...forbidden, nextStep: 'Call from an address that the key allows, or add this one to its allowedAddresses.' },
  forbidden: { ...forbidden, nextStep: 'Use a token that may do this.' },
  model_not_found: { ...invalid, http: 404, nextStep: 'Choose a model that GET /v1/models lists.' },
  model_not_allowed: { ...forbidden, nextStep: 'Add the model to the allowed models of the key, or use another key.' },
  route_not_allowed: { ...forbidden, nextStep: 'Change the route policy of the key, or leave out x-forge-route where it was sent.' },
  price_ceiling: { ...forbidden, nextStep: 'Raise the ceiling of the key that the message names, or choose a cheaper model.' },
  endpoint_not_supported: { ...invalid, http: 400, nextStep: 'Choose a model whose channels have this endpoint.' },
  feature_unsupported: {
    ...invalid,
    http: 400,
    nextStep: 'Leave out what the message names, or choose a model whose channels can carry it.',
  },
  not_found: { ...invalid, http: 404, graphql: 'NOT_FOUND', nextStep: 'Check the id and the key that you ask with.' },
  method_not_supported: { ...invalid, http: 405, nextStep: 'Use a method that the allow header names.' },
  invalid_json: { ...invalid, http: 400, nextStep: 'Send a JSON object as the body.' },
  invalid_request: { ...invalid, http: 400, nextStep: 'Correct the parameter that the message names.' },
  request_too_large: { ...invalid, http: 413, nextStep: 'Send a smaller body.' },
  unsupported_media_type: { ...invalid, http: 415, nextStep: 'Send the body in the type that the message names.' },
  insufficient_quota: {
    ...noMoney,
    nextStep: 'Top up the balance that the message names, lower the output limit, or wait for requests in flight that hold some of it.',
  },
  spend_limit_reached: {
    ...noMoney,
    nextStep: 'Raise the limit or the budget that the message names, or wait until it begins anew, where it does.',
  },
  rate_limit_exceeded: {
    http: 429,
    type: 'rate_limit_error',
    graphql: 'RATE_LIMITED',
    retry: true,
    retryAfterS: 1,
    log: 'info',
    nextStep: 'Wait as long as retry-after says.',
  },
  idempotency_in_progress: {
    ...invalid,
    http: 409,
    retry: true,
    retryAfterS: 1,
    nextStep: 'Wait for the first request with this Idempotency-Key, then send it again.',
  },
  idempotency_settled: { ...invalid, http: 409, nextStep: 'Read the receipt that the message names, or use a new Idempotency-Key.' },
  idempotency_mismatch: { ...invalid, http: 422, nextStep: 'Use a new Idempotency-Key for another request.' },
  upstream_rejected: { ...invalid, http: 400, nextStep: 'The provider refused the request: correct what its message names.' },
  upstream_lacks_model: {
    ...invalid,
    http: 404,
    log: 'warn',
    nextStep: 'Choose another model, and tell the operator: the provider does not have the one that the catalog names.',
  },
  upstream_failed: {
    ...upstream,
    http: 502,
    nextStep: 'Try again: the attempts of the receipt say what each channel answered, or why it was passed over.',
  },
  upstream_timeout: { ...upstream, http: 504, nextStep: 'Try again, or ask for a shorter answer.' },
  output_limit_reached: { ...upstream, http: 502, retry: false, nextStep: 'Ask for a larger output limit, or top up the balance.' },
  gateway_stopping: { ...upstream, http: 503, retryAfterS: 2, nextStep: 'Try again: the gateway was being restarted.' },
  gateway_crashed: { ...upstream, http: 503, nextStep: 'Send the request again: the gateway stopped before it could end.' },
  client_gone: {
    ...upstream,
    http: 499,
    retry: false,
    log: 'info',
    nextStep: 'Keep the connection open until the answer has ended.',
  },
  temporarily_unavailable: {
    http: 503,
    type: 'server_error',
    graphql: 'SERVICE_UNAVAILABLE',
    retry: true,
    retryAfterS: 1,
    log: 'error',
    nextStep: 'Try again in a moment: the gateway could not take the request.',
  },
  internal_error: {
    http: 500,
    type: 'server_error',
    graphql: 'INTERNAL_SERVER_ERROR',
    retry: false,
    log: 'error',
    nextStep: 'Report the request id to the operator.',
  },
} satisfies Record<string, FaultRule>;

export type FaultCode = keyof typeof FAULT_RULES;

export function faultRule(code: FaultCode): FaultRule {
  return FAULT_RULES[code];
}
