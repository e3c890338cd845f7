/** What the graph says of a line of a wallet's history is what the receipt says. */
import { type EntryJson, graph, postChat, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');

interface Explanation {
  readonly text: string;
  readonly lines: readonly { readonly label: string; readonly amount: string }[];
  readonly receipt: { readonly id: string } | null;
  readonly entry: EntryJson;
}

onEachDatabase('an explanation of spend', (bed, promise) => {
  const explain = async (id: string, token = CHAT): Promise<Explanation> => {
    const query = `query($id: ID!) { explainSpend(ledgerEntryId: $id) { text lines { label amount } receipt { id } entry { id amount } } }`;
    return (await graph<{ explainSpend: Explanation }>(bed.gateway.origin, token, query, { id })).explainSpend;
  };

  promise('tells of a charge which channels were tried, what was counted, and what the fallback cost', async () => {
    bed.a.next({ status: 503 });
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
    await response.text();
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id') ?? '');
    const { text, lines, entry } = await explain(story.ledgerEntries[0]?.id ?? '');
    expect(text).toContain(`was charged ${story.charge} CNY`);
    expect(text).toContain(story.bucketReason);
    expect(text).toMatch(
      /cheap-a failed \(status 503\)\. The channel cheap-b answered\..*as the provider counted them.*dearer than the primary/,
    );
    expect(lines).toEqual(story.lines.map(({ label, amount }) => ({ label, amount })));
    expect(entry.amount).toBe(`-${story.charge}`);
  });

  promise('tells the key what was given back of its own charge, and no other key', async () => {
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
    await response.text();
    const id = response.headers.get('x-request-id') ?? '';
    const mutation = `mutation { refund(receiptId: "${id}", idempotencyKey: "explained", memo: "sorry") { id } }`;
    const { refund } = await graph<{ refund: { id: string } }>(bed.gateway.origin, OPERATOR_TOKEN, mutation);
    expect((await receipt(bed.gateway.origin, CHAT, id)).ledgerEntries.map((entry) => entry.id)).toContain(refund.id);
    for (const token of [CHAT, tokenOf('acme')]) {
      const { text, receipt: of } = await explain(refund.id, token);
      expect([text, of?.id]).toEqual([
        expect.stringMatching(/^A refund of the charge of the request .* added .* It was noted as "sorry"/),
        id,
      ]);
    }
    await expect(explain(refund.id, secretOf('official'))).rejects.toThrow(/There is no ledger entry/);
  });

  promise('is for those who may see the line', async () => {
    const { ledgerEntries } = await graph<{ ledgerEntries: { nodes: EntryJson[] } }>(
      bed.gateway.origin,
      tokenOf('acme'),
      '{ ledgerEntries(first: 100, filter: { kind: TOP_UP }) { nodes { id } } }',
    );
    const topUp = ledgerEntries.nodes[0]?.id ?? '';
    for (const token of [tokenOf('acme'), OPERATOR_TOKEN]) expect((await explain(topUp, token)).text).toMatch(/^A top-up added/);
    for (const token of [tokenOf('globex'), CHAT]) await expect(explain(topUp, token)).rejects.toThrow(/There is no ledger entry/);
  });
});
