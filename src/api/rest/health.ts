/** `GET /healthz`: the process is up. `GET /readyz`: it can settle, and is not being stopped. */
import type { FastifyInstance } from 'fastify';

export function registerHealth(app: FastifyInstance, canSettle: () => Promise<boolean>): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const ready = await canSettle();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
}
