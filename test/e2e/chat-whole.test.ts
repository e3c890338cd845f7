/** One whole answer, from the client's body to the receipt. */
import { parseDecimal } from '../../src/kernel/money';
import { postChat, receipt, sdk } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const sum = (amounts: readonly string[]) => amounts.reduce((total, amount) => total + (parseDecimal(amount) ?? 0n), 0n);

onEachDatabase('a whole answer', (bed, promise) => {
  promise('reaches the official SDK with its cost, and says in its headers what paid for it', async () => {
    const client = sdk(bed.gateway.origin, CHAT);
    const { data, response, request_id } = await client.chat.completions
      .create({ model: 'small', messages: [{ role: 'user', content: 'one two three' }] })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe('You said: one two three');
    // Three words in, five out: 3 × 1000 + 5 × 4000 nano.
    expect(data.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 5, cost: '0.000023', cost_currency: 'CNY' });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-forge-route-type': 'ORDINARY',
      'x-forge-bucket': 'RMB',
      'x-forge-charge': '0.000023',
    });
    expect(request_id).toBe(response.headers.get('x-request-id'));
  });

  promise('leaves a receipt that explains itself and adds up to the nano', async () => {
    bed.a.next({ text: 'four words of output', cachedTokens: 1, headers: { 'x-request-id': 'req-of-the-provider' } });
    const { response } = await sdk(bed.gateway.origin, CHAT)
      .chat.completions.create({ model: 'small', messages: [{ role: 'user', content: 'three of input' }] })
      .withResponse();
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    // Two fresh tokens, one cached, four out: 2000 + 100 + 16000 nano.
    const charge = '0.0000181';
    expect(response.headers.get('x-forge-charge')).toBe(charge);
    expect(story).toMatchObject({
      endpoint: '/v1/chat/completions',
      stream: false,
      status: 'SUCCEEDED',
      stopReason: 'COMPLETED',
      requestedModel: 'small',
      upstreamModel: 'small-2025',
      reportedModel: 'small-2025',
      routeType: 'ORDINARY',
      bucket: 'RMB',
      bucketReason: expect.stringContaining('RMB'),
      apiKey: { id: 'chat' },
      project: { id: 'acme-bots' },
      primaryChannel: { id: 'cheap-a' },
      finalChannel: { id: 'cheap-a' },
      retryCount: 0,
      fallbackCount: 0,
      providerStatus: 200,
      errorCode: null,
      usage: { inputTokens: 3, cachedInputTokens: 1, outputTokens: 4, source: 'PROVIDER' },
      price: { currency: 'CNY', input: '1', output: '4' },
      hold: { state: 'SETTLED' },
      charge,
      noChargeReason: null,
      fallbackDelta: null,
      nextStep: null,
    });
    expect(sum(story.lines.map((line) => line.amount))).toBe(parseDecimal(charge));
    expect(parseDecimal(story.hold?.amount)).toBeGreaterThanOrEqual(parseDecimal(charge) ?? 0n);
    expect(Date.parse(story.settledAt ?? '')).toBeGreaterThanOrEqual(Date.parse(story.createdAt));
    expect(story.latencyMs).toBeGreaterThanOrEqual(0);
  });

  promise('is one ledger entry, from the balance before to the balance after, borne by the attempt that answered', async () => {
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    const [entry, ...others] = story.ledgerEntries;
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ kind: 'CHARGE', amount: `-${story.charge}` });
    expect(sum([entry!.balanceBefore, entry!.amount])).toBe(parseDecimal(entry!.balanceAfter));
    expect(story.attempts).toMatchObject([
      { index: 0, channel: { id: 'cheap-a' }, role: 'PRIMARY', retry: 0, status: 'SUCCEEDED', providerStatus: 200, charge: story.charge },
    ]);
    expect(story.attempts[0]?.upstreamRequestId).toBe(bed.a.served.at(-1)?.id);
    expect(story.attempts[0]?.chargeReason).not.toBe('');
  });

  promise('counts when the provider sends no usage, and says so', async () => {
    bed.a.next({ text: 'nobody counted this', usage: [] });
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
    const { usage } = (await response.json()) as { usage: object };
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    expect(story.usage.source).toBe('COUNTED');
    expect(story.usage.outputTokens).toBeGreaterThan(0);
    expect(story.charge).toBe(response.headers.get('x-forge-charge'));
    expect(usage).toMatchObject({ completion_tokens: story.usage.outputTokens, cost: story.charge, cost_currency: 'CNY' });
  });

  promise('takes an explicit zero of the provider at its word: nothing is charged, and the receipt says why', async () => {
    const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    bed.a.next({ usage: [usage] });
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
    expect(response.headers.get('x-forge-charge')).toBe('0');
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    expect(story).toMatchObject({ status: 'SUCCEEDED', charge: '0', usage: { source: 'PROVIDER' }, ledgerEntries: [] });
    expect(story.noChargeReason).not.toBeNull();
  });

  promise('of a free model costs nothing and moves no money', async () => {
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'free', messages: HI });
    expect(response.headers.get('x-forge-charge')).toBe('0');
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    expect(story).toMatchObject({ status: 'SUCCEEDED', charge: '0', ledgerEntries: [] });
    expect(story.usage.outputTokens).toBe(3);
  });

  promise('is never charged above its hold, whatever the provider says that it used', async () => {
    bed.a.next({ usage: [{ prompt_tokens: 900_000, completion_tokens: 900_000, total_tokens: 1_800_000 }] });
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'only-ordinary', messages: HI, max_tokens: 10 });
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    expect(story.charge).toBe(story.hold?.amount);
    expect(story.charge).toBe('0.000058');
    expect(sum(story.lines.map((line) => line.amount))).toBe(parseDecimal(story.charge));
  });
});
