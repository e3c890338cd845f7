/** Clients that leave: what the upstream is read to, and what is charged. */
import { connect } from 'node:net';
import { heardFor, transcript, wav } from '../support/audio';
import { audit } from '../support/audit';
import { eventually, gate } from '../support/eventually';
import { get, leaversNoticed, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import type { Script } from '../support/script';
import { seededRandom } from '../support/seeded-random';
import { HI, secretOf } from '../support/shop-catalog';

const LEAVER = secretOf('leaver');
const ANSWER = 'one two three four five';

onEachDatabase('a client that leaves', (bed, promise) => {
  /** Sends, leaves as soon as `when` holds, lets the upstream go on, and reads the receipt that is written in the end. */
  async function leaves(body: object, script: Script, when: (answer: Promise<Response>) => Promise<unknown>): Promise<ReceiptJson> {
    const { opened, open } = gate();
    bed.a.next({ ...script, ...(script.gate === undefined ? {} : { gate: { before: script.gate.before, opened } }) });
    const before = await newestReceipt();
    const leaving = new AbortController();
    const answer = postChat(bed.gateway.origin, LEAVER, body, { signal: leaving.signal });
    answer.catch(() => undefined);
    await when(answer);
    leaving.abort();
    await leaversNoticed(bed.gateway.origin);
    open();
    const id = await eventually(async () => {
      const newest = await newestReceipt();
      expect(newest).not.toBe(before);
      return newest;
    });
    return receipt(bed.gateway.origin, LEAVER, id);
  }

  async function newestReceipt(): Promise<string> {
    const [row] = await bed.database.query("SELECT MAX(id) AS id FROM receipt WHERE api_key_id = 'leaver'");
    return String(row?.['id']);
  }

  const asked = () => {
    const before = bed.a.requests.length;
    return () => bed.a.until(() => bed.a.requests.length > before);
  };

  const firstBytes = async (answer: Promise<Response>) => (await answer).body?.getReader().read();

  promise('before any output has reached it pays nothing, whole or streamed', async () => {
    for (const stream of [false, true]) {
      const story = await leaves(
        { model: 'small', messages: HI, stream },
        { text: ANSWER, gate: { before: 'head', opened: Promise.resolve() } },
        asked(),
      );
      expect(story).toMatchObject({ stream, status: 'CANCELLED', stopReason: 'CLIENT_GONE', charge: '0', ledgerEntries: [] });
      expect(story.hold?.state).toBe('RELEASED');
      expect(story.noChargeReason).not.toBeNull();
    }
  });

  promise('in the middle of a drained stream pays for the whole answer, which the upstream bills anyway', async () => {
    const story = await leaves(
      { model: 'small', messages: HI, stream: true },
      { text: ANSWER, gate: { before: 4, opened: Promise.resolve() } },
      firstBytes,
    );
    expect(story).toMatchObject({
      status: 'CANCELLED',
      stopReason: 'CLIENT_GONE',
      charge: '0.000021',
      usage: { outputTokens: 5, source: 'PROVIDER' },
    });
    expect(bed.a.served.at(-1)).toMatchObject({ completed: true, completionTokens: 5 });
  });

  promise('in the middle of a stream that is cancelled pays for input and delivered output, and the upstream is left at once', async () => {
    const story = await leaves(
      { model: 'cancelling', messages: HI, stream: true },
      { text: ANSWER, gate: { before: 3, opened: Promise.resolve() } },
      firstBytes,
    );
    expect(story).toMatchObject({ status: 'CANCELLED', stopReason: 'CLIENT_GONE', usage: { source: 'FLOOR' } });
    expect(story.usage.outputTokens).toBeGreaterThan(0);
    expect(story.usage.outputTokens).toBeLessThan(5);
    const served = bed.a.served.at(-1);
    expect(served?.completed).toBe(false);
    await bed.a.until(() => served?.closed === true);
  });

  promise('before output of a request that is cancelled pays nothing, and the upstream is left at once', async () => {
    const story = await leaves(
      { model: 'cancelling', messages: HI },
      { text: ANSWER, gate: { before: 'head', opened: Promise.resolve() } },
      asked(),
    );
    expect(story).toMatchObject({ status: 'CANCELLED', stopReason: 'CLIENT_GONE', charge: '0', hold: { state: 'RELEASED' } });
    const served = bed.a.served.at(-1);
    await bed.a.until(() => served?.closed === true);
  });

  promise('while the first channel fails is not sent on to the next', async () => {
    const before = bed.b.requests.length;
    const story = await leaves(
      { model: 'small', messages: HI },
      { status: 500, gate: { before: 'head', opened: Promise.resolve() } },
      asked(),
    );
    expect(story).toMatchObject({ status: 'CANCELLED', stopReason: 'CLIENT_GONE', charge: '0' });
    expect(bed.b.requests).toHaveLength(before);
  });

  /** A connection of its own; what is sent on it may come in one piece. */
  const dial = () => connect(Number(new URL(bed.gateway.origin).port), '127.0.0.1').on('error', () => undefined);
  const written = (path: string, contentType: string, body: string | Buffer) => {
    const headers = { host: 'here', authorization: `Bearer ${LEAVER}`, 'content-type': contentType, 'content-length': body.length };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), Buffer.from(body)]);
  };
  const newestReceipts = (count: number) =>
    bed.database.query(`SELECT stop_reason, charge FROM receipt WHERE api_key_id = 'leaver' ORDER BY id DESC LIMIT ${count}`);
  const gone = { stop_reason: 'CLIENT_GONE', charge: 0n };

  const chat = (model: string, stream: boolean) =>
    written('/v1/chat/completions', 'application/json', JSON.stringify({ model, messages: HI, stream }));
  const inFlight = (count: number) =>
    eventually(async () => {
      const metrics = await (await get(bed.gateway.origin, '/metrics', null)).text();
      expect(metrics).toContain(`\ntokens_forge_requests_in_flight ${count}\n`);
    });

  promise('pays nothing for requests that waited behind another one of its connection: nobody was asked for them yet', async () => {
    const { opened, open } = gate();
    bed.a.next({ text: ANSWER, gate: { before: 'head', opened } });
    const before = bed.a.requests.length;
    const client = dial();
    client.write(Buffer.concat([chat('only-ordinary', false), chat('only-ordinary', true), chat('cancelling', true)]));
    await bed.a.until(() => bed.a.requests.length > before);
    await inFlight(3);
    client.destroy();
    await leaversNoticed(bed.gateway.origin);
    open();
    await inFlight(0);
    expect(await newestReceipts(3)).toEqual([gone, gone, gone]);
    expect(bed.a.requests).toHaveLength(before + 1);
  });

  promise('with everything got its answers in the order of its requests, although it waited for none of them', async () => {
    const client = dial();
    client.write(Buffer.concat([chat('only-ordinary', true), chat('only-ordinary', false), chat('only-ordinary', true)]));
    let got = '';
    client.setEncoding('utf8').on('data', (text: string) => (got += text));
    await eventually(() => expect(got.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3));
    await eventually(() => expect(got).toMatch(/\[DONE\][\s\S]*"usage"[\s\S]*\[DONE\]/));
    client.destroy();
    await eventually(async () => expect((await newestReceipts(3)).map((row) => row['stop_reason'])).toEqual(Array(3).fill('COMPLETED')));
  });

  promise('while its form is read pays nothing, and nobody is asked', async () => {
    bed.a.script('listener', transcript({ text: 'hello', usage: heardFor(60) }));
    const [asked, story] = [bed.a.requests.length, await newestReceipt()];
    const form = new FormData();
    form.append('model', 'listener');
    form.append('file', new File([new Uint8Array(wav(600_000))], 'a.wav', { type: 'audio/wav' }));
    const sent = new Response(form);
    const contentType = sent.headers.get('content-type') ?? '';
    dial().end(written('/v1/audio/transcriptions', contentType, Buffer.from(await sent.arrayBuffer())));
    await eventually(async () => expect(await newestReceipt()).not.toBe(story));
    expect(await newestReceipts(1)).toEqual([gone]);
    expect(bed.a.requests).toHaveLength(asked);
  });

  promise(
    'at any moment, whole or streamed, leaves exactly one receipt and no hold',
    async () => {
      const random = seededRandom();
      const countOf = async (table: string) =>
        (await bed.database.query(`SELECT COUNT(*) AS n FROM ${table} WHERE api_key_id = 'leaver'`))[0]?.['n'];
      const before = bed.a.requests.length;
      bed.a.script('only-ordinary', () => ({ text: ANSWER, delayMs: random.between(0, 6), chunkDelayMs: random.between(0, 3) }));
      // Somebody stays until the provider is asked, however slow the machine is.
      for (let round = 0; round < 10 || bed.a.requests.length === before; round += 1) {
        const leaving = Array.from({ length: 8 }, async () => {
          const signal = AbortSignal.timeout(random.between(1, 40 * Math.ceil((round + 1) / 10)));
          const body = { model: 'only-ordinary', messages: HI, stream: random.chance(0.5) };
          await (await postChat(bed.gateway.origin, LEAVER, body, { signal })).text();
        });
        await Promise.allSettled(leaving);
      }
      // What was sent before its client left may still be on its way in.
      await leaversNoticed(bed.gateway.origin);
      await inFlight(0);
      await eventually(async () => expect(await bed.database.query("SELECT id FROM hold WHERE state = 'OPEN'")).toEqual([]));
      expect(await audit(bed.database)).toEqual([]);
      expect(bed.a.requests.length).toBeGreaterThan(before);
      // Those that left before the hold was placed may have no hold; nobody who was held has no receipt.
      expect(await countOf('receipt')).toBeGreaterThanOrEqual((await countOf('hold')) as bigint);
      const reasons = await bed.database.query("SELECT DISTINCT stop_reason FROM receipt WHERE api_key_id = 'leaver' ORDER BY 1");
      expect(reasons).toEqual([{ stop_reason: 'CLIENT_GONE' }, { stop_reason: 'COMPLETED' }]);
    },
    600_000,
  );
});
