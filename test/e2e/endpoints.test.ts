/** Embeddings, completions and moderations: the same flow, hold, receipt and limits as a chat completion. */
import { completionAnswer, completionStream, embeddingsAnswer, moderationAnswer } from '../support/endpoint-answers';
import { eventually, gate } from '../support/eventually';
import { chunksOf, get, graph, leaversNoticed, post, receipt, sdk } from '../support/forge-client';
import { onOneDatabase } from '../support/on-each-database';
import { secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');

onOneDatabase('an endpoint beside chat completions', (bed, promise) => {
  const send = (path: string, body: object, init: RequestInit = {}, key = CHAT) => post(bed.gateway.origin, path, key, body, init);
  const receiptOf = (response: Response, key = CHAT) => receipt(bed.gateway.origin, key, response.headers.get('x-request-id'));

  promise('embeds through the official SDK, charges input alone, and says what it cost', async () => {
    bed.a.next(
      embeddingsAnswer(
        [
          [0.5, 1],
          [2, 3],
        ],
        5,
      ),
    );
    const { data, response } = await sdk(bed.gateway.origin, CHAT)
      .embeddings.create({ model: 'small', input: ['one two', 'three four five'], encoding_format: 'float' })
      .withResponse();
    expect(data.data.map(({ embedding }) => embedding)).toEqual([
      [0.5, 1],
      [2, 3],
    ]);
    expect(data.usage).toMatchObject({ prompt_tokens: 5, total_tokens: 5, cost: '0.000005', cost_currency: 'CNY' });
    expect(response.headers.get('x-forge-charge')).toBe('0.000005');
    expect(bed.a.requests.at(-1)).toMatchObject({ path: '/v1/embeddings', body: { model: 'small-2025', encoding_format: 'float' } });
    const story = await receiptOf(response);
    expect(story).toMatchObject({
      endpoint: '/v1/embeddings',
      status: 'SUCCEEDED',
      reportedModel: 'theirs',
      usage: { inputTokens: 5, outputTokens: 0, source: 'PROVIDER' },
      // 22 bytes and 16 for each of two inputs, at the dearest step: 54 × 2000 nano. No output is held for.
      hold: { state: 'SETTLED', amount: '0.000108' },
      charge: '0.000005',
    });
    expect(story.lines).toEqual([{ label: 'input tokens', tokens: 5, unitPrice: '1', amount: '0.000005' }]);
  });

  promise('counts the input of embeddings where the provider sends no usage, and marks it', async () => {
    bed.a.next(embeddingsAnswer([[1], [1]], null));
    const input = [
      [1, 2, 3],
      [4, 5],
    ];
    const response = await send('/v1/embeddings', { model: 'small', input });
    const { usage } = (await response.clone().json()) as { usage: unknown };
    expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5, cost: '0.000005', cost_currency: 'CNY' });
    expect(await receiptOf(response)).toMatchObject({ usage: { inputTokens: 5, outputTokens: 0, source: 'COUNTED' }, charge: '0.000005' });
  });

  promise('falls back for embeddings, and tells what that cost', async () => {
    bed.a.next({ status: 503 });
    bed.b.next(embeddingsAnswer([[1]], 2));
    const story = await receiptOf(await send('/v1/embeddings', { model: 'small', input: 'one two' }));
    expect(story).toMatchObject({ fallbackCount: 1, finalChannel: { id: 'cheap-b' }, charge: '0.000004', fallbackDelta: '0.000002' });
  });

  promise('takes an answer of another endpoint for none, and goes to the next channel', async () => {
    bed.a.next({ text: 'no vectors' });
    bed.b.next(embeddingsAnswer([[1]], 2));
    const story = await receiptOf(await send('/v1/embeddings', { model: 'small', input: 'one two' }));
    expect(story.attempts).toMatchObject([{ errorCode: 'malformed_answer' }, { status: 'SUCCEEDED' }]);
  });

  promise('completes a prompt through the official SDK', async () => {
    bed.a.next(completionAnswer('and so on', { input: 3, output: 3 }));
    const { data, response } = await sdk(bed.gateway.origin, CHAT)
      .completions.create({ model: 'small', prompt: 'once upon a', max_tokens: 20, n: 1 })
      .withResponse();
    expect(data.choices[0]?.text).toBe('and so on');
    expect(data.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 3, cost: '0.000015' });
    expect(bed.a.requests.at(-1)).toMatchObject({ path: '/v1/completions', body: { prompt: 'once upon a', max_tokens: 20 } });
    expect(await receiptOf(response)).toMatchObject({ endpoint: '/v1/completions', charge: '0.000015' });
  });

  promise('streams a completion word by word, and shows usage and cost when they are asked for', async () => {
    bed.a.next(completionStream(['and ', 'so ', 'on'], { input: 3, output: 3 }));
    const stream = await sdk(bed.gateway.origin, CHAT).completions.create({
      model: 'small',
      prompt: 'once upon a',
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.choices[0]?.text ?? '').join('')).toBe('and so on');
    expect(chunks.at(-1)).toMatchObject({ object: 'text_completion', choices: [], usage: { completion_tokens: 3, cost: '0.000015' } });
    expect(bed.a.requests.at(-1)?.body.stream_options).toEqual({ include_usage: true });
  });

  promise('counts a streamed completion without usage, and makes a usage chunk of its own kind', async () => {
    bed.a.next(completionStream(['and ', 'so ', 'on'], null));
    const response = await send('/v1/completions', {
      model: 'small',
      prompt: 'once upon a',
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(chunksOf(await response.text()).at(-1)).toMatchObject({
      object: 'text_completion',
      choices: [],
      usage: { completion_tokens: 3 },
    });
    expect(await receiptOf(response)).toMatchObject({ usage: { inputTokens: 3, outputTokens: 3, source: 'COUNTED' }, charge: '0.000015' });
  });

  promise('holds for every completion of every prompt', async () => {
    bed.a.next(completionAnswer('x', { input: 2, output: 1 }));
    const body = { model: 'only-ordinary', prompt: ['a', 'b'], best_of: 3, max_tokens: 10 };
    const story = await receiptOf(await send('/v1/completions', body));
    // Twice 16 and one byte of input, 2 × 3 × 10 of output.
    expect(story.hold?.amount).toBe('0.000274');
  });

  promise('moderates through the official SDK; its input is counted, as providers send no usage', async () => {
    bed.a.next(moderationAnswer());
    const { data, response } = await sdk(bed.gateway.origin, CHAT)
      .moderations.create({ model: 'small', input: [{ type: 'text', text: 'one two three' }] })
      .withResponse();
    expect(data.results[0]?.flagged).toBe(true);
    expect(data).not.toHaveProperty('usage');
    expect(response.headers.get('x-forge-charge')).toBe('0.000003');
    expect(await receiptOf(response)).toMatchObject({
      endpoint: '/v1/moderations',
      usage: { inputTokens: 3, outputTokens: 0, source: 'COUNTED' },
      charge: '0.000003',
    });
  });

  const refused: readonly (readonly [path: string, body: object, param: string])[] = [
    ['/v1/embeddings', { model: 'small' }, 'input'],
    ['/v1/embeddings', { model: 'small', input: [] }, 'input'],
    ['/v1/embeddings', { model: 'small', input: [{ image: 'x' }] }, 'input'],
    ['/v1/embeddings', { input: 'x' }, 'model'],
    ['/v1/embeddings', { model: 'small', input: 'x', stream: true }, 'stream'],
    ['/v1/embeddings', { model: 'small', Input: 'y', input: 'x' }, 'Input'],
    ['/v1/completions', { model: 'small', prompt: 7 }, 'prompt'],
    ['/v1/completions', { model: 'small', prompt: 'x', echo: true }, 'echo'],
    ['/v1/completions', { model: 'small', prompt: 'x', best_of: 0 }, 'best_of'],
    ['/v1/moderations', { model: 'small', input: [{ type: 'input_audio' }] }, 'input'],
  ];

  promise('refuses a wrong member by its name, with a receipt, before anything is held', async () => {
    const before = bed.a.requests.length;
    for (const [path, body, param] of refused) {
      const response = await send(path, body);
      expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalid_request', param } }]);
      expect(await receiptOf(response)).toMatchObject({ endpoint: path, status: 'FAILED', stopReason: 'REFUSED', charge: '0', hold: null });
    }
    expect(bed.a.requests).toHaveLength(before);
  });

  promise('refuses what no channel of the route speaks, and passes over the channels that do not', async () => {
    const refused = await send('/v1/embeddings', { model: 'incompatible', input: 'x' });
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: { code: 'endpoint_not_supported' } }]);
    expect(await receiptOf(refused)).toMatchObject({ stopReason: 'REFUSED', bucket: 'RMB', hold: null });
    bed.b.next(embeddingsAnswer([[1]], 1));
    const story = await receiptOf(await send('/v1/embeddings', { model: 'skipping', input: 'x' }));
    expect(story.attempts).toMatchObject([
      { channel: { id: 'claude' }, status: 'SKIPPED', errorCode: 'protocol_unsupported' },
      { channel: { id: 'cheap-b' }, status: 'SUCCEEDED' },
    ]);
    expect(story.attempts[0]?.errorMessage).toMatch(/^Embeddings cannot run/);
  });

  promise('refuses for want of money before anything is sent', async () => {
    const poor = secretOf('poor-chat');
    const response = await send('/v1/embeddings', { model: 'small', input: 'x' }, {}, poor);
    expect([response.status, await response.json()]).toMatchObject([429, { error: { code: 'insufficient_quota' } }]);
    expect(await receiptOf(response, poor)).toMatchObject({ stopReason: 'REFUSED', bucket: 'RMB', charge: '0' });
  });

  promise('gives the error of the provider as it is, at no charge', async () => {
    bed.a.next({ status: 400, error: { message: 'too many dimensions', type: 'invalid_request_error', param: null, code: 'bad_size' } });
    const response = await send('/v1/embeddings', { model: 'small', input: 'x' });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { message: 'too many dimensions', code: 'bad_size' } }]);
    expect(await receiptOf(response)).toMatchObject({ stopReason: 'REJECTED', charge: '0' });
  });

  promise('is charged once per Idempotency-Key, and one endpoint never answers for another', async () => {
    const headers = { 'idempotency-key': 'the same for all' };
    bed.a.next(embeddingsAnswer([[1]], 1));
    const first = await send('/v1/embeddings', { model: 'small', input: 'x' }, { headers });
    expect(first.status).toBe(200);
    await first.text();
    const again = await send('/v1/embeddings', { model: 'small', input: 'x' }, { headers });
    expect([again.status, await again.json()]).toMatchObject([409, { error: { receipt_id: first.headers.get('x-request-id') } }]);
    expect((await send('/v1/moderations', { model: 'small', input: 'x' }, { headers })).status).toBe(422);
  });

  promise('costs nothing when its client left before it was answered', async () => {
    const leaver = new AbortController();
    const held = gate();
    bed.a.next({ ...embeddingsAnswer([[1]], 9), gate: { before: 'head', opened: held.opened } });
    const asked = bed.a.requests.length;
    const sent = send('/v1/embeddings', { model: 'small', input: 'x' }, { signal: leaver.signal }, secretOf('leaver'));
    await bed.a.until(() => bed.a.requests.length > asked);
    leaver.abort();
    await expect(sent).rejects.toThrow();
    await leaversNoticed(bed.gateway.origin);
    held.open();
    const last = () =>
      graph<{ receipts: { nodes: { status: string; charge: string; stopReason: string }[] } }>(
        bed.gateway.origin,
        tokenOf('acme'),
        '{ receipts(first: 1, filter: { apiKeyId: "leaver" }) { nodes { status charge stopReason } } }',
      );
    await eventually(async () =>
      expect((await last()).receipts.nodes).toEqual([{ status: 'CANCELLED', charge: '0', stopReason: 'CLIENT_GONE' }]),
    );
  });

  promise('counts against the spend limits and rates of its key', async () => {
    const { createApiKey } = await graph<{ createApiKey: { secret: string } }>(
      bed.gateway.origin,
      tokenOf('acme'),
      `mutation { createApiKey(input: { name: "limited", tokensPerMinute: 1000, routePolicy: ORDINARY_ONLY,
        spendLimits: [{ bucket: RMB, window: MONTH, amount: "0.0001" }] }) { secret } }`,
    );
    const limited = createApiKey.secret;
    bed.a.next(embeddingsAnswer([[1]], 2));
    const first = await send('/v1/embeddings', { model: 'small', input: 'one two' }, {}, limited);
    expect(first.headers.get('x-ratelimit-limit-tokens')).toBe('1000');
    await first.text();
    const standing = await (await get(bed.gateway.origin, '/v1/key', limited)).json();
    expect(JSON.stringify(standing)).toContain('0.000002');
    const over = await send('/v1/embeddings', { model: 'small', input: 'x'.repeat(3_000) }, {}, limited);
    expect([over.status, await over.json()]).toMatchObject([429, { error: { code: 'spend_limit_reached' } }]);
  });
});
