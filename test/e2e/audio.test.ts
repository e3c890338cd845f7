/** Speech and transcriptions: streamed through, held for in full, charged exactly, and refused with a receipt. */
import { request } from 'node:http';
import { toFile } from 'openai';
import { heardFor, heardTokens, plainTranscript, speechEvents, spoken, transcript, transcriptEvents, wav } from '../support/audio';
import { eventually, gate } from '../support/eventually';
import { graph, leaversNoticed, post, receipt, sdk } from '../support/forge-client';
import { onOneDatabase } from '../support/on-each-database';
import { secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const SPEECH = '/v1/audio/speech';
const TRANSCRIPTIONS = '/v1/audio/transcriptions';
const HELLO = { input: 'hello', voice: 'alloy' } as const;
const AUDIO = Buffer.from('not really audio, but bytes of it '.repeat(300));
const half = AUDIO.length >> 1;
const HALVES = [AUDIO.subarray(0, half), AUDIO.subarray(half)];

onOneDatabase('audio', (bed, promise) => {
  const client = () => sdk(bed.gateway.origin, CHAT);
  const say = (body: object, init: RequestInit = {}, key = CHAT) => post(bed.gateway.origin, SPEECH, key, { ...HELLO, ...body }, init);
  const receiptOf = (response: Response, key = CHAT) => receipt(bed.gateway.origin, key, response.headers.get('x-request-id'));
  const file = (milliseconds: number) => toFile(wav(milliseconds), 'speech.wav', { type: 'audio/wav' });
  const formOf = (fields: Record<string, string | Blob>) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    return form;
  };
  const clip = (milliseconds: number) => new File([new Uint8Array(wav(milliseconds))], 'a.wav', { type: 'audio/wav' });
  const hear = (fields: Record<string, string | Blob>, init: RequestInit = {}, key = CHAT) => {
    const headers = { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) };
    return fetch(bed.gateway.origin + TRANSCRIPTIONS, { ...init, method: 'POST', headers, body: formOf(fields) });
  };
  const balance = async () => {
    const { wallets } = await graph<{ wallets: { bucket: string; balance: string; held: string }[] }>(
      bed.gateway.origin,
      tokenOf('acme'),
      '{ wallets { bucket balance held } }',
    );
    return wallets.find(({ bucket }) => bucket === 'RMB');
  };

  promise('speaks through the official SDK, byte by byte, at the price of its characters', async () => {
    const before = await balance();
    bed.a.next(spoken(HALVES));
    const response = await client().audio.speech.create({ ...HELLO, model: 'speaker', input: 'hello 🎈' });
    expect(Buffer.from(await response.arrayBuffer()).equals(AUDIO)).toBe(true);
    const { headers } = response;
    expect([headers.get('content-type'), headers.get('x-forge-bucket'), headers.get('x-forge-charge')]).toEqual([
      'audio/mpeg',
      'RMB',
      null,
    ]);
    expect(bed.a.requests.at(-1)).toMatchObject({ path: SPEECH, body: { ...HELLO, input: 'hello 🎈', model: 'speaker' } });
    expect(await receiptOf(response)).toMatchObject({
      endpoint: SPEECH,
      stream: true,
      status: 'SUCCEEDED',
      usage: { classes: { characters: 7 } },
      // At the dearest step.
      hold: { amount: '0.014', state: 'SETTLED' },
      charge: '0.007',
    });
    expect(Number(before?.balance) - Number((await balance())?.balance)).toBeCloseTo(0.007, 9);
  });

  promise('hands audio on as it arrives, and ends it only after its settlement', async () => {
    const rest = gate();
    bed.a.next({ ...spoken(HALVES), gate: { before: 1, opened: rest.opened } });
    const response = await client().audio.speech.create({ ...HELLO, model: 'speaker' });
    const reader = (response.body as unknown as ReadableStream<Uint8Array>).getReader();
    let heard = 0;
    while (heard < half - 1) heard += (await reader.read()).value?.length ?? 0;
    expect(await receiptOf(response)).toMatchObject({ status: 'IN_FLIGHT' });
    rest.open();
    for (let done = false; !done; ) {
      const piece = await reader.read();
      heard += piece.value?.length ?? 0;
      done = piece.done;
    }
    expect(heard).toBe(AUDIO.length);
    expect(await receiptOf(response)).toMatchObject({ status: 'SUCCEEDED', charge: '0.005' });
  });

  promise('counts what was spoken where the provider counts nothing, and marks it', async () => {
    bed.a.next(spoken([wav(6_000)], 'audio/wav'));
    const counted = await say({ model: 'token-speaker', response_format: 'wav' });
    await counted.arrayBuffer();
    // A minute of speech is 1250 tokens of audio: 6 s are 125, at 20,000 nano each; and one token of text.
    expect(await receiptOf(counted)).toMatchObject({
      usage: { inputTokens: 1, outputTokens: 125, source: 'COUNTED', classes: { characters: 5, audioOutputTokens: 125 } },
      charge: '0.002501',
    });
  });

  promise('gives speech as events, whose last one says what it cost', async () => {
    bed.a.next(speechEvents(HALVES, { input_tokens: 3, output_tokens: 40, total_tokens: 43 }));
    const response = await say({ model: 'token-speaker', stream_format: 'sse' });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = (await response.text())
      .split('\n\n')
      .filter(Boolean)
      .map((each) => JSON.parse(each.slice('data: '.length)));
    expect(Buffer.concat(events.slice(0, -1).map(({ audio }) => Buffer.from(audio, 'base64'))).equals(AUDIO)).toBe(true);
    expect(events.at(-1)).toMatchObject({
      type: 'speech.audio.done',
      usage: { output_tokens: 40, cost: '0.000803', cost_currency: 'CNY' },
    });
    expect(await receiptOf(response)).toMatchObject({ usage: { outputTokens: 40, source: 'PROVIDER' }, charge: '0.000803' });
  });

  promise('goes to a backup before the first byte, and never after it', async () => {
    bed.a.next({ status: 503 });
    bed.b.next(spoken(HALVES));
    const mended = await say({ model: 'speaker' });
    await mended.arrayBuffer();
    expect(await receiptOf(mended)).toMatchObject({
      fallbackCount: 1,
      finalChannel: { id: 'cheap-b' },
      charge: '0.01',
      fallbackDelta: '0.005',
    });
    bed.a.next({ ...spoken(HALVES), resetAfter: 1 });
    const broken = await say({ model: 'speaker' });
    await expect(broken.arrayBuffer()).rejects.toThrow();
    expect(await receiptOf(broken)).toMatchObject({
      status: 'FAILED',
      stopReason: 'UPSTREAM_ERROR',
      fallbackCount: 0,
      usage: { source: 'FLOOR' },
      charge: '0.005',
    });
  });

  promise('takes a page for no audio, and an error for what it is', async () => {
    bed.a.next({ raw: ['<script>alert(1)</script>'], headers: { 'content-type': 'text/html' } });
    bed.b.next(spoken(HALVES, 'application/octet-stream; x=1'));
    const answered = await say({ model: 'speaker' });
    expect(answered.headers.get('content-type')).toBe('application/octet-stream');
    await answered.arrayBuffer();
    expect((await receiptOf(answered)).attempts).toMatchObject([{ errorCode: 'malformed_answer' }, { status: 'SUCCEEDED' }]);
    bed.a.next({ status: 400, error: { message: 'no such voice', type: 'invalid_request_error', param: 'voice', code: 'bad_voice' } });
    const refused = await say({ model: 'speaker' });
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: { message: 'no such voice', code: 'bad_voice' } }]);
    expect(await receiptOf(refused)).toMatchObject({ stopReason: 'REJECTED', charge: '0' });
  });

  promise('charges for audio that was delivered before its client left', async () => {
    const leaver = new AbortController();
    const rest = gate();
    bed.a.next({ ...spoken(HALVES), gate: { before: 1, opened: rest.opened } });
    const response = await say({ model: 'speaker' }, { signal: leaver.signal }, secretOf('leaver'));
    await (response.body as ReadableStream<Uint8Array>).getReader().read();
    leaver.abort();
    await leaversNoticed(bed.gateway.origin);
    rest.open();
    await eventually(async () =>
      expect(await receiptOf(response, secretOf('leaver'))).toMatchObject({
        status: 'CANCELLED',
        stopReason: 'CLIENT_GONE',
        charge: '0.005',
      }),
    );
  });

  promise('transcribes through the official SDK, at the price of the seconds that the provider heard', async () => {
    const before = await balance();
    bed.a.next(transcript({ text: 'hello', usage: heardFor(3) }));
    const { data, response } = await client()
      .audio.transcriptions.create({ model: 'listener', file: await file(2_500), language: 'en', temperature: 0.5 })
      .withResponse();
    expect(data).toMatchObject({ text: 'hello', usage: { seconds: 3, cost: '0.03', cost_currency: 'CNY' } });
    expect(response.headers.get('x-forge-charge')).toBe('0.03');
    const sent = bed.a.requests.at(-1);
    expect(sent).toMatchObject({
      path: TRANSCRIPTIONS,
      body: { model: 'listener', language: 'en', temperature: '0.5', file: { name: 'speech.wav', type: 'audio/wav' } },
    });
    expect((sent?.body['file'] as { bytes?: Buffer } | undefined)?.bytes?.equals(wav(2_500))).toBe(true);
    expect(await receiptOf(response)).toMatchObject({
      endpoint: TRANSCRIPTIONS,
      usage: { inputTokens: 0, source: 'PROVIDER', classes: { milliseconds: 3_000 } },
      // Three seconds at the dearest step.
      hold: { amount: '0.06', state: 'SETTLED' },
      lines: [{ label: 'seconds: 3', amount: '0.03' }],
      charge: '0.03',
    });
    expect(Number(before?.balance) - Number((await balance())?.balance)).toBeCloseTo(0.03, 9);
  });

  promise('charges tokens of audio and of text by their own prices', async () => {
    bed.a.next(transcript({ text: 'hello', usage: heardTokens(4, 10, 2) }));
    const { response } = await client()
      .audio.transcriptions.create({ model: 'token-listener', file: await file(1_000), prompt: 'Names: Ada.' })
      .withResponse();
    expect(await receiptOf(response)).toMatchObject({
      usage: { inputTokens: 14, outputTokens: 2, classes: { audioInputTokens: 10 } },
      // 16 + 100 for the file + 11 bytes of prompt, and 2000 of output, each at its dearest.
      hold: { amount: '0.04127' },
      charge: '0.000112',
    });
  });

  promise('charges audio at the prices of text, where the price names no others', async () => {
    bed.a.next(transcript({ text: 'hello', usage: heardTokens(4, 10, 2) }));
    expect(await receiptOf(await hear({ model: 'small', file: clip(10) }))).toMatchObject({
      usage: { source: 'PROVIDER' },
      charge: '0.000022',
    });
    bed.a.next(transcript({ text: 'hello' }));
    expect(await receiptOf(await hear({ model: 'small', file: clip(2_400) }))).toMatchObject({
      usage: { inputTokens: 50 },
      charge: '0.000054',
    });
    bed.a.next(spoken([wav(6_000)], 'audio/wav'));
    const said = await say({ model: 'small', response_format: 'wav' });
    await said.arrayBuffer();
    expect(await receiptOf(said)).toMatchObject({ usage: { outputTokens: 125, source: 'COUNTED' }, charge: '0.000501' });
  });

  promise('charges a duration without a usage, and counts the seconds of the file where nobody says them', async () => {
    bed.a.next(transcript({ task: 'transcribe', language: 'english', duration: 1.25, text: 'hello', segments: [] }));
    const verbose = await client()
      .audio.transcriptions.create({
        model: 'listener',
        file: await file(1_250),
        response_format: 'verbose_json',
        timestamp_granularities: ['word'],
      })
      .withResponse();
    expect(verbose.data).toMatchObject({ duration: 1.25, segments: [] });
    expect(bed.a.requests.at(-1)?.text).toContain('name="timestamp_granularities[]"\r\n\r\nword');
    expect(await receiptOf(verbose.response)).toMatchObject({ usage: { source: 'PROVIDER' }, charge: '0.0125' });
    bed.a.next(transcript({ text: 'hello' }));
    const silent = await hear({ model: 'listener', file: clip(1_500) });
    expect(await receiptOf(silent)).toMatchObject({ usage: { source: 'COUNTED', classes: { milliseconds: 1_500 } }, charge: '0.015' });
    bed.a.next(transcript({ text: '', usage: heardFor(0) }));
    expect(await receiptOf(await hear({ model: 'listener', file: clip(1_500) }))).toMatchObject({
      usage: { source: 'PROVIDER' },
      charge: '0',
    });
    // What is sold by the second costs its seconds also where the provider counts tokens.
    bed.a.next(transcript({ text: 'hello', usage: heardTokens(0, 10, 2) }));
    expect(await receiptOf(await hear({ model: 'listener', file: clip(1_500) }))).toMatchObject({
      usage: { inputTokens: 10, source: 'PROVIDER', classes: { audioInputTokens: 10, milliseconds: 1_500 } },
      charge: '0.015',
    });
  });

  promise('counts the tokens of audio, 1250 a minute, where they are sold and the provider says seconds, or nothing', async () => {
    bed.a.next(transcript({ text: 'hello', usage: heardFor(3) }));
    const seconds = await hear({ model: 'token-listener', file: clip(2_500) });
    expect(await receiptOf(seconds)).toMatchObject({
      usage: { inputTokens: 63, outputTokens: 1, source: 'COUNTED', classes: { milliseconds: 3_000, audioInputTokens: 63 } },
      charge: '0.000634',
    });
    bed.a.next(transcript({ text: 'hello' }));
    expect(await receiptOf(await hear({ model: 'token-listener', file: clip(2_400) }))).toMatchObject({
      usage: { inputTokens: 50, source: 'COUNTED', classes: { milliseconds: 2_400, audioInputTokens: 50 } },
      charge: '0.000504',
    });
    // Never above the bound that was held for: 16 and 100 for the file.
    bed.a.next(transcript({ text: '', usage: heardFor(3_600) }));
    expect(await receiptOf(await hear({ model: 'token-listener', file: clip(2_400) }))).toMatchObject({ charge: '0.00116' });
    bed.a.next(transcript({ text: '', usage: heardFor(0) }));
    expect(await receiptOf(await hear({ model: 'token-listener', file: clip(2_400) }))).toMatchObject({ charge: '0' });
  });

  promise('gives bare text and subtitles as they are, and meters them as well', async () => {
    bed.a.next(transcript({ text: 'hello there', usage: heardFor(2) }));
    const text = await client()
      .audio.transcriptions.create({ model: 'listener', file: await file(1_100), response_format: 'text' })
      .withResponse();
    expect(text.data).toBe('hello there\n');
    expect(bed.a.requests.at(-1)?.body).toMatchObject({ response_format: 'json' });
    expect([text.response.headers.get('content-type'), text.response.headers.get('x-forge-charge')]).toEqual([
      'text/plain; charset=utf-8',
      '0.02',
    ]);
    const srt = '1\n00:00:00,000 --> 00:00:01,000\nhello\n\n2\n00:00:01,000 --> 00:00:04,500\nthere\n';
    bed.a.next(plainTranscript(srt));
    const ogg = new File(['OggS not a header that is read'], 'a.ogg', { type: 'audio/ogg' });
    const subtitles = await hear({ model: 'listener', file: ogg, response_format: 'srt' });
    expect(await subtitles.text()).toBe(srt);
    // Held for one second of the least bit rate, at the dearest step: what is heard beyond that is the operator's.
    expect(await receiptOf(subtitles)).toMatchObject({ usage: { source: 'COUNTED', classes: { milliseconds: 4_500 } }, charge: '0.02' });
  });

  promise('streams a transcription word by word; a provider that answers whole is taken at its word', async () => {
    bed.a.next(transcriptEvents(['hello ', 'there'], heardTokens(0, 10, 2)));
    const stream = await client().audio.transcriptions.create({ model: 'token-listener', file: await file(1_000), stream: true });
    const events = [];
    for await (const event of stream) events.push(event);
    expect(events).toMatchObject([
      { type: 'transcript.text.delta', delta: 'hello ' },
      { type: 'transcript.text.delta', delta: 'there' },
      { type: 'transcript.text.done', text: 'hello there', usage: { output_tokens: 2, cost: '0.000108' } },
    ]);
    bed.a.next(transcript({ text: 'hello', usage: heardFor(1) }));
    const whole = await hear({ model: 'listener', file: clip(1_000), stream: 'true' });
    expect(await whole.json()).toMatchObject({ text: 'hello', usage: { cost: '0.01' } });
  });

  promise('falls back for an upload as well: the whole form is sent again', async () => {
    bed.a.next({ status: 500 });
    bed.b.next(transcript({ text: 'hello', usage: heardFor(1) }));
    const story = await receiptOf(await hear({ model: 'listener', file: clip(900) }));
    expect(story).toMatchObject({ finalChannel: { id: 'cheap-b' }, charge: '0.02', fallbackDelta: '0.01' });
    expect(bed.b.requests.at(-1)?.body).toMatchObject({ model: 'listener', file: { name: 'a.wav' } });
  });

  promise('refuses what is wrong with an upload by name, with a receipt, and nothing held or sent', async () => {
    const before = bed.a.requests.length;
    const refusals: [Record<string, string | Blob>, number, string | null][] = [
      [{ model: 'listener' }, 400, 'file'],
      [{ model: 'listener', file: 'a text' }, 400, 'file'],
      [{ model: 'listener', file: new File([], 'empty.wav') }, 400, 'file'],
      [{ file: clip(10) }, 400, 'model'],
      [{ model: 'listener', Model: 'vast', file: clip(10) }, 400, 'Model'],
      [{ model: 'listener', file: clip(10), stream: 'maybe' }, 400, 'stream'],
      [{ model: 'listener', file: new File([new Uint8Array(25 * 1024 * 1024 + 1)], 'a.wav') }, 413, null],
      [{ model: 'listener', file: new File([new Uint8Array(30 * 1024 * 1024)], 'a.wav') }, 413, null],
      [{ model: 'free', file: clip(10) }, 400, 'model'],
      [{ model: 'deaf', file: clip(10) }, 400, 'model'],
    ];
    for (const [fields, status, param] of refusals) {
      const response = await hear(fields);
      expect([response.status, await response.json()]).toMatchObject([status, { error: { param } }]);
      expect(await receiptOf(response)).toMatchObject({ endpoint: TRANSCRIPTIONS, stopReason: 'REFUSED', charge: '0', hold: null });
    }
    expect(bed.a.requests).toHaveLength(before);
  });

  promise('refuses a body that is no form, and one that is broken off', async () => {
    const type = 'multipart/form-data; boundary=x';
    const broken: [string, string, number][] = [
      ['{"model":"listener"}', 'application/json', 415],
      ['--x\r\ncontent-disposition: form-data; name="model"\r\n\r\nlistener\r\n', type, 400],
      ['--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nRIFF', type, 400],
      ['nothing of the kind', type, 400],
      ['--x--\r\n', 'multipart/form-data', 400],
      [
        '--x\r\ncontent-disposition: form-data; name="model"\r\n\r\na\r\n--x\r\ncontent-disposition: form-data; name="model"\r\n\r\nb\r\n--x--\r\n',
        type,
        400,
      ],
    ];
    for (const [body, contentType, status] of broken) {
      const response = await post(bed.gateway.origin, TRANSCRIPTIONS, CHAT, body, { headers: { 'content-type': contentType } });
      expect([body, response.status, await response.json()]).toMatchObject([body, status, { error: { type: 'invalid_request_error' } }]);
      expect(await receiptOf(response)).toMatchObject({ stopReason: 'REFUSED', hold: null });
    }
  });

  promise('writes a receipt of an upload whose client left in the middle of it, and holds nothing', async () => {
    const { origin } = bed.gateway;
    const headers = {
      authorization: `Bearer ${secretOf('pausable')}`,
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': 9_000,
    };
    const upload = request(`${origin}${TRANSCRIPTIONS}`, { method: 'POST', headers });
    upload.on('error', () => undefined);
    upload.write('--x\r\n');
    await new Promise((resolve) =>
      upload.once('socket', (socket) => (socket.connecting ? socket.once('connect', resolve) : resolve(null))),
    );
    await leaversNoticed(origin);
    upload.destroy();
    const query = '{ receipts(first: 1, filter: { apiKeyId: "pausable" }) { nodes { endpoint stopReason charge } } }';
    await eventually(async () =>
      expect(await graph(origin, tokenOf('acme'), query)).toEqual({
        receipts: { nodes: [{ endpoint: TRANSCRIPTIONS, stopReason: 'REFUSED', charge: '0' }] },
      }),
    );
  });

  promise('is charged once per Idempotency-Key, whatever the boundary of the form', async () => {
    const headers = { 'idempotency-key': 'one upload' };
    bed.a.next(transcript({ text: 'hello', usage: heardFor(1) }));
    const fields = () => ({ model: 'listener', file: clip(700) });
    const first = await hear(fields(), { headers });
    expect(first.status).toBe(200);
    await first.text();
    const again = await hear(fields(), { headers });
    expect([again.status, await again.json()]).toMatchObject([409, { error: { receipt_id: first.headers.get('x-request-id') } }]);
    expect((await hear({ ...fields(), prompt: 'another' }, { headers })).status).toBe(422);
  });

  promise('refuses speech that is asked for wrongly, that has no price, or that nobody can pay', async () => {
    const refusals: [object, string, string, number][] = [
      [{ model: 'speaker', input: '' }, CHAT, 'input', 400],
      [{ model: 'speaker', stream_format: 'websocket' }, CHAT, 'stream_format', 400],
      [{ model: 'free' }, CHAT, 'model', 400],
      [{ model: 'deaf' }, CHAT, 'model', 400],
    ];
    for (const [body, key, param, status] of refusals) {
      const response = await say(body, {}, key);
      expect([response.status, await response.json()]).toMatchObject([status, { error: { param } }]);
      expect(await receiptOf(response, key)).toMatchObject({ stopReason: 'REFUSED', hold: null, charge: '0' });
    }
    const poor = await say({ model: 'speaker' }, {}, secretOf('poor-chat'));
    expect([poor.status, await poor.json()]).toMatchObject([429, { error: { code: 'insufficient_quota' } }]);
  });
});
