import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { ChunkedText } from './chunked-text';

/** All that a client of this version gets, head and body as they are on the wire. */
async function onTheWire(version: '1.0' | '1.1', answer: (stream: ChunkedText, response: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    answer(new ChunkedText(response), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`GET / HTTP/${version}\r\nhost: here\r\nconnection: close\r\n\r\n`);
    return await text(socket);
  } finally {
    server.close();
  }
}

const bodyOf = (wire: string) => wire.slice(wire.indexOf('\r\n\r\n') + 4);

describe('a body of pieces of text', () => {
  it('is chunked, each piece with its length in bytes, and says where it ends', async () => {
    const wire = await onTheWire('1.1', (stream) => {
      stream.write('data: one\n\n');
      stream.write('data: zwölf 十二\n\n');
      stream.end('data: [DONE]\n\n');
    });
    expect(wire).toMatch(/\r\ntransfer-encoding: chunked\r\n/i);
    expect(bodyOf(wire)).toBe('b\r\ndata: one\n\n\r\n15\r\ndata: zwölf 十二\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n');
  });

  it('is not ended by an empty piece', async () => {
    const wire = await onTheWire('1.1', (stream) => {
      stream.write('');
      stream.write('more');
      stream.end('');
    });
    expect(bodyOf(wire)).toBe('4\r\nmore\r\n0\r\n\r\n');
  });

  it('is the bare text for a client of HTTP/1.0', async () => {
    const wire = await onTheWire('1.0', (stream) => {
      stream.write('one ');
      stream.end('two');
    });
    expect(wire).not.toMatch(/transfer-encoding/i);
    expect(bodyOf(wire)).toBe('one two');
  });

  it('leaves the connection open for the next request', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      new ChunkedText(response).end('again');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n' + 'GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n');
    expect((await text(socket)).match(/5\r\nagain\r\n0\r\n\r\n/g)).toHaveLength(2);
    server.close();
  });
});
