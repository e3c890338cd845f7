/**
 * Large bodies are kept in memory until their calls have ended: those that find no room are refused, and nobody else notices. Large answers
 * are read when there is room for them, and those that nobody takes are given up.
 */
import { connect } from 'node:net';
import { heardTokens, transcript } from '../support/audio';
import { eventually, gate } from '../support/eventually';
import { postChat } from '../support/forge-client';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

/** An eighth of the heap has room for a few of them, and not for all. */
const LITTLE_MEMORY = ['--max-old-space-size=192', '--max-semi-space-size=1'];
const LARGE = [{ role: 'user', content: 'x'.repeat(6_000_000) }];
const LARGE_ANSWER = 6_000_000;
const CONCURRENT = 8;
const PATIENCE_MS = 20_000;
const AUDIO = Buffer.alloc(24_000_000);

async function withLittleMemory(bed: Bed): Promise<GatewayProcess> {
  await bed.gateway.stop();
  bed.gateway = await startGateway({ ...bed.gateway.settings, nodeArguments: LITTLE_MEMORY });
  return bed.gateway;
}

async function upload(origin: string) {
  const body = new FormData();
  body.append('model', 'token-listener');
  body.append('file', new Blob([AUDIO]), 'long.mp3');
  const headers = { authorization: `Bearer ${secretOf('chat')}` };
  const response = await fetch(`${origin}/v1/audio/transcriptions`, { method: 'POST', headers, body });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), said: await response.text() };
}

/** A call whose client reads nothing of its answer. @returns what ends that */
function askAndNeverRead(origin: string, messages: readonly object[]): () => void {
  const body = JSON.stringify({ model: 'free', messages, max_tokens: 100 });
  const connection = connect(Number(new URL(origin).port), '127.0.0.1').unref();
  connection.on('error', () => undefined);
  const head = `host: here\r\nauthorization: Bearer ${secretOf('ten-chat')}\r\ncontent-type: application/json`;
  connection.write(`POST /v1/chat/completions HTTP/1.1\r\n${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  return () => connection.destroy();
}

async function settledOf(origin: string): Promise<number> {
  // One that has no memory left may answer nobody any more.
  const metrics = await (await fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(PATIENCE_MS) })).text();
  return [...metrics.matchAll(/requests_total\{.*\} (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function postGraph(origin: string, body: object) {
  const headers = { authorization: `Bearer ${secretOf('chat')}`, 'content-type': 'application/json' };
  const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, said: await response.text() };
}

onEachDatabase(
  `${CONCURRENT} large requests at once, in little memory`,
  (bed, promise) => {
    promise('are served as far as there is room, and the rest is told to come again, while small ones pass', async () => {
      const { origin } = await withLittleMemory(bed);
      const { opened, open } = gate();
      const key = secretOf('ten-chat');
      bed.a.script('free', { gate: { before: 'head', opened } });
      const refused: Response[] = [];
      const sent = Array.from({ length: CONCURRENT }, async () => {
        const response = await postChat(origin, key, { model: 'free', messages: LARGE, max_tokens: 100 });
        if (response.status === 503) refused.push(response);
        return response.status;
      });
      await eventually(() => expect(bed.a.requests.length + refused.length).toBe(CONCURRENT));
      expect([refused.length, bed.a.requests.length].every((each) => each > 0)).toBe(true);
      const [one] = refused;
      expect([one?.headers.get('x-should-retry'), one?.headers.get('retry-after')]).toEqual(['true', '1']);
      const small = postChat(origin, key, { model: 'free', messages: HI, max_tokens: 100 });
      await eventually(() => expect(bed.a.requests.length + refused.length).toBe(CONCURRENT + 1));
      open();
      expect((await small).status).toBe(200);
      const served = (await Promise.all(sent)).filter((status) => status === 200);
      expect(served).toHaveLength(CONCURRENT - refused.length);
      // What has ended has left its room.
      for (const _ of served) {
        const response = await postChat(origin, key, { model: 'free', messages: LARGE, max_tokens: 100 });
        expect({ status: response.status, body: await response.text() }).toMatchObject({ status: 200 });
      }
    });

    promise('leave no room for an upload of audio, which finds some when they have ended', async () => {
      const { origin } = await withLittleMemory(bed);
      const { opened, open } = gate();
      bed.a.script('free', { gate: { before: 'head', opened } });
      const before = bed.a.requests.length;
      const sent = [1, 2, 3].map(() => postChat(origin, secretOf('ten-chat'), { model: 'free', messages: LARGE, max_tokens: 100 }));
      await eventually(() => expect(bed.a.requests.length - before).toBe(sent.length));
      expect(await upload(origin)).toMatchObject({ status: 503, retryAfter: '1' });
      open();
      for (const response of await Promise.all(sent)) await response.text();
      bed.a.next(transcript({ text: 'hello', usage: heardTokens(0, 10, 2) }));
      expect(await upload(origin)).toMatchObject({ status: 200 });
    });

    promise('leave no room for a large request of the graph, which finds some when they have ended', async () => {
      const { origin } = await withLittleMemory(bed);
      const { opened, open } = gate();
      bed.a.script('free', { gate: { before: 'head', opened } });
      const before = bed.a.requests.length;
      const sent = [1, 2, 3, 4].map(() => postChat(origin, secretOf('ten-chat'), { model: 'free', messages: LARGE, max_tokens: 100 }));
      await eventually(() => expect(bed.a.requests.length - before).toBe(sent.length));
      const [query, extensions] = ['{ apiKeys { id } }', { lists: Array<never[]>(300_000).fill([]) }];
      const asked = () => postGraph(origin, { query, extensions });
      expect(await asked()).toMatchObject({ status: 503, said: expect.stringContaining('temporarily_unavailable') });
      open();
      for (const response of await Promise.all(sent)) await response.text();
      expect(await asked()).toMatchObject({ status: 200, said: expect.stringContaining('"data"') });
    });

    promise('are each paid for when it is their answers that are large, though nobody reads them, and small ones pass', async () => {
      const { origin } = await withLittleMemory(bed);
      const { opened, open } = gate();
      bed.a.script('free', { text: 'x'.repeat(LARGE_ANSWER), gate: { before: 'head', opened } });
      const [before, served] = [bed.a.requests.length, await settledOf(origin)];
      const leave = Array.from({ length: 5 * CONCURRENT }, () => askAndNeverRead(origin, HI));
      await eventually(() => expect(bed.a.requests.length - before).toBe(leave.length));
      open();
      await eventually(async () => expect(await settledOf(origin)).toBe(served + leave.length), PATIENCE_MS);
      for (const end of leave) end();
      bed.a.script('free', { text: 'short' });
      expect((await postChat(origin, secretOf('ten-chat'), { model: 'free', messages: HI, max_tokens: 100 })).status).toBe(200);
    });
  },
  ['sqlite'],
);
