import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { QUEUED_MAX } from './connections/queued-response';
import { createServer } from './server';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const END = 'connection: close\r\n';
const UNTAKEN_MS = 60;
/** More than the buffers of a connection take. */
const LARGE = 'x'.repeat(32 * 1024 * 1024);
const WEBSOCKET = 'connection: Upgrade\r\nupgrade: WebSocket\r\n';
const OFFER = 'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n';

describe('a connection to the server', () => {
  let app: FastifyInstance;
  let client: Socket;
  /** The answers that `GET /later` keeps waiting for. */
  let later: ServerResponse[];

  beforeEach(async () => {
    later = [];
    app = createServer(SILENT, { untakenMs: UNTAKEN_MS, webSocketPath: '/live' });
    app.get('/now', async () => 'now');
    app.post('/said', async ({ body }) => body);
    app.post('/v1/asked', async () => 'asked');
    app.get('/later', (_request, reply) => {
      reply.hijack();
      later.push(reply.raw);
    });
    app.server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Another Protocol\r\n\r\n'));
    await app.listen({ host: '127.0.0.1', port: 0 });
    client = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  });

  afterEach(async () => {
    client.destroy();
    await app.close();
  });

  const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nhost: here\r\n${headers}\r\n`;
  const all = (sent: string) => {
    client.write(sent);
    return text(client);
  };
  const asked = async (count: number) => {
    while (later.length < count) await new Promise((resolve) => setImmediate(resolve));
  };

  it('stays HTTP/1.1 with a client that offers another protocol in each of its requests', async () => {
    client.write(`POST /said HTTP/1.1\r\nhost: here\r\n${OFFER}content-type: application/json\r\ncontent-length: 7\r\n\r\n{"a":1}`);
    expect(String(await once(client, 'data'))).toMatch(/^HTTP\/1.1 200 .*\{"a":1\}$/s);
    client.write(get('/now', OFFER));
    expect(String(await once(client, 'data'))).toMatch(/^HTTP\/1.1 200 .*now$/s);
    expect(await all(get('/now', END))).toMatch(/^HTTP\/1.1 200 .*now$/s);
  });

  it('becomes a WebSocket where one is asked for', async () => {
    expect(await all(get('/live?from=here', WEBSOCKET))).toMatch(/^HTTP\/1.1 101 /);
  });

  it.each(['/now', '/nowhere', '/live/other', '/v1/asked'])(
    'is told, and closed, when it asks for a WebSocket at %s, where there is none',
    async (path) => {
      const [head = '', body = ''] = (await all(get(path, WEBSOCKET))).split('\r\n\r\n');
      expect(head).toMatch(/^HTTP\/1\.1 404 .*x-request-id: [\w-]{36}\r\n/s);
      expect(JSON.parse(body)).toMatchObject({
        error: { code: 'not_found', message: expect.stringContaining(`no WebSocket at ${path}:`) },
      });
    },
  );

  it('is told in Anthropic’s shape on its paths', async () => {
    const [, body = ''] = (await all(get('/v1/messages', WEBSOCKET))).split('\r\n\r\n');
    expect(JSON.parse(body)).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  });

  it.each([
    ['that is none', 'HELLO\r\n\r\n', 400, 'not valid HTTP'],
    ['with 16 KiB of headers', get('/now', `x-long: ${'x'.repeat(16_384)}\r\n`), 431, 'headers'],
    ['with two lengths', `POST /said HTTP/1.1\r\nhost: here\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n`, 400, 'not valid HTTP'],
  ])('ends after a request %s with an error in OpenAI’s shape, which has an id', async (_what, sent, status, words) => {
    const [head = '', body = ''] = (await all(sent)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*x-request-id: [\\w-]{36}\r\n.*x-should-retry: false`, 's'));
    expect(JSON.parse(body)).toMatchObject({ error: { type: 'invalid_request_error', message: expect.stringContaining(words) } });
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
  });

  it('gets an error in OpenAI’s shape, which has an id, for a request that does not say whom it is for', async () => {
    const [head = '', body = ''] = (await all(get('/now', END).replace('host: here\r\n', ''))).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 .*x-request-id: [\w-]{36}\r\n/s);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'invalid_request', message: expect.stringContaining('Host') } });
  });

  it.each([
    ['no JSON', 'content-length: 1\r\n', '{'],
    ['nothing', 'content-length: 0\r\n', ''],
    ['more than is taken', 'content-length: 20000000\r\n', ''],
  ])('is told that there is no such address, also when it is sent %s as JSON', async (_what, length, body) => {
    const head = `POST /nowhere?at=all HTTP/1.1\r\nhost: here\r\n${END}content-type: application/json\r\n${length}\r\n`;
    const answer = await all(head + body);
    expect(answer).toMatch(/^HTTP\/1\.1 404 .*x-request-id: [\w-]{36}\r\n/s);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      error: { code: 'not_found', message: 'There is no POST /nowhere.' },
    });
  });

  it.each([
    ['GET /said', 'POST', 'There is no GET /said: send POST.'],
    ['PUT /now', 'GET, HEAD', 'There is no PUT /now: send GET.'],
  ])('is told with %s which methods the address takes', async (asked, allow, message) => {
    const answer = await all(`${asked}?at=all HTTP/1.1\r\nhost: here\r\n${END}content-length: 0\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 405 .*allow: ${allow}\r\n`, 's'));
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: { code: 'method_not_supported', message } });
  });

  it.each([
    ['a part too few', '/asked', '/v1/asked'],
    ['a part too many', '/v1/v1/asked', '/v1/asked'],
    ['a part that is not his', '/v1/said', '/said'],
    ['two slashes', '/v1//asked', '/v1/asked'],
    ['a slash at its end', '/v1/asked/', '/v1/asked'],
    ['a part too many, and Claude Code, which hides a 404,', '/v1/v1/asked', '/v1/asked', 'anthropic-version: 1\r\n', 'invalid_request'],
  ])('with %s in its base URL is told what is meant', async (_what, asked, meant, more = '', code = 'not_found') => {
    const answer = await all(`POST ${asked} HTTP/1.1\r\nhost: here\r\n${more}${END}content-length: 0\r\n\r\n`);
    const message = `There is no POST ${asked}, but there is ${meant}: look at the base URL of the client.`;
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ error: { code, message } });
  });

  it('is told at an address that only leads further what is served below it', async () => {
    const answer = await all(get('/v1/', END));
    const message = 'There is no GET /v1/: what is served below it begins with /v1/asked.';
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: { code: 'not_found', message } });
  });

  it.each(['Authorization', 'Host'])('is told that two headers %s are one too many, whatever their case', async (name) => {
    const answer = await all(get('/now', `${name}: Bearer one\r\n${name.toLowerCase()}: Bearer two\r\n${END}`));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 400 .*more than one ${name} header`, 's'));
  });

  it.each([
    ['of a known length', 'content-encoding: gzip\r\ncontent-length: 7'],
    ['in pieces', 'content-encoding: br\r\ntransfer-encoding: chunked'],
    ['on its way', 'transfer-encoding: gzip, chunked'],
  ])('is told that a body %s must not be packed', async (_what, coding) => {
    const answer = await all(`POST /said HTTP/1.1\r\nhost: here\r\n${END}content-type: application/json\r\n${coding}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 415 .*must not be compressed/s);
  });

  it('is told that this is no proxy, where it asks for a tunnel', async () => {
    const [head = '', body = ''] = (await all('CONNECT api.openai.com:443 HTTP/1.1\r\nhost: api.openai.com:443\r\n\r\n')).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 405 .*x-request-id: [\w-]{36}\r\n.*allow: GET, POST/s);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'method_not_supported', message: expect.stringContaining('no proxy') } });
  });

  it('of HTTP/1.0 is served without that', async () => {
    expect(await all('GET /now HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 .*now$/s);
  });

  it('is served whatever else a client expects', async () => {
    expect(await all(get('/now', `expect: a-miracle\r\n${END}`))).toMatch(/^HTTP\/1\.1 200 .*now$/s);
  });

  it('is cut without a word where an answer has begun before the request that is none', async () => {
    client.write(get('/later'));
    await asked(1);
    later[0]?.writeHead(200).write('half');
    await once(client, 'data');
    expect(await all('HELLO\r\n\r\n')).toBe('');
  });

  it('closes every answer with it, those as well that wait behind another one', async () => {
    client.write(get('/later').repeat(20));
    await asked(20);
    const closed = later.map((response) => once(response, 'close'));
    client.destroy();
    await Promise.all(closed);
    expect(later.map(({ destroyed, writableFinished }) => destroyed && !writableFinished)).not.toContain(false);
  });

  it('keeps the order of answers that were ready in another', async () => {
    client.write(get('/later') + get('/later', END));
    await asked(2);
    later[1]?.end('second');
    later[0]?.end('first');
    expect(await text(client)).toMatch(/first.*second/s);
  });

  it('ends when its client takes nothing of an answer that is there to its end, however that came', async () => {
    for (const answer of [(response: ServerResponse) => response.end(LARGE), pourSlowly]) {
      const slow = connect((app.server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
      slow.pause();
      slow.write(get('/later'));
      const before = later.length;
      await asked(before + 1);
      const [response] = later.slice(before) as [ServerResponse];
      const closed = once(response, 'close');
      answer(response);
      await closed;
      expect([response.writableEnded, slow.bytesRead < LARGE.length]).toEqual([true, true]);
      slow.destroy();
    }
  });

  it('stays while an answer is being made, however long that takes, and while one is taken', async () => {
    client.write(get('/later'));
    await asked(1);
    const [response] = later as [ServerResponse];
    // Told three times over that nothing moves.
    for (let times = 0; times < 3; times += 1) await once(response, 'timeout');
    response.end(LARGE);
    let got = 0;
    for await (const piece of client) {
      got += (piece as Buffer).length;
      if (got > LARGE.length) break;
    }
    expect(response.destroyed && !response.writableFinished).toBe(false);
  });

  it('ends when more requests wait on it than any client sends without an answer, and none of the rest is begun', async () => {
    const closed = new Promise((resolve) => client.on('error', () => undefined).once('close', resolve));
    client.write(get('/later').repeat(5_000));
    await closed;
    await asked(1 + QUEUED_MAX);
    expect(later).toHaveLength(1 + QUEUED_MAX);
    expect(later.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it('may bring any number of requests whose answers are taken', async () => {
    for (let times = 0; times < 3; times += 1) {
      const before = later.length;
      client.write(get('/later').repeat(QUEUED_MAX));
      await asked(before + QUEUED_MAX);
      const last = later.at(-1) as ServerResponse;
      const finished = once(last, 'finish');
      client.resume();
      for (const response of later.slice(before)) response.end('taken');
      await finished;
    }
    expect(later.map(({ writableFinished }) => writableFinished)).not.toContain(false);
  });
});

/** Told that nothing moves before its end is written. */
function pourSlowly(response: ServerResponse): void {
  response.write(LARGE);
  response.once('timeout', () => response.end());
}
