/** Providers that count what nobody could have used, at the dearest prices that there are: an answer that is there is given, and no hold is passed. */
import { graph, nanoOf, postChat, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
/** Ten yuan for a token, and a tenth of a yuan of cost. */
const DEAREST = { input: '100000', output: '100000', multiplier: '100' };
const COST = { currency: 'CNY', input: '100000', output: '100000' };
/** The most that counts: above it, what a provider sends is no count. */
const MOST = { prompt_tokens: 1_000_000_000, completion_tokens: 1_000_000_000, total_tokens: 2_000_000_000 };
const FULL = 20_000_000_000n * 10n ** 9n;
const KEPT = 2n ** 62n;
const ASKED = { model: 'dearest', messages: HI, max_tokens: 10 };

onEachDatabase('usage beyond everything', (bed, promise) => {
  const ask = <T>(query: string, variables: object = {}) => graph<T>(bed.gateway.origin, OPERATOR_TOKEN, query, variables);

  promise('charges the hold and no more, and books of the loss what can be written down', async () => {
    await ask(
      `mutation($model: ModelDeclaration!, $route: RouteDeclaration!) {
        createModel(input: $model) { id } createRoute(input: $route) { id }
        topUp(accountId: "acme", bucket: RMB, amount: "100000", idempotencyKey: "dear") { id } }`,
      {
        model: { id: 'dearest', contextWindow: 8_000, maxOutputTokens: 1_000 },
        route: { model: 'dearest', type: 'ORDINARY', price: DEAREST, channels: [{ channel: 'cheap-a', cost: COST }] },
      },
    );
    for (const stream of [false, true]) {
      bed.a.next({ usage: [MOST] });
      const response = await postChat(bed.gateway.origin, CHAT, { ...ASKED, stream });
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('hi')]);
      const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
      expect(story).toMatchObject({ status: 'SUCCEEDED', usage: { inputTokens: 1e9, outputTokens: 1e9, source: 'PROVIDER' } });
      expect(story.charge).toBe(story.hold?.amount);
      expect(story.lines.at(-1)).toMatchObject({ label: 'above the hold, borne by the operator' });
      expect(nanoOf(story.lines.at(-1)?.amount ?? '')).toBe(nanoOf(story.charge) - FULL);
      const [loss] = await bed.database.query(`SELECT amount FROM transfer WHERE kind = 'OVERAGE' AND receipt_id = '${story.id}'`);
      expect(loss).toEqual({ amount: KEPT });
    }
  });

  promise('is told to the operator in sums that are more than any single amount', async () => {
    const { overages, margins } = await ask<{ overages: { nodes: { amount: string }[] }; margins: { overages: { amount: string }[] }[] }>(
      `{ overages(first: 10) { nodes { amount } }
         margins(from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", groupBy: ROUTE) { group overages { currency amount } costs { amount } } }`,
    );
    expect(overages.nodes.map(({ amount }) => nanoOf(amount))).toEqual([KEPT, KEPT]);
    expect(margins).toContainEqual({
      group: 'dearest:ORDINARY',
      overages: [{ currency: 'CNY', amount: '9223372036.854775808' }],
      costs: [{ amount: '400000000' }],
    });
  });
});
