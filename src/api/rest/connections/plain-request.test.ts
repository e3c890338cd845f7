import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { plainRequest } from './plain-request';

const PIECES = 50_000;
const HEAD = 'POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n';

/** A server on a free port, and a connection to it. */
async function connected(server: Server): Promise<Socket> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return connect((server.address() as AddressInfo).port, '127.0.0.1');
}

describe('a body that comes in chunks of a byte or two', () => {
  let server: Server;

  afterEach(() => server.close());

  function sentIn(piece: string, take: (request: IncomingMessage) => Promise<number>): Promise<string> {
    server = createServer({ IncomingMessage: plainRequest(undefined) }, (request, response) => {
      void take(request).then((pieces) => response.setHeader('connection', 'close').end(`${pieces}`));
    });
    return connected(server).then(async (connection) => {
      connection.write(`${HEAD}${`${piece.length}\r\n${piece}\r\n`.repeat(PIECES)}0\r\n\r\n`);
      return (await text(connection)).split('\r\n\r\n')[1] ?? '';
    });
  }

  it('is kept in few pieces, because each of them takes hundreds of bytes beside its own', async () => {
    const read = async (request: IncomingMessage) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      expect(Buffer.concat(pieces).toString()).toBe('x'.repeat(PIECES));
      return pieces.length;
    };
    expect(Number.parseInt(await sentIn('x', read), 10)).toBeLessThan(100);
  });

  it('is read to its end by whoever begins to read when it is full', async () => {
    const read = async (request: IncomingMessage) => {
      while (request.readableLength < request.readableHighWaterMark) await new Promise((resolve) => setImmediate(resolve));
      let bytes = 0;
      for await (const piece of request) bytes += (piece as Buffer).length;
      return bytes;
    };
    // More than a connection takes before anybody reads, which is 64 kB since Node 22.
    expect(await sentIn('xx', read)).toBe(`${2 * PIECES}`);
  });

  it.each(['read', 'answered'])('ends its connection when it is %s and of more of them than anybody means to send', async (what) => {
    server = createServer({ IncomingMessage: plainRequest(undefined) }, (request, response) => {
      request.on('error', () => undefined);
      if (what === 'read') request.resume();
      else response.end('who are you?');
    });
    const connection = await connected(server);
    const closed = new Promise((resolve) => connection.on('error', () => undefined).once('close', resolve));
    connection.resume().write(HEAD + '1\r\nx\r\n'.repeat(8 * PIECES));
    await closed;
  });

  it('may be as long as any other where its pieces are small, and no crumbs', async () => {
    const [times, piece] = [100_000, '20\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n'];
    server = createServer({ IncomingMessage: plainRequest(undefined) }, (request, response) => {
      void text(request).then((body) => response.setHeader('connection', 'close').end(`${body.length}`));
    });
    const connection = await connected(server);
    connection.write(`${HEAD}${piece.repeat(times)}0\r\n\r\n`);
    expect((await text(connection)).split('\r\n\r\n')[1]).toBe(`${32 * times}`);
  });
});

it('a WebSocket that is asked for before an answer is there stays a request, and is answered behind it', async () => {
  const waiting: ServerResponse[] = [];
  const server = createServer({ IncomingMessage: plainRequest('/live') }, (_request, response) => {
    waiting.push(response);
    if (waiting.length === 2) for (const [at, each] of waiting.entries()) each.end(`answer ${at}`);
  });
  server.on('upgrade', (_request, connection) => connection.end('HTTP/1.1 101 Another Protocol\r\n\r\n'));
  const connection = await connected(server);
  const asking = 'GET /live HTTP/1.1\r\nhost: here\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n';
  connection.write(`GET / HTTP/1.1\r\nhost: here\r\n\r\n${asking}`);
  let told = '';
  for await (const piece of connection) {
    told += String(piece);
    // What comes after both answers may become one.
    if (told.includes('answer 1') && !told.includes('101')) connection.write(asking);
  }
  expect(told).toMatch(/^HTTP\/1.1 200 .*answer 0HTTP\/1.1 200 .*answer 1HTTP\/1.1 101 /s);
  server.close();
});
