/**
 * `GET /metrics`, for Prometheus. A scraper on the same machine needs no token; whoever comes from elsewhere, or through a
 * proxy, sends the operator's, because sums of money are in it.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fault } from '../../kernel/fault';
import { authenticateViewer, type ViewerMeans } from '../../keys/viewer';
import { bearerOf } from './bearer';

export interface MetricsDeps {
  readonly viewers: ViewerMeans;
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

export function registerMetrics(app: FastifyInstance, { viewers, contentType, text }: MetricsDeps): void {
  app.get('/metrics', async (request, reply) => {
    if (!isNear(request)) {
      const viewer = await authenticateViewer(viewers, bearerOf(request.headers));
      if (viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator reads the metrics: send the operator’s token.');
    }
    return reply.type(contentType).send(await text());
  });
}

function isNear({ raw, headers }: FastifyRequest): boolean {
  const proxied = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  return !proxied && LOOPBACK.test(raw.socket.remoteAddress ?? '');
}
