/** With IDEMPOTENCY_RETENTION the same key and body get the same answer again, byte by byte. */
import { newId } from '../../src/kernel/ids';
import { heardFor, spoken, transcript, wav } from '../support/audio';
import { eventually, gate } from '../support/eventually';
import { graph, leaversNoticed, post, postChat, receipt } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const CANARY = 'canary-answer-7f3a';
/** Sealed, they are more than MariaDB takes at once. */
const LONG_CHARACTERS = 13_000_000;

onEachDatabase('an answer that is kept', (bed, promise) => {
  let keeping = false;
  /** The gateway of the bed, with answers kept. */
  async function kept(): Promise<void> {
    if (keeping) return;
    await bed.gateway.stop();
    bed.gateway = await startGateway({
      ...bed.gateway.settings,
      environment: { ...bed.gateway.settings.environment, IDEMPOTENCY_RETENTION: '1h' },
    });
    keeping = true;
  }
  const call = (key: string, body: object = {}) =>
    postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI, ...body }, { headers: { 'idempotency-key': key } });
  const balance = async () =>
    (await graph<{ wallets: object[] }>(bed.gateway.origin, tokenOf('acme'), '{ wallets { bucket balance held } }')).wallets;
  const forge = (response: Response) => [...response.headers].filter(([name]) => /^x-(request-id|forge)|^content-type/.test(name));

  for (const body of [{}, { stream: true }, { stream: true, stream_options: { include_usage: true } }]) {
    promise(`is given again, whole, for nothing: ${JSON.stringify(body)}`, async () => {
      await kept();
      const key = newId();
      const first = await call(key, body);
      const text = await first.text();
      const [paid, served] = [await balance(), bed.a.requests.length];
      const again = await call(key, body);
      expect(await again.text()).toBe(text);
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
      expect(forge(again).sort()).toEqual(forge(first).sort());
      expect(await balance()).toEqual(paid);
      expect(bed.a.requests.length).toBe(served);
    });
  }

  promise('is given again in its own type; audio is not kept, and its receipt is named instead', async () => {
    await kept();
    const send = (path: string, body: string | FormData, key: string) => {
      const headers: Record<string, string> = { authorization: `Bearer ${CHAT}`, 'idempotency-key': key };
      if (typeof body === 'string') headers['content-type'] = 'application/json';
      return fetch(bed.gateway.origin + path, { method: 'POST', headers, body });
    };
    const form = () => {
      const fields = new FormData();
      fields.append('model', 'listener');
      fields.append('response_format', 'text');
      fields.append('file', new File([new Uint8Array(wav(900))], 'a.wav'));
      return fields;
    };
    const [listened, said] = [newId(), newId()];
    bed.a.next(transcript({ text: 'hello', usage: heardFor(1) }));
    const first = await send('/v1/audio/transcriptions', form(), listened);
    const again = await send('/v1/audio/transcriptions', form(), listened);
    expect([await again.text(), forge(again).sort()]).toEqual([await first.text(), forge(first).sort()]);
    const speech = JSON.stringify({ model: 'speaker', input: 'hello', voice: 'x' });
    bed.a.next(spoken([Buffer.from('some audio')]));
    const spoke = await send('/v1/audio/speech', speech, said);
    await spoke.arrayBuffer();
    const refused = await send('/v1/audio/speech', speech, said);
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { receipt_id: spoke.headers.get('x-request-id') } }]);
  });

  promise('is not kept when it is too long for a database, and is charged as ever', async () => {
    await kept();
    const key = newId();
    bed.a.next({ text: 'x'.repeat(LONG_CHARACTERS) });
    // Of one channel: a backup would answer in few words where a starved machine does not get these in time.
    const body = { model: 'only-ordinary' };
    const first = await call(key, body);
    const text = await first.text();
    expect(text.length > LONG_CHARACTERS ? 'all of it' : text).toBe('all of it');
    const id = first.headers.get('x-request-id') ?? '';
    expect(await receipt(bed.gateway.origin, CHAT, id)).toMatchObject({ status: 'SUCCEEDED', charge: expect.not.stringMatching(/^0$/) });
    const again = await call(key, body);
    expect([again.status, await again.json()]).toMatchObject([409, { error: { receipt_id: id } }]);
  });

  promise('is given again as Anthropic streams it, under the id of the first', async () => {
    await kept();
    const headers = { 'idempotency-key': newId() };
    const body = { model: 'small', max_tokens: 50, messages: HI, stream: true };
    const ask = () => post(bed.gateway.origin, '/v1/messages', CHAT, body, { headers });
    const first = await ask();
    const text = await first.text();
    const again = await ask();
    expect(text).toMatch(/event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
    expect(await again.text()).toBe(text);
    expect(again.headers.get('request-id')).toBe(first.headers.get('x-request-id'));
  });

  promise('is given to a client that left in the middle of a stream which it pays for to its end', async () => {
    await kept();
    const key = newId();
    const { opened, open } = gate();
    bed.a.next({ text: 'one two three four five', gate: { before: 4, opened } });
    const body = { model: 'small', messages: HI, stream: true };
    const leaving = new AbortController();
    const headers = { 'idempotency-key': key };
    const first = await postChat(bed.gateway.origin, CHAT, body, { headers, signal: leaving.signal });
    await first.body?.getReader().read();
    leaving.abort();
    await leaversNoticed(bed.gateway.origin);
    open();
    const id = first.headers.get('x-request-id') ?? '';
    const story = await eventually(async () => {
      const ended = await receipt(bed.gateway.origin, CHAT, id);
      expect(ended.stopReason).toBe('CLIENT_GONE');
      return ended;
    });
    expect(story).toMatchObject({ charge: '0.000021', usage: { outputTokens: 5 } });
    const [paid, served] = [await balance(), bed.a.requests.length];
    const again = await call(key, { stream: true });
    const text = await again.text();
    const words = [...text.matchAll(/"content":"([^"]*)"/g)].map(([, word]) => word).join('');
    expect([words, text.endsWith('data: [DONE]\n\n')]).toEqual(['one two three four five', true]);
    expect([again.headers.get('idempotent-replayed'), again.headers.get('x-request-id')]).toEqual(['true', id]);
    expect(await balance()).toEqual(paid);
    expect(bed.a.requests.length).toBe(served);
  });

  promise('is sealed at rest', async () => {
    await kept();
    bed.a.next({ text: CANARY });
    const answer = await (await call(newId())).text();
    expect(answer).toContain(CANARY);
    const rows = await bed.database.query('SELECT sealed FROM stored_answer');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(CANARY);
  });

  promise('is not given past its time: the receipt is named instead', async () => {
    await kept();
    const key = newId();
    const first = await call(key);
    await first.text();
    await bed.database.query('UPDATE stored_answer SET expires_at = 1');
    const again = await call(key);
    expect(again.status).toBe(409);
    expect(((await again.json()) as { error: object }).error).toMatchObject({
      code: 'idempotency_settled',
      receipt_id: first.headers.get('x-request-id'),
    });
  });

  promise('of a failure is none: the call runs again', async () => {
    await kept();
    const key = newId();
    bed.a.next({ status: 500 });
    bed.b.next({ status: 500 });
    expect((await call(key)).status).toBe(502);
    expect((await call(key)).status).toBe(200);
    expect((await call(key)).headers.get('idempotent-replayed')).toBe('true');
  });
});
