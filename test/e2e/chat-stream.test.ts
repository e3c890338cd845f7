/** Streamed answers: what the client reads, when money has moved, and what happens when a stream breaks. */
import { request } from 'node:http';
import { eventually } from '../support/eventually';
import { type Chunk, chunksOf, eventsOf, postChat, post as postTo, receipt, sdk, textOf } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const STREAM = { model: 'small', messages: HI, stream: true };
const WITH_USAGE = { ...STREAM, stream_options: { include_usage: true } };

onEachDatabase('a stream', (bed, promise) => {
  const post = (body: object) => postChat(bed.gateway.origin, CHAT, body);
  const receiptOf = (response: Response) => receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));

  promise('reaches the official SDK delta by delta', async () => {
    bed.a.next({ text: 'one two three four' });
    const stream = await sdk(bed.gateway.origin, CHAT).chat.completions.create({ model: 'small', messages: HI, stream: true });
    const deltas: string[] = [];
    for await (const chunk of stream) deltas.push(chunk.choices[0]?.delta.content ?? '');
    expect(deltas.filter((delta) => delta !== '')).toEqual(['one ', 'two ', 'three ', 'four']);
  });

  promise('hands a delta on when it comes, not when the answer ends', async () => {
    let open: () => void = () => undefined;
    bed.a.next({ text: 'early late', gate: { before: 2, opened: new Promise<void>((resolve) => (open = resolve)) } });
    const stream = await sdk(bed.gateway.origin, CHAT).chat.completions.create({ model: 'small', messages: HI, stream: true });
    const seen: string[] = [];
    for await (const chunk of stream) {
      seen.push(chunk.choices[0]?.delta.content ?? '');
      if (seen.includes('early ')) open();
    }
    expect(seen.join('')).toBe('early late');
  });

  promise('carries no usage chunk unless the client asked for one, and asks the provider all the same', async () => {
    const response = await post(STREAM);
    const body = await response.text();
    expect(eventsOf(body).at(-1)).toBe('[DONE]');
    expect(chunksOf(body).every((chunk) => chunk.choices.length > 0 && (chunk.usage ?? null) === null)).toBe(true);
    expect(bed.a.requests.at(-1)?.body.stream_options).toEqual({ include_usage: true });
    expect((await receiptOf(response)).usage).toMatchObject({ inputTokens: 1, outputTokens: 3, source: 'PROVIDER' });
  });

  promise('ends with usage and cost when the client asked for them', async () => {
    const response = await post(WITH_USAGE);
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'x-forge-route-type': 'ORDINARY', 'x-forge-bucket': 'RMB' });
    const body = await response.text();
    const last = chunksOf(body).at(-1) as Chunk;
    expect(last.choices).toEqual([]);
    expect(last.usage).toMatchObject({ prompt_tokens: 1, completion_tokens: 3, cost: '0.000013', cost_currency: 'CNY' });
    expect(eventsOf(body).at(-1)).toBe('[DONE]');
    expect((await receiptOf(response)).charge).toBe('0.000013');
  });

  promise('of several choices that breaks between two of them is no success, whatever the first one said', async () => {
    const said = { model: 'theirs', choices: [{ index: 0, delta: { content: 'one' }, text: 'one', finish_reason: 'stop' }] };
    const asked = { ...STREAM, max_tokens: 100 };
    for (const [path, body] of [
      ['/v1/chat/completions', { ...asked, n: 2 }],
      ['/v1/completions', { ...asked, prompt: ['a', 'b'] }],
    ] as const) {
      bed.a.next({ raw: [`data: ${JSON.stringify(said)}\n\n`, 'data: never'], resetAfter: 1 });
      const response = await postTo(bed.gateway.origin, path, CHAT, body);
      const events = eventsOf(await response.text());
      expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ error: { code: 'upstream_failed' } });
      const settled = await receiptOf(response);
      expect(settled).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', usage: { outputTokens: 1, source: 'FLOOR' } });
      expect(settled.reportedModel).toBe('theirs');
    }
  });

  promise('is settled, and readable, when its last byte arrives', async () => {
    for (let time = 0; time < 20; time += 1) {
      const response = await post(STREAM);
      await response.text();
      expect(await receiptOf(response)).toMatchObject({ stream: true, status: 'SUCCEEDED', stopReason: 'COMPLETED', charge: '0.000013' });
    }
  });

  promise('is readable as IN_FLIGHT, with its hold, while it runs', async () => {
    let open: () => void = () => undefined;
    bed.a.next({ text: 'one two', gate: { before: 2, opened: new Promise<void>((resolve) => (open = resolve)) } });
    const response = await post(STREAM);
    expect(await receiptOf(response)).toMatchObject({
      status: 'IN_FLIGHT',
      stopReason: null,
      charge: '0',
      hold: { state: 'OPEN' },
      bucket: 'RMB',
    });
    open();
    await response.text();
    expect(await receiptOf(response)).toMatchObject({ status: 'SUCCEEDED', hold: { state: 'SETTLED' } });
  });

  promise('reaches a slow reader whole, and holds the provider back meanwhile', async () => {
    const words = 1_500;
    bed.a.next({ text: `${'x'.repeat(20_000)} `.repeat(words) });
    const { origin } = bed.gateway;
    const headers = { authorization: `Bearer ${CHAT}`, 'content-type': 'application/json' };
    const body = await new Promise<string>((resolve, reject) => {
      const sent = request(`${origin}/v1/chat/completions`, { method: 'POST', headers }, (response) => {
        // Nothing is read until the provider has come to a stop before its end.
        eventually(() => stalled(() => bed.a.served.at(-1)?.pieces ?? 0, words)).then(() => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
        }, reject);
      });
      sent.once('error', reject);
      sent.end(JSON.stringify({ ...STREAM, model: 'vast' }));
    });
    expect(eventsOf(body).at(-1)).toBe('[DONE]');
    expect(chunksOf(body).filter((chunk) => (chunk.choices[0]?.delta.content ?? '') !== '')).toHaveLength(words);
  });

  promise('that breaks after output ends with an error event, without the end marker, and is charged for what was delivered', async () => {
    bed.a.next({ text: 'one two three four five', resetAfter: 4 });
    const response = await post(STREAM);
    const body = await response.text();
    const chunks = chunksOf(body);
    expect(textOf(chunks.slice(0, -1))).toBe('one two three ');
    expect(chunks.at(-1)?.error).toMatchObject({ code: 'upstream_failed' });
    expect(eventsOf(body)).not.toContain('[DONE]');
    const story = await receiptOf(response);
    expect(story).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', usage: { source: 'FLOOR' }, fallbackCount: 0 });
    // "hi" is one token, and so is each of the three words, with the space at the end.
    expect(story.usage.outputTokens).toBeGreaterThanOrEqual(3);
    expect(story.charge).toBe(`0.0000${story.usage.inputTokens + 4 * story.usage.outputTokens}`);
    expect(story.nextStep).not.toBeNull();
    expect(bed.b.served).toHaveLength(0);
  });

  promise('that breaks is an error in the SDK, and is not sent again', async () => {
    const before = bed.a.served.length;
    bed.a.next({ text: 'one two three', errorAfter: 2 });
    const stream = await sdk(bed.gateway.origin, CHAT, { maxRetries: 3 }).chat.completions.create({
      model: 'small',
      messages: HI,
      stream: true,
    });
    const read = async () => {
      for await (const chunk of stream) expect(chunk.choices).toHaveLength(1);
    };
    await expect(read()).rejects.toThrow(/broke off/);
    expect(bed.a.served.length).toBe(before + 1);
  });

  promise('that breaks before output goes to the next channel, and the client sees one clean stream', async () => {
    bed.a.next({ resetAfter: -1 });
    const response = await post(WITH_USAGE);
    const body = await response.text();
    expect(textOf(chunksOf(body))).toBe('You said: hi');
    expect(await receiptOf(response)).toMatchObject({
      status: 'SUCCEEDED',
      fallbackCount: 1,
      finalChannel: { id: 'cheap-b' },
      charge: '0.000026',
    });
  });
});

/** @throws until the count stands still, above zero and below its end */
async function stalled(count: () => number, end: number): Promise<void> {
  const before = count();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const after = count();
  if (before === 0 || after !== before || after >= end) throw new Error(`the provider has sent ${after} of ${end} pieces`);
}
