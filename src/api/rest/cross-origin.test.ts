import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { HttpAnswerSink } from './answer-sink';
import { createServer } from './server';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const APP = 'https://app.example';

describe('a page of another origin', () => {
  let app: FastifyInstance;

  async function serving(origins: readonly string[]): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
    app = createServer(SILENT, { origins });
    app.get('/plain', async () => 'plain');
    app.post('/v1/chat/completions', (request, reply) => {
      reply.hijack();
      new HttpAnswerSink(reply.raw, request.id).finishWhole('{}', '0.5');
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    return (path, init = {}) => fetch(`http://127.0.0.1:${port}${path}`, init);
  }

  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,x-stainless-os' },
  });
  const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin');

  afterEach(() => app.close());

  it('may call with any header, and read answers and errors with what stands in their headers', async () => {
    const ask = await serving(['http://localhost:5173', APP]);
    const asked = await ask('/v1/chat/completions', preflight(APP));
    expect([asked.status, allowed(asked), asked.headers.get('access-control-allow-headers')]).toEqual([
      204,
      APP,
      'authorization,x-stainless-os',
    ]);
    expect(asked.headers.get('access-control-allow-methods')).toBe('GET,POST');
    for (const [method, path] of [
      ['POST', '/v1/chat/completions'],
      ['GET', '/plain'],
      ['GET', '/nothing'],
    ] as const) {
      const answer = await ask(path, { method, headers: { origin: APP } });
      expect([path, allowed(answer), answer.headers.get('vary')]).toEqual([path, APP, 'Origin']);
      expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      expect(answer.headers.get('x-request-id')).toMatch(/\w/);
    }
  });

  it('that is not named is allowed nothing, and may be any with *', async () => {
    const ask = await serving([APP]);
    expect(allowed(await ask('/plain', preflight('https://else.example')))).toBeNull();
    expect(allowed(await ask('/plain', { headers: { origin: 'https://else.example' } }))).toBeNull();
    await app.close();
    const open = await serving(['*']);
    expect(allowed(await open('/plain', { headers: { origin: 'https://else.example' } }))).toBe('*');
  });

  it('is told nothing where no origin is named: a preflight is a method that is not served', async () => {
    const ask = await serving([]);
    const asked = await ask('/plain', preflight(APP));
    expect([asked.status, allowed(asked)]).toEqual([405, null]);
  });

  it('changes nothing for callers that are no pages', async () => {
    const ask = await serving([APP]);
    expect((await ask('/plain', { method: 'OPTIONS' })).status).toBe(405);
    expect(allowed(await ask('/plain'))).toBeNull();
  });
});
