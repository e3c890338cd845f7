/** Whatever is sold, whatever providers count and however they fail: what is held, charged and paid is what the documents say. */
import { chargeOf, holdOf, type PriceText, type Told, toldIn } from '../support/charges-by-the-book';
import { balanceOf, graph, nanoOf, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { fc } from '../support/properties';
import type { Script } from '../support/script';
import { secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const MODELS = 10;
const CALLS_OF_EACH = 8;
const AMOUNT_MAX = 2n ** 62n;
const MADE = `mutation($model: ModelDeclaration!, $route: RouteDeclaration!) { createModel(input: $model) { id } createRoute(input: $route) { id } }`;

const decimal = fc.constantFrom('0', '0.000000001', '0.08', '0.333333333', '1', '3.2', '15', '999.999999999', '100000');
const some = { requiredKeys: ['input', 'output'] as ('input' | 'output')[] };
const amounts = {
  ...{ input: decimal, output: decimal, cachedInput: decimal, cacheWrite: decimal },
  ...{ audioInput: decimal, imageInput: decimal, reasoning: decimal, audioOutput: decimal },
};
const length = fc.record({ above: fc.constant(0), ...amounts }, { requiredKeys: ['above', 'input', 'output'] });
const lengths = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 3 }), fc.array(length, { minLength: 3, maxLength: 3 }))
  .map(([thresholds, all]) => thresholds.sort((a, b) => a - b).map((above, at) => ({ ...all[at]!, above })));
const terms = { ...amounts, perRequest: decimal, longPrompts: lengths };
const price = fc.record({ ...terms, multiplier: fc.constantFrom('0', '0.5', '1', '1.000000001', '100') }, some) as fc.Arbitrary<PriceText>;
const cost = fc.record(terms, some) as fc.Arbitrary<PriceText>;
const offer = fc.record({ price, backup: fc.option(price), costs: fc.tuple(cost, cost), maxAttempts: fc.integer({ min: 1, max: 3 }) });

const count = fc.oneof({ weight: 6, arbitrary: fc.nat({ max: 200 }) }, { weight: 1, arbitrary: fc.constantFrom(0, 1_000_000_000) });
const noCount = fc.constantFrom<unknown>(-1, 1.5, '7', null, 1e308, 2 ** 53, 1_000_000_001, [3], true);
const part = fc.oneof({ weight: 5, arbitrary: count }, { weight: 1, arbitrary: noCount });
const usage = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ prompt_tokens: count, completion_tokens: count },
      prompt_tokens_details: fc.record({ cached_tokens: part, cache_write_tokens: part, audio_tokens: part, image_tokens: part }),
      completion_tokens_details: fc.record({ reasoning_tokens: part, audio_tokens: part }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ prompt_tokens: part, completion_tokens: noCount }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
/** `again` is tried again there, `next` is the channel's fault, `stop` the request's; `breaks` in the middle of a stream. */
const fault = fc.constantFrom('ok', 'ok', 'again', 'next', 'stop', 'breaks');
const call = fc.record({
  words: fc.integer({ min: 1, max: 60 }),
  limit: fc.integer({ min: 10, max: 40 }),
  stream: fc.boolean(),
  usage,
  faults: fc.array(fault, { minLength: 4, maxLength: 4 }),
});

type Offer = typeof offer extends fc.Arbitrary<infer T> ? T : never;
interface Sent {
  readonly channel: 'a' | 'b';
  readonly fault: string;
}

type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

const NOTHING: Told = { input: 0, cached: 0, written: 0, heard: 0, seen: 0, output: 0, reasoned: 0, spoken: 0 };
const COUNTED_AS: Readonly<Record<string, string>> = { ok: 'COUNTED', breaks: 'FLOOR' };
const DELIVERED = 4;
const SCRIPTS: Record<string, (usage: unknown) => Script> = {
  ok: (told) => ({ text: 'one two three', usage: told === null ? [] : [told] }),
  again: () => ({ status: 500 }),
  next: () => ({ status: 429 }),
  stop: () => ({ status: 400 }),
  breaks: () => ({ text: 'one '.repeat(20), errorAfter: DELIVERED + 1 }),
};

/** Which of its channels are sent what, in order, until one of them decides. */
function course({ maxAttempts }: Offer, { faults, stream }: Call) {
  const sent: Sent[] = [];
  const given = faults.map((each) => (each === 'breaks' && !stream ? 'ok' : each));
  for (const [channel, tries] of [
    ['a', maxAttempts],
    ['b', 1],
  ] as const) {
    for (let nth = 0; nth < tries; nth += 1) {
      const each = given[sent.length] ?? 'ok';
      sent.push({ channel, fault: each });
      if (each !== 'again' && each !== 'next') return sent;
      if (each === 'next') break;
    }
  }
  return sent;
}

const capped = (amount: bigint, most: bigint) => (amount < most ? amount : most);

/** What is paid for: as the provider told it, or as it was counted where that says nothing; null: nothing is. */
function usedOf({ fault: how }: Sent, asked: Call, { usage: shown }: ReceiptJson): Told | null {
  const told = how === 'ok' ? toldIn(asked.usage) : null;
  const { inputTokens: input, outputTokens: output, source } = shown;
  if (told !== null) expect([input, output, source]).toEqual([told.input, told.output, 'PROVIDER']);
  else expect(source).toBe(COUNTED_AS[how] ?? 'NONE');
  if (how === 'breaks') expect([DELIVERED, DELIVERED + 1]).toContain(output);
  return source === 'NONE' ? null : (told ?? { ...NOTHING, input, output });
}

onEachDatabase('what a call costs', (bed, promise) => {
  const offers = fc.sample(offer, MODELS);
  const calls = fc.sample(call, MODELS * CALLS_OF_EACH);

  async function sell(name: string, { price: own, backup, costs, maxAttempts }: Offer): Promise<void> {
    const [a, b] = costs.map((each) => ({ ...each, currency: 'CNY' }));
    const channels = [
      { channel: `${name}-a`, maxAttempts, cost: a },
      { channel: `${name}-b`, cost: b, ...(backup !== null && { price: backup }) },
    ];
    for (const [id, upstream] of [
      [`${name}-a`, bed.a],
      [`${name}-b`, bed.b],
    ] as const) {
      const input = { id, protocol: 'openai', baseUrl: upstream.baseUrl, apiKey: 'sk-upstream', breaker: { off: true } };
      await graph(bed.gateway.origin, OPERATOR_TOKEN, 'mutation($input: ChannelDeclaration!) { createChannel(input: $input) { id } }', {
        input,
      });
    }
    const model = { id: name, contextWindow: 8_000, maxOutputTokens: 1_000 };
    await graph(bed.gateway.origin, OPERATOR_TOKEN, MADE, { model, route: { model: name, type: 'ORDINARY', price: own, channels } });
  }

  async function made(name: string, sent: readonly Sent[], asked: Call): Promise<ReceiptJson> {
    for (const each of sent) bed[each.channel].next(SCRIPTS[each.fault]!(asked.usage));
    const messages = [{ role: 'user', content: 'x'.repeat(asked.words) }];
    const response = await postChat(bed.gateway.origin, CHAT, { model: name, messages, max_tokens: asked.limit, stream: asked.stream });
    await response.text();
    return receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
  }

  /** Gives the charge. */
  async function check(name: string, sold: Offer, asked: Call): Promise<bigint> {
    const sent = course(sold, asked);
    const story = await made(name, sent, asked);
    const last = sent.at(-1)!;
    const [at, used] = [last.channel === 'a' ? 0 : 1, usedOf(last, asked, story)];
    const prices = [sold.price, sold.backup ?? sold.price];
    const hold = holdOf(asked.words + 16, asked.limit, prices);
    const charge = used === null ? 0n : capped(chargeOf(used, prices[at]!), hold);
    expect([story.hold?.amount, story.charge].map((told) => nanoOf(told ?? ''))).toEqual([hold, charge]);
    expect(story.lines.reduce((sum, line) => sum + nanoOf(line.amount), 0n)).toBe(charge);
    expect(story.attempts.map(({ status }) => status === 'SUCCEEDED')).toEqual(sent.map(({ fault: each }) => each === 'ok'));
    const rows = await bed.database.query(`SELECT cost FROM attempt WHERE receipt_id = '${story.id}' ORDER BY idx`);
    const bill = used === null ? null : capped(chargeOf(used, sold.costs[at]!), AMOUNT_MAX);
    expect(rows.map((row) => row['cost'])).toEqual(sent.map((each) => (each === last ? bill : null)));
    return charge;
  }

  promise(
    'is what its usage makes at the prices of the channel that answered, within a hold at the dearest of all',
    async () => {
      const fund = 'mutation { topUp(accountId: "acme", bucket: RMB, amount: "4000000000", idempotencyKey: "all") { id } }';
      await graph(bed.gateway.origin, OPERATOR_TOKEN, fund);
      const before = await balanceOf(bed.gateway.origin, tokenOf('acme'), 'RMB');
      let spent = 0n;
      for (const [nth, sold] of offers.entries()) {
        await sell(`m${nth}`, sold);
        for (const asked of calls.slice(nth * CALLS_OF_EACH, (nth + 1) * CALLS_OF_EACH)) spent += await check(`m${nth}`, sold, asked);
      }
      expect(await balanceOf(bed.gateway.origin, tokenOf('acme'), 'RMB')).toBe(before - spent);
    },
    300_000,
  );
});
