import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { plainRequest } from './plain-request';

const BYTES = 200_000;

describe('a body that comes in chunks of one byte', () => {
  let server: Server;

  afterEach(() => server.close());

  function sentInBytes(take: (request: IncomingMessage) => Promise<number>): Promise<string> {
    server = createServer({ IncomingMessage: plainRequest(undefined) }, (request, response) => {
      void take(request).then((pieces) => response.setHeader('connection', 'close').end(`${pieces}`));
    });
    return new Promise((resolve, reject) => {
      server.listen(0, '127.0.0.1', () => {
        const connection = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', reject);
        connection.write('POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n');
        connection.write('1\r\nx\r\n'.repeat(BYTES));
        connection.write('0\r\n\r\n');
        text(connection).then((answer) => resolve(answer.split('\r\n\r\n')[1] ?? ''), reject);
      });
    });
  }

  it('is kept in few pieces, because each of them takes hundreds of bytes beside its own', async () => {
    const read = async (request: IncomingMessage) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      expect(Buffer.concat(pieces).toString()).toBe('x'.repeat(BYTES));
      return pieces.length;
    };
    expect(Number.parseInt(await sentInBytes(read), 10)).toBeLessThan(100);
  });

  it('is read to its end by whoever begins to read when it is full', async () => {
    const read = async (request: IncomingMessage) => {
      while (request.readableLength < request.readableHighWaterMark) await new Promise((resolve) => setImmediate(resolve));
      let bytes = 0;
      for await (const piece of request) bytes += (piece as Buffer).length;
      return bytes;
    };
    expect(await sentInBytes(read)).toBe(`${BYTES}`);
  });
});
