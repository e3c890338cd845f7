/** `/v1/responses`, whole and streamed: every end that it may have is metered, and nothing that is stored elsewhere is read. */
import { responseBody, responseEvents } from '../support/endpoint-answers';
import { eventually, gate } from '../support/eventually';
import { get, leaversNoticed, post, receipt, sdk } from '../support/forge-client';
import { onOneDatabase } from '../support/on-each-database';
import { secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const WORDS = ['one ', 'two ', 'three'];
const COUNTS = { input: 2, output: 3 };
/** Two tokens in, three out, on the primary. */
const CHARGE = '0.000014';

onOneDatabase('a response', (bed, promise) => {
  const client = () => sdk(bed.gateway.origin, CHAT);
  const send = (body: object) => post(bed.gateway.origin, '/v1/responses', CHAT, { model: 'small', input: 'say it', ...body });
  const receiptOf = (response: Response) => receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
  const whole = (body: object) => ({ raw: [JSON.stringify(body)] });

  promise('reaches the official SDK whole, with its cost in its usage', async () => {
    bed.a.next(whole(responseBody('one two three', COUNTS)));
    const { data, response } = await client()
      .responses.create({ model: 'small', input: 'say it', instructions: 'be short', max_output_tokens: 50 })
      .withResponse();
    expect(data.output_text).toBe('one two three');
    expect(data.usage).toMatchObject({ input_tokens: 2, output_tokens: 3, cost: CHARGE, cost_currency: 'CNY' });
    expect(response.headers.get('x-forge-charge')).toBe(CHARGE);
    expect(bed.a.requests.at(-1)).toMatchObject({ path: '/v1/responses', body: { model: 'small-2025', max_output_tokens: 50 } });
    expect(await receiptOf(response)).toMatchObject({
      endpoint: '/v1/responses',
      status: 'SUCCEEDED',
      usage: { inputTokens: 2, outputTokens: 3, source: 'PROVIDER' },
      // 16 + 6 for the input, 8 for the instructions, 50 out, at the dearest step.
      hold: { state: 'SETTLED', amount: '0.00046' },
      charge: CHARGE,
    });
  });

  promise('streams to the official SDK event by event, the cost in the last one', async () => {
    bed.a.next({ raw: responseEvents(WORDS, COUNTS) });
    const stream = await client().responses.create({ model: 'small', input: 'say it', stream: true });
    const events = [];
    for await (const event of stream) events.push(event);
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.output_item.added',
      'response.content_part.added',
      ...WORDS.map(() => 'response.output_text.delta'),
      'response.output_text.done',
      'response.completed',
    ]);
    expect(events.at(-1)).toMatchObject({ response: { status: 'completed', usage: { output_tokens: 3, cost: CHARGE } } });
  });

  promise('is settled, and readable, when its last event arrives, and has no end marker of another endpoint', async () => {
    bed.a.next({ raw: responseEvents(WORDS, COUNTS) });
    const response = await send({ stream: true });
    expect(await response.text()).not.toContain('[DONE]');
    expect(await receiptOf(response)).toMatchObject({ stream: true, status: 'SUCCEEDED', stopReason: 'COMPLETED', charge: CHARGE });
  });

  promise('is metered when it ends incomplete, whole and streamed', async () => {
    bed.a.next(whole(responseBody('one two three', COUNTS, 'incomplete')));
    const answered = await send({});
    expect(await answered.json()).toMatchObject({ status: 'incomplete', usage: { cost: CHARGE } });
    expect(await receiptOf(answered)).toMatchObject({ status: 'SUCCEEDED', charge: CHARGE });
    bed.a.next({ raw: responseEvents(WORDS, COUNTS, 'incomplete') });
    const streamed = await send({ stream: true });
    expect(await streamed.text()).toContain('"cost":"0.000014"');
    expect(await receiptOf(streamed)).toMatchObject({ status: 'SUCCEEDED', charge: CHARGE });
  });

  const failures = [
    ['failed', { errorCode: 'server_error', errorMessage: 'It broke down.' }],
    ['cancelled', { errorCode: 'cancelled', errorMessage: 'The provider cancelled the answer.' }],
  ] as const;

  for (const [status, told] of failures) {
    promise(
      `that its provider ${status} is no answer, whatever text it has: the next channel gives one, at no charge for the first`,
      async () => {
        bed.a.next(whole(responseBody('one two', COUNTS, status)));
        bed.b.next(whole(responseBody('one two three', COUNTS)));
        const answered = await send({});
        expect(await answered.json()).toMatchObject({ status: 'completed', usage: { cost: '0.000028' } });
        const story = await receiptOf(answered);
        expect(story).toMatchObject({ status: 'SUCCEEDED', stopReason: 'COMPLETED', fallbackCount: 1, charge: '0.000028' });
        expect(story.attempts).toMatchObject([{ status: 'FAILED', charge: '0', ...told }, { status: 'SUCCEEDED' }]);
      },
    );

    promise(`that every provider ${status} is charged nothing`, async () => {
      for (const upstream of [bed.a, bed.b]) upstream.next(whole(responseBody('one two', COUNTS, status)));
      const response = await send({});
      expect([response.status, await response.json()]).toMatchObject([502, { error: { code: 'upstream_failed' } }]);
      expect(await receiptOf(response)).toMatchObject({
        ...{ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', charge: '0' },
        usage: { source: 'NONE' },
      });
    });

    promise(
      `that its provider ${status} in its middle is charged for what was delivered, and tells so in an event of its own kind`,
      async () => {
        bed.a.next({ raw: responseEvents(WORDS, COUNTS, status) });
        const response = await send({ stream: true });
        const body = await response.text();
        const last = body.trimEnd().split('\n\n').at(-1) ?? '';
        expect(last).toMatch(/^event: error\n/);
        expect(JSON.parse(last.split('\ndata: ')[1] ?? '')).toMatchObject({ type: 'error', code: 'upstream_failed', sequence_number: 7 });
        const story = await receiptOf(response);
        expect(story).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', charge: CHARGE });
        expect(story.attempts).toMatchObject([{ status: 'FAILED', ...told }]);
      },
    );
  }

  /** As OpenAI sends it, once it has begun the stream. */
  const refusedInStream = (code: string, message: string) => {
    const [created = ''] = responseEvents([], COUNTS);
    const error = { type: 'error', sequence_number: 1, error: { type: 'invalid_request_error', code, message, param: 'input' } };
    return { raw: [created, `event: error\ndata: ${JSON.stringify(error)}\n\n`] };
  };

  promise(
    'that its provider fails before anything is said, in a stream, is given by the next channel as if nothing had been sent',
    async () => {
      bed.a.next(refusedInStream('rate_limit_exceeded', 'Rate limit reached: try again in 11.054s.'));
      bed.b.next({ raw: responseEvents(WORDS, COUNTS) });
      const response = await send({ stream: true });
      const body = await response.text();
      expect(body.match(/^event: response\.(?:created|completed)$/gm)).toEqual(['event: response.created', 'event: response.completed']);
      const story = await receiptOf(response);
      expect(story).toMatchObject({ status: 'SUCCEEDED', fallbackCount: 1, charge: '0.000028' });
      expect(story.attempts).toMatchObject([{ status: 'FAILED', errorCode: 'rate_limit_exceeded', charge: '0' }, { status: 'SUCCEEDED' }]);
    },
  );

  promise(
    'that is too long is refused in the words of its provider also where they come in a stream: agents make room by that code',
    async () => {
      bed.a.next(refusedInStream('context_length_exceeded', 'Your input exceeds the context window of this model.'));
      const response = await send({ stream: true });
      const error = { code: 'context_length_exceeded', message: 'Your input exceeds the context window of this model.', param: 'input' };
      expect([response.status, await response.json()]).toMatchObject([400, { error }]);
      const story = await receiptOf(response);
      expect(story).toMatchObject({ stopReason: 'REJECTED', errorCode: 'upstream_rejected', charge: '0' });
      expect(story.attempts).toHaveLength(1);
    },
  );

  promise('is counted here where the provider sends no usage, and marked', async () => {
    bed.a.next({ raw: responseEvents(WORDS, null) });
    const response = await send({ stream: true });
    expect(await response.text()).toMatch(/"response":\{.*"usage":\{"input_tokens":2,.*"output_tokens":3,.*"cost":"0\.\d+"/);
    const story = await receiptOf(response);
    expect(story.usage).toMatchObject({ inputTokens: 2, outputTokens: 3, source: 'COUNTED' });
    expect(story.charge).toBe(CHARGE);
  });

  promise('that breaks off is charged for what was delivered', async () => {
    bed.a.next({ raw: responseEvents(WORDS, null, null) });
    const response = await send({ stream: true });
    expect(await response.text()).toContain('event: error');
    expect(await receiptOf(response)).toMatchObject({ stopReason: 'UPSTREAM_ERROR', usage: { outputTokens: 3, source: 'FLOOR' } });
  });

  promise('is charged for the whole of it when its client leaves in the middle, and the provider bills it all', async () => {
    const held = gate();
    bed.a.next({ raw: responseEvents(WORDS, COUNTS), gate: { before: 5, opened: held.opened } });
    const leaver = new AbortController();
    const response = await post(
      bed.gateway.origin,
      '/v1/responses',
      CHAT,
      { model: 'small', input: 'x', stream: true },
      { signal: leaver.signal },
    );
    const reader = response.body?.getReader();
    let seen = '';
    while (!seen.includes('one ')) seen += Buffer.from((await reader?.read())?.value ?? []).toString();
    leaver.abort();
    await leaversNoticed(bed.gateway.origin);
    held.open();
    await bed.a.until(() => bed.a.served.at(-1)?.completed === true);
    await eventually(async () => expect(await receiptOf(response)).toMatchObject({ stopReason: 'CLIENT_GONE', charge: CHARGE }));
  });

  promise('has its output limit lowered to what the balance covers', async () => {
    const lean = secretOf('lean-chat');
    bed.a.next(whole(responseBody('x', { input: 1, output: 1 })));
    const response = await post(bed.gateway.origin, '/v1/responses', lean, { model: 'only-ordinary', input: 'hi' });
    const story = await receipt(bed.gateway.origin, lean, response.headers.get('x-request-id'));
    expect(story.loweredOutputLimit).toBe(320);
    expect(bed.a.requests.at(-1)?.body['max_output_tokens']).toBe(320);
  });

  promise('has groups of tools that its client runs itself, as Codex sends them', async () => {
    bed.a.next(whole(responseBody('x', { input: 1, output: 1 })));
    const tools = [{ type: 'namespace', name: 'agents', description: 'helps', tools: [{ type: 'function', name: 'ask', parameters: {} }] }];
    expect((await send({ tools })).status).toBe(200);
    expect(bed.a.requests.at(-1)?.body['tools']).toEqual(tools);
  });

  promise('is refused, with a receipt, where a provider would read what is not in it', async () => {
    const before = bed.a.requests.length;
    for (const [body, param] of [
      [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
      [{ conversation: 'conv_1' }, 'conversation'],
      [{ background: true }, 'background'],
      [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
      [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0]'],
      [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
      [{ tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'web_search' }] }] }, 'tools[0].tools[0].type'],
      [{ input: [] }, 'input'],
      [{ max_output_tokens: 'many' }, 'max_output_tokens'],
    ] as const) {
      const response = await send(body);
      expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalid_request', param } }]);
      expect(await receiptOf(response)).toMatchObject({ stopReason: 'REFUSED', charge: '0', hold: null });
    }
    expect(bed.a.requests).toHaveLength(before);
  });

  promise('is not stored here: asking for it again is not found, and never billed', async () => {
    const answer = await get(bed.gateway.origin, '/v1/responses/resp_1', CHAT);
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
  });
});
