/**
 * `GET /metrics`, for Prometheus. A scraper on the same machine needs no token; whoever comes from elsewhere, from a page, or through a
 * proxy, sends the operator's, because sums of money are in it.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AddressOf } from '../../kernel/addresses';
import { Fault } from '../../kernel/fault';
import { authenticateViewer, type ViewerMeans } from '../../keys/viewer';
import { bearerOf } from './bearer';

export interface MetricsDeps {
  readonly viewers: ViewerMeans;
  readonly addressOf: AddressOf;
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
/** Names that mean this machine on every machine. Whoever came to a proxy asked for that one, and so does a page that points its own name here. */
const HERE = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
/** What proxies add. */
const PASSED_ON = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via', 'cf-connecting-ip'];

export function registerMetrics(app: FastifyInstance, { viewers, addressOf, contentType, text }: MetricsDeps): void {
  app.get('/metrics', async (request, reply) => {
    if (!isNear(request)) await admitOperator(viewers, request, addressOf(request.raw));
    return reply.type(contentType).send(await text());
  });
}

/** @throws Fault */
async function admitOperator(viewers: ViewerMeans, { headers }: FastifyRequest, from: string | null): Promise<void> {
  const secret = bearerOf(headers);
  if (secret === null)
    throw new Fault('invalid_api_key', 'From elsewhere than localhost, from a page, or through a proxy, send the operator’s token.');
  const viewer = await authenticateViewer(viewers, secret, from);
  if (viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator reads the metrics: send the operator’s token.');
}

/**
 * nginx says nothing of its client unless it is told to, and asks for the machine itself. Before 1.29.7 it spoke HTTP/1.0 to what is behind
 * it; a newer one cannot be told from a scraper, and `docs/operations.md` says what to set.
 */
function isNear({ raw: { socket, httpVersion, url = '' }, headers }: FastifyRequest): boolean {
  // The whole address is asked of proxies, and counts in place of the header (RFC 9112, 3.2.2).
  const isProxied = httpVersion === '1.0' || !url.startsWith('/') || PASSED_ON.some((name) => headers[name] !== undefined);
  // Of a page in a browser, which no scraper is: where other origins may call, it could read the answer.
  const isPage = headers.origin !== undefined;
  return !isProxied && !isPage && LOOPBACK.test(socket.remoteAddress ?? '') && HERE.test(headers.host ?? '');
}
