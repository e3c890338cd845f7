/** Where a trace that a client began comes in, by the W3C's `traceparent`. Registered only where traces are configured. */
import type { FastifyInstance } from 'fastify';
import { headerOf } from './bearer';

export interface TracedCalls {
  continued(requestId: string, traceparent: string): void;
  closed(requestId: string): void;
}

/** To be called before the routes are registered. */
export function registerTraceContext(app: FastifyInstance, calls: TracedCalls): void {
  app.addHook('onRequest', (request, reply, next) => {
    const traceparent = headerOf(request.headers, 'traceparent');
    if (traceparent !== null) calls.continued(request.id, traceparent);
    reply.raw.once('close', () => calls.closed(request.id));
    next();
  });
}
