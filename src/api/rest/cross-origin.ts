/**
 * What pages of other origins may do, in the words of the CORS protocol (https://fetch.spec.whatwg.org/#http-cors-protocol). Callers say
 * who they are by a header that no page sends unasked: no cookie opens anything here, and credentials stay off.
 */
import cors from 'cors';
import type { onRequestHookHandler } from 'fastify';

const METHODS = ['GET', 'POST'];
/** What a page may read of an answer beside its body. */
const EXPOSED = [
  ...['x-request-id', 'request-id', 'x-forge-route-type', 'x-forge-bucket', 'x-forge-charge', 'idempotent-replayed'],
  ...['x-should-retry', 'retry-after', 'x-ratelimit-limit-requests', 'x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'],
  ...['x-ratelimit-limit-tokens', 'x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens'],
];
const PREFLIGHT_S = 600;

/** Answers preflights, and lets pages of these origins read every answer, errors too. `*`: of all. */
export function crossOrigin(origins: readonly string[]): onRequestHookHandler {
  const origin = origins.includes('*') ? '*' : [...origins];
  const allow = cors({ origin, methods: METHODS, exposedHeaders: EXPOSED, maxAge: PREFLIGHT_S });
  return (request, reply, done) => {
    if (request.headers.origin === undefined) return done();
    if (request.method === 'OPTIONS') reply.hijack();
    // Into the response itself: answers of model calls are written to it without the framework.
    allow(request.raw, reply.raw, done);
  };
}
