import { type AddressInfo, createServer, type Server } from 'node:net';
import { failureOf, OpenAiBench, Taker } from '../../../test/support/openai-bench';
import type { Script } from '../../../test/support/script';
import type { ChannelTimeouts } from '../../routing/catalog';
import { DEMO_HOST, DEMO_PROMPT, startDemoUpstream } from '../demo/demo-upstream';
import { createHttpClient } from '../http-client';

describe('the OpenAI upstream', () => {
  let bench: OpenAiBench;

  beforeAll(async () => {
    bench = await OpenAiBench.open();
  });

  afterAll(() => bench.close());

  describe('cutting', () => {
    it('ends the exchange with what had arrived, and closes the connection', async () => {
      const taker = new Taker();
      const exchange = bench.start({ endless: true, chunkDelayMs: 1 }, { stream: true, taker });
      taker.onReceive = () => {
        if (taker.text.length > 100) exchange.cut();
      };
      const result = await exchange.result;
      const served = bench.provider.served.at(-1)!;
      expect(failureOf(result)).toMatchObject({ kind: 'cut', status: null });
      expect(result.facts.outputText.length).toBeGreaterThan(100);
      await bench.provider.until(() => served.closed);
      expect(served.completed).toBe(false);
    });

    it('sends nothing when it comes before there is a connection', async () => {
      const before = bench.provider.requests.length;
      const exchange = bench.start(null);
      exchange.cut();
      expect(failureOf(await exchange.result)?.kind).toBe('cut');
      await bench.whole({ text: 'x' });
      expect(bench.provider.requests).toHaveLength(before + 1);
    });

    it('changes nothing after the end', async () => {
      const exchange = bench.start({ text: 'x' });
      const result = await exchange.result;
      exchange.cut();
      expect(await exchange.result).toBe(result);
      expect(result.ok).toBe(true);
    });
  });

  describe('deadlines', () => {
    it.each([
      ['first_byte_timeout', { delayMs: 60_000 }, { firstByteMs: 80 }],
      ['first_byte_timeout', { bodyDelayMs: 60_000 }, { firstByteMs: 80 }],
      ['idle_timeout', { text: 'a b c', chunkDelayMs: 60_000 }, { idleMs: 80 }],
      ['total_timeout', { endless: true, chunkDelayMs: 10 }, { totalMs: 250, idleMs: 5_000 }],
    ] satisfies [string, Script, Partial<ChannelTimeouts>][])('%s', async (kind, script, limits) => {
      const result = await bench.stream(script, new Taker(), { timeouts: limits });
      const served = bench.provider.served.at(-1)!;
      expect(failureOf(result)).toMatchObject({ kind, status: null });
      await bench.provider.until(() => served.closed);
    });
  });

  describe('connecting', () => {
    it('tells of a refused connection without its address', async () => {
      const refused = await bench.start(null, { baseUrl: 'http://127.0.0.1:9/v1' }).result;
      expect(failureOf(refused)).toMatchObject({ kind: 'connect_failed', message: 'The provider refused the connection.' });
    });

    it('gives up a connection after its time', async () => {
      // It takes connections and says nothing, so that a TLS handshake with it never ends.
      const silent = createServer();
      const baseUrl = `https://127.0.0.1:${await portOf(silent)}/v1`;
      const result = await bench.start(null, { baseUrl, timeouts: { connectMs: 100 } }).result;
      expect(failureOf(result)?.kind).toBe('connect_timeout');
      silent.close();
    });

    it.each(['http://127.0.0.1:1/v1', 'http://[::1]:1/v1', 'http://localhost:1/v1'])('refuses private addresses: %s', async (baseUrl) => {
      const guarded = createHttpClient({ allowPrivate: false });
      const result = await bench.start(null, { baseUrl }, guarded).result;
      expect(failureOf(result)?.message).toContain('UPSTREAM_ALLOW_PRIVATE');
      expect(failureOf(result)?.kind).toBe('connect_failed');
      await guarded.close();
    });

    it('reaches the demo upstream by its name, guard or not', async () => {
      const demo = await startDemoUpstream({ wordDelayMs: 0 });
      const guarded = createHttpClient({ allowPrivate: false, inProcess: new Map([[DEMO_HOST, demo.port]]) });
      const steady = await bench.start(null, { baseUrl: `http://${DEMO_HOST}/steady/v1`, content: DEMO_PROMPT }, guarded).result;
      const flaky = await bench.start(null, { baseUrl: `http://${DEMO_HOST}/flaky/v1`, content: DEMO_PROMPT }, guarded).result;
      expect(steady).toMatchObject({ ok: true, facts: { reportedModel: 'theirs-simulated' } });
      expect(failureOf(flaky)).toMatchObject({ status: 503, code: 'simulated_outage' });
      await guarded.close();
      await demo.close();
    });

    it('takes an answer before which 100 Continue comes uninvited, and uses the connection again', async () => {
      const answer = JSON.stringify({ choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] });
      let connections = 0;
      const hasty = createServer((socket) => {
        connections += 1;
        const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${answer.length}`;
        socket.on('error', () => undefined);
        socket.on('data', (sent) => {
          const isWhole = String(sent).endsWith('}');
          if (isWhole) socket.write(`HTTP/1.1 100 Continue\r\n\r\n${head}\r\n\r\n${answer}`);
        });
      });
      const baseUrl = `http://127.0.0.1:${await portOf(hasty)}/v1`;
      const fresh = createHttpClient({ allowPrivate: true });
      for (let time = 0; time < 10; time += 1) {
        expect(await bench.start(null, { baseUrl }, fresh).result).toMatchObject({ ok: true, facts: { outputText: 'hi' } });
      }
      // As below.
      expect(connections).toBeLessThanOrEqual(2);
      await fresh.close();
      hasty.close();
    });

    it('takes an answer whose proxy said its headers a second time, and nothing that is packed in one of them', async () => {
      const event = 'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
      const heads = [
        'content-type: text/event-stream\r\nContent-Type: text/event-stream\r\nx-request-id: r1\r\nx-request-id: r1\r\ncontent-encoding: identity\r\ncontent-encoding: identity',
        'content-type: text/event-stream\r\ncontent-encoding: gzip\r\ncontent-encoding: identity',
      ];
      const proxy = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (sent) => {
          if (String(sent).endsWith('}')) socket.end(`HTTP/1.1 200 OK\r\n${heads.shift()}\r\nconnection: close\r\n\r\n${event}`);
        });
      });
      const baseUrl = `http://127.0.0.1:${await portOf(proxy)}/v1`;
      const fresh = createHttpClient({ allowPrivate: true });
      const twice = await bench.start(null, { baseUrl, stream: true }, fresh).result;
      expect(twice).toMatchObject({ ok: true, facts: { outputText: 'hi', upstreamRequestId: 'r1' } });
      const packed = await bench.start(null, { baseUrl, stream: true }, fresh).result;
      expect(failureOf(packed)).toMatchObject({ kind: 'malformed_answer' });
      await fresh.close();
      proxy.close();
    });

    it('uses a connection again, also after a stream', async () => {
      const fresh = createHttpClient({ allowPrivate: true });
      for (let at = 0; at < 10; at += 1) await bench.start({ text: 'x' }, { stream: at % 2 === 0 }, fresh).result;
      const connections = bench.provider.requests.slice(-10).map((request) => request.connection);
      // A stream has ended for the client before its connection is free again: the next request may need a second one.
      expect(new Set(connections).size).toBeLessThanOrEqual(2);
      await fresh.close();
    });
  });
});

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
