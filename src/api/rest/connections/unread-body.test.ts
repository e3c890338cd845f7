import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { createServer } from '../server';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const REST = { bytes: 4 * 1024 * 1024, ms: 30_000 };
const PIECE = Buffer.alloc(65_536, 'x');

describe('a connection whose request is refused before its body has come', () => {
  let app: FastifyInstance;
  let client: Socket;

  beforeEach(async () => {
    app = createServer(SILENT, { rest: REST });
    app.get('/now', async () => 'now');
    app.post('/said', async ({ body }) => body);
    await app.listen({ host: '127.0.0.1', port: 0 });
    client = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  });

  afterEach(async () => {
    client.destroy();
    await app.close();
  });

  it.each(['/said', '/nowhere'])(
    'reads on after it has refused a body at %s, for clients that send all of it first, and is used again',
    async (path) => {
      const length = 2 * 1024 * 1024;
      client.write(`POST ${path} HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`);
      const answer = String(await once(client, 'data'));
      expect(answer).toMatch(/^HTTP\/1\.1 4(13|04) /);
      client.write('x'.repeat(length));
      client.write('GET /now HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n');
      expect(await text(client)).toMatch(/^HTTP\/1\.1 200 .*now$/s);
    },
  );

  it('ends when more of a refused body comes than anybody sends who only did not look', async () => {
    const closed = new Promise((resolve) => client.on('error', () => undefined).once('close', resolve));
    client.write(`POST /nowhere HTTP/1.1\r\nhost: here\r\ncontent-length: 1000000000\r\n\r\n`);
    const flood = () => {
      if (client.writable) client.write(PIECE, flood);
    };
    flood();
    await closed;
    expect(client.bytesWritten).toBeGreaterThan(REST.bytes);
  });

  it('ends when the rest of a refused body does not come', async () => {
    const impatient = createServer(SILENT, { rest: { ...REST, ms: 300 } });
    await impatient.listen({ host: '127.0.0.1', port: 0 });
    const waiting = connect((impatient.server.address() as AddressInfo).port, '127.0.0.1');
    waiting.write(`POST /nowhere HTTP/1.1\r\nhost: here\r\ncontent-length: 1000\r\n\r\n`);
    expect(await text(waiting)).toMatch(/^HTTP\/1\.1 404 /);
    await impatient.close();
  });
});
