/** Prices by the length of the prompt: what passes a threshold pays the prices above it for all of its tokens, and what reaches it does not. */
import { graph, graphAnswer, nanoOf, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { streamedMessage, text, wholeMessage } from '../support/message-answers';
import { onEachDatabase } from '../support/on-each-database';
import { secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const LONG = { above: 20, input: '2', cachedInput: '0.2', output: '6' };
const LONGER = { above: 40, input: '3', cacheWrite: '5', output: '10' };
const PRICE = { input: '1', cachedInput: '0.1', cacheWrite: '1.5', output: '4', perRequest: '0.001', longPrompts: [LONG, LONGER] };
const COST = { currency: 'CNY', input: '0.5', output: '2', longPrompts: [{ above: 20, input: '1', output: '3' }] };
/** The bound of this prompt, a token for each byte and 16 for the message, is 66: nobody knows before which of the lengths it has. */
const ASKED = { messages: [{ role: 'user', content: 'x'.repeat(50) }], max_tokens: 10 };

/** Fresh, cached and cache-writing tokens of input, and tokens of output, each at its price in nano for one token, and the request itself. */
type Tokens = readonly [fresh: number, cached: number, written: number, output: number];
const PRICES: Readonly<Record<string, Tokens>> = {
  '': [1_000, 100, 1_500, 4_000],
  ', prompt above 20': [2_000, 200, 2_000, 6_000],
  ', prompt above 40': [3_000, 3_000, 5_000, 10_000],
};
const chargeOf = (tokens: Tokens, length: string) =>
  tokens.reduce((sum, count, at) => sum + BigInt(count * (PRICES[length]?.[at] ?? 0)), 1_000_000n);
const KINDS = ['input tokens', 'cached input tokens', 'cache write tokens', 'output tokens'];

onEachDatabase('prices of long prompts', (bed, promise) => {
  const ask = <T>(query: string, variables: object = {}) => graph<T>(bed.gateway.origin, OPERATOR_TOKEN, query, variables);
  const receiptOf = async (response: Response): Promise<ReceiptJson> => {
    await response.text();
    return receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
  };
  const made = async (model: string, channel: string) => {
    const given = {
      model: { id: model, contextWindow: 8_000, maxOutputTokens: 1_000 },
      route: { model, type: 'ORDINARY', price: PRICE, channels: [{ channel, cost: COST }] },
    };
    const query = `mutation($model: ModelDeclaration!, $route: RouteDeclaration!) {
      createModel(input: $model) { id } createRoute(input: $route) { price { versionId } } }`;
    return (await ask<{ createRoute: { price: { versionId: string } } }>(query, given)).createRoute.price.versionId;
  };

  const told: readonly (readonly [tokens: Tokens, length: string])[] = [
    [[20, 0, 0, 3], ''],
    [[21, 0, 0, 3], ', prompt above 20'],
    [[5, 15, 0, 3], ''],
    [[6, 15, 0, 3], ', prompt above 20'],
    [[0, 40, 0, 3], ', prompt above 20'],
    [[1, 40, 0, 3], ', prompt above 40'],
  ];

  const serves = async (model: string, channel: string, all: typeof told, answer: (tokens: Tokens, stream: boolean) => object) => {
    const versionId = await made(model, channel);
    for (const stream of [false, true]) {
      for (const [tokens, length] of all) {
        bed.a.next(answer(tokens, stream));
        const story = await receiptOf(await postChat(bed.gateway.origin, CHAT, { ...ASKED, model, stream }));
        expect([nanoOf(story.charge), story.price?.versionId]).toEqual([chargeOf(tokens, length), versionId]);
        const lines = KINDS.flatMap((kind, at) => (tokens[at] ? [{ label: `${kind}${length}`, tokens: tokens[at] }] : []));
        expect(story.lines).toMatchObject([...lines, { label: 'request', tokens: null, amount: '0.001' }]);
        expect(story.lines.reduce((sum, { amount }) => sum + nanoOf(amount), 0n)).toBe(nanoOf(story.charge));
        // 66 tokens at the dearest class above 40, which is writing to the cache, and 10 of output.
        expect(story.hold).toMatchObject({ amount: '0.00143', state: 'SETTLED' });
        const [row] = await bed.database.query(`SELECT cost FROM attempt WHERE receipt_id = '${story.id}'`);
        const input = tokens[0] + tokens[1] + tokens[2];
        expect(BigInt(row?.['cost'] ?? 0)).toBe(BigInt(input > 20 ? input * 1_000 + 9_000 : input * 500 + 6_000));
      }
    }
  };

  promise('are charged, and cost the operator, by the tokens that the provider counted, whole and streamed, cached ones included', () =>
    serves('long', 'cheap-a', told, ([fresh, cached, , output]) => {
      const usage = { prompt_tokens: fresh + cached, completion_tokens: output, prompt_tokens_details: { cached_tokens: cached } };
      return { text: 'one two three', usage: [usage] };
    }),
  );

  const written: typeof told = [
    [[2, 8, 10, 3], ''],
    [[2, 8, 11, 3], ', prompt above 20'],
    [[1, 0, 40, 3], ', prompt above 40'],
  ];

  promise('count what was written to the cache into the length', () =>
    serves('long-claude', 'claude', written, ([fresh, cached, write, output], stream) => {
      const input = { input_tokens: fresh, cache_read_input_tokens: cached, cache_creation_input_tokens: write };
      const parts = { content: [text('one two three')], usage: { ...input, output_tokens: output } };
      return stream ? streamedMessage(parts) : wholeMessage(parts);
    }),
  );

  promise('are shown with the price, and the explanation of a charge says which one applied', async () => {
    bed.a.next({ text: 'one', usage: [{ prompt_tokens: 30, completion_tokens: 1 }] });
    const story = await receiptOf(await postChat(bed.gateway.origin, CHAT, { ...ASKED, model: 'long' }));
    const nulls = { audioInput: null, imageInput: null, reasoning: null, audioOutput: null, imageOutput: null };
    const prices = [
      { ...nulls, cacheWrite: null, ...LONG },
      { ...nulls, cachedInput: null, ...LONGER },
    ];
    expect(story.price).toMatchObject({ longPrompts: prices });
    const fields = `longPrompts { ${Object.keys(prices[0] ?? {}).join(' ')} }`;
    const entryId = story.ledgerEntries.at(-1)?.id;
    const query = `{ receipt(id: "${story.id}") { price { ${fields} } lines { label unitPrice } attempts { chargeReason } }
      receipts(first: 1) { nodes { attempts { chargeReason } } }
      explainSpend(ledgerEntryId: "${entryId}") { text lines { label } } }`;
    const read = await graph<{ receipt: object; receipts: object; explainSpend: { text: string } }>(
      bed.gateway.origin,
      tokenOf('acme'),
      query,
    );
    const version = `at price version ${story.price?.versionId}`;
    const attempts = [{ chargeReason: `30 input and 1 output token ${version}, prompt above 20, cost ${story.charge} CNY.` }];
    expect(read.receipt).toEqual({
      price: { longPrompts: prices },
      lines: [
        { label: 'input tokens, prompt above 20', unitPrice: '2' },
        { label: 'output tokens, prompt above 20', unitPrice: '6' },
        { label: 'request', unitPrice: null },
      ],
      attempts,
    });
    expect(read.receipts).toEqual({ nodes: [{ attempts }] });
    expect(story.attempts).toMatchObject(attempts);
    expect(read.explainSpend.text).toContain(`${version} for prompts above 20 input tokens`);
  });

  promise('are shown of a cost to the operator, and the log of mutations has them before and after', async () => {
    await ask('mutation { setPrice(routeId: "long-claude:ORDINARY", price: { input: "1", output: "4", longPrompts: [] }) { versionId } }');
    const query = `{ routes(model: "long-claude") { channels { cost { longPrompts { above input output cachedInput } } } }
      auditLog(first: 1) { nodes { action before after } } }`;
    const told = await ask<{ routes: unknown; auditLog: { nodes: { action: string; before: string; after: string }[] } }>(query);
    expect(told.routes).toEqual([
      { channels: [{ cost: { longPrompts: COST.longPrompts.map((each) => ({ ...each, cachedInput: null })) } }] },
    ]);
    const [entry] = told.auditLog.nodes;
    expect(entry).toMatchObject({ action: 'setPrice', before: expect.stringContaining(`"longPrompts":[{"above":20,`) });
    expect(JSON.parse(entry?.after ?? '{}').price).not.toHaveProperty('longPrompts');
  });

  promise('stay as they are when a price says nothing of them, and end when it says that there are none', async () => {
    const versionId = await made('long-set', 'cheap-a');
    const set = async (more: string) => {
      const query = `mutation { setPrice(routeId: "long-set:ORDINARY", price: { input: "1", output: "4" ${more} }) {
        versionId longPrompts { above input cachedInput output } } }`;
      return (await ask<{ setPrice: { versionId: string; longPrompts: unknown } }>(query)).setPrice;
    };
    const kept = await set('');
    expect(kept.longPrompts).toEqual([LONG, { above: 40, input: '3', cachedInput: null, output: '10' }]);
    expect(kept.versionId).not.toBe(versionId);
    const other = await set(', longPrompts: [{ above: 9, input: "7", output: "8" }]');
    expect(other.longPrompts).toEqual([{ above: 9, input: '7', cachedInput: null, output: '8' }]);
    expect((await set('')).versionId).toBe(other.versionId);
    expect((await set(', longPrompts: []')).longPrompts).toBeNull();
  });

  promise('of a price that begins later are those of its time, never those of today: a correction of it drops none', async () => {
    await made('long-later', 'cheap-a');
    const [soon, later] = [1, 2].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
    const set = async (at: string | undefined, more: string) => {
      const price = `{ input: "1", output: "4", effectiveFrom: "${at}" ${more} }`;
      const query = `mutation { setPrice(routeId: "long-later:ORDINARY", price: ${price}) {
        classes { reasoning } longPrompts { above } } }`;
      return (await ask<{ setPrice: object }>(query)).setPrice;
    };
    const apart = { classes: { reasoning: '9' }, longPrompts: [{ above: 9 }] };
    expect(await set(soon, ', classes: { reasoning: "9" }, longPrompts: [{ above: 9, input: "7", output: "8" }]')).toEqual(apart);
    for (const at of [soon, later]) expect(await set(at, '')).toEqual(apart);
    expect(await set(soon, ', longPrompts: []')).toEqual({ ...apart, longPrompts: null });
    expect(await set(later, '')).toEqual(apart);
  });

  promise('are refused by the name of what is wrong, and nothing is changed', async () => {
    const wrong = async (longPrompts: string) => {
      const price = `{ input: "1", output: "4", longPrompts: [${longPrompts}] }`;
      const query = `mutation { setPrice(routeId: "long:ORDINARY", price: ${price}) { versionId } }`;
      return (await graphAnswer(bed.gateway.origin, OPERATOR_TOKEN, query)).errors?.[0]?.message;
    };
    const one = (above: number, input = '1') => `{ above: ${above}, input: "${input}", output: "1" }`;
    expect(await wrong(one(0))).toContain('longPrompts[0].above must be between 1 and 100000000');
    expect(await wrong(`${one(9)}, ${one(9)}`)).toContain('longPrompts[1].above must be more than 9, which stands before it');
    expect(await wrong(one(9, '-1'))).toContain('longPrompts[0].input must be between 0 and 100000');
    expect(await wrong(Array.from({ length: 9 }, (_, at) => one(at + 1)).join(' '))).toContain('longPrompts must have at most 8 entries');
    const { routes } = await ask<{ routes: unknown[] }>('{ routes(model: "long") { price { versionId } } }');
    expect(routes).toEqual([{ price: { versionId: 'long:ORDINARY#1' } }]);
  });

  promise('are what a preview holds for, at the length that it is asked about', async () => {
    const preview = async (inputTokens: number) => {
      const query = `query($input: RoutePreviewInput!) { routePreview(input: $input) { holdAmount } }`;
      const input = { apiKeyId: 'chat', model: 'long', inputTokens, maxOutputTokens: 10 };
      return (await ask<{ routePreview: { holdAmount: string } }>(query, { input })).routePreview.holdAmount;
    };
    expect(await Promise.all([20, 21, 40, 41].map(preview))).toEqual(['0.00107', '0.001102', '0.00114', '0.001305']);
  });
});
