import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import type { ViewerMeans } from '../../keys/viewer';
import { registerMetrics } from './metrics';

describe('the metrics without a token', () => {
  let app: FastifyInstance;

  beforeEach(async () => {
    app = Fastify();
    const addressOf = () => '127.0.0.1';
    registerMetrics(app, { viewers: {} as ViewerMeans, addressOf, contentType: 'text/plain', text: async () => 'figures' });
    await app.listen({ host: '127.0.0.1', port: 0 });
  });

  afterEach(() => app.close());

  const statusOf = async (head: string, target = '/metrics') => {
    const client = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    client.write(`GET ${target} ${head}\r\nconnection: close\r\n\r\n`);
    const [answer] = (await once(client, 'data')) as [Buffer];
    client.destroy();
    return Number.parseInt(String(answer).split(' ')[1] ?? '', 10);
  };

  it.each(['localhost', 'localhost:4000', '127.0.0.1', '127.0.0.53:4000', '[::1]:4000'])(
    'are for whoever asks this machine for %s',
    async (host) => {
      expect(await statusOf(`HTTP/1.1\r\nhost: ${host}`)).toBe(200);
    },
  );

  it.each(['gateway.example', 'gateway.example:443', '127.0.0.1.example', 'localhost.example', '10.0.0.1:4000'])(
    'are not for whoever asked for %s, and so came through a proxy that names no client, or is a page',
    async (host) => expect(await statusOf(`HTTP/1.1\r\nhost: ${host}`)).not.toBe(200),
  );

  it.each([
    'x-forwarded-for: 203.0.113.9',
    'x-real-ip: 203.0.113.9',
    'forwarded: for=203.0.113.9',
    'via: 1.1 edge',
    'x-forwarded-proto: https',
  ])('are not for what a proxy passes on with %s', async (header) =>
    expect(await statusOf(`HTTP/1.1\r\nhost: localhost\r\n${header}`)).not.toBe(200),
  );

  it.each(['https://page.example', 'http://localhost:5173', 'null'])(
    'are not for a page of %s in a browser on this machine, which CORS_ORIGINS may let read the answer',
    async (origin) => expect(await statusOf(`HTTP/1.1\r\nhost: localhost\r\norigin: ${origin}`)).not.toBe(200),
  );

  it('are not for what was asked of a proxy, and came with the name of another machine before its path', async () => {
    expect(await statusOf('HTTP/1.1\r\nhost: localhost', 'http://gateway.example/metrics')).not.toBe(200);
  });

  it('are not for what an older nginx passes on as it comes: HTTP/1.0, without a word of its client', async () => {
    expect(await statusOf('HTTP/1.0\r\nhost: 127.0.0.1:4000')).not.toBe(200);
  });
});
