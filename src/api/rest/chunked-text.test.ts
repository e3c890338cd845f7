import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { ChunkedText } from './chunked-text';

type Answer = (stream: ChunkedText, response: ServerResponse) => void | Promise<void>;

async function withClient<T>(answer: Answer, use: (client: Socket) => Promise<T>): Promise<T> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    void answer(new ChunkedText(response), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  try {
    return await use(client);
  } finally {
    client.destroy();
    server.close();
  }
}

/** All that a client of this version gets, head and body as they are on the wire. */
function onTheWire(version: '1.0' | '1.1', answer: Answer): Promise<string> {
  return withClient(answer, (client) => {
    client.write(`GET / HTTP/${version}\r\nhost: here\r\nconnection: close\r\n\r\n`);
    return text(client);
  });
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const bodyOf = (wire: string) => wire.slice(wire.indexOf('\r\n\r\n') + 4);

describe('a body of text that is sent as it comes', () => {
  it('has a chunk for what each turn brought, with its length in bytes, and says where it ends', async () => {
    const wire = await onTheWire('1.1', async (stream) => {
      stream.write('data: one\n\n');
      await nextTurn();
      stream.write('data: zwölf ');
      stream.write('十二\n\n');
      await nextTurn();
      stream.end('data: [DONE]\n\n');
    });
    expect(wire).toMatch(/\r\ntransfer-encoding: chunked\r\n/i);
    expect(bodyOf(wire)).toBe('b\r\ndata: one\n\n\r\n15\r\ndata: zwölf 十二\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n');
  });

  it('loses nothing that is written in the turn of its end', async () => {
    const wire = await onTheWire('1.1', (stream) => {
      stream.write('almost ');
      stream.end('all');
    });
    expect(bodyOf(wire)).toBe('a\r\nalmost all\r\n0\r\n\r\n');
  });

  it('is not ended by an empty piece', async () => {
    const wire = await onTheWire('1.1', async (stream) => {
      stream.write('');
      await nextTurn();
      stream.write('more');
      await nextTurn();
      stream.end('');
    });
    expect(bodyOf(wire)).toBe('4\r\nmore\r\n0\r\n\r\n');
  });

  it('says that a client is slow once the socket takes no more, and writes nothing to one that has left', async () => {
    const said: boolean[] = [];
    const answered = new Promise<void>((resolve) => {
      const answer: Answer = async (stream, response) => {
        const much = 'x'.repeat(1_000_000);
        while (said.length < 100 && said.at(-1) !== false) {
          said.push(stream.write(much));
          await nextTurn();
        }
        response.destroy();
        stream.write('into the void');
        await nextTurn();
        resolve();
      };
      void withClient(answer, async (client) => {
        client.pause().write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
        await answered;
      });
    });
    await answered;
    expect(said.at(-1)).toBe(false);
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
    const wire = await withClient(
      (stream) => stream.end('again'),
      (client) => {
        client.write('GET / HTTP/1.1\r\nhost: here\r\n\r\nGET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n');
        return text(client);
      },
    );
    expect(wire.match(/5\r\nagain\r\n0\r\n\r\n/g)).toHaveLength(2);
  });
});
