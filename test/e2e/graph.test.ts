/** What the graph tells a key, an account and the operator. */
import { parseDecimal } from '../../src/kernel/money';
import { type EntryJson, graph, graphAnswer, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const CHAT = secretOf('chat');

const RECEIPT = `
  id createdAt settledAt endpoint stream status stopReason requestedModel upstreamModel reportedModel routeType
  retryCount fallbackCount providerStatus errorCode latencyMs timeToFirstTokenMs bucket bucketReason charge noChargeReason fallbackDelta nextStep
  apiKey { id name prefix status } project { id } primaryChannel { id name baseUrl } finalChannel { id }
  usage { inputTokens cachedInputTokens cacheWriteTokens outputTokens reasoningTokens source }
  price { versionId currency input cachedInput output multiplier effectiveFrom }
  hold { amount state placedAt expiresAt resolvedAt }
  lines { label tokens unitPrice amount }
  attempts { id index role retry status upstreamModel upstreamRequestId providerStatus errorCode errorMessage charge chargeReason startedAt latencyMs
    channel { id } usage { outputTokens source } }
  ledgerEntries { id kind amount balanceBefore balanceAfter transactionId wallet { id bucket currency balance held available } receipt { id } }`;

interface Page<T> {
  readonly nodes: readonly T[];
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

onEachDatabase('the graph', (bed, promise) => {
  const ask = <T>(token: string, query: string, variables: object = {}) => graph<T>(bed.gateway.origin, token, query, variables);
  const call = async (key = CHAT, body: object = {}) => {
    const response = await postChat(bed.gateway.origin, key, { model: 'small', messages: HI, ...body });
    await response.text();
    return response.headers.get('x-request-id') ?? '';
  };

  promise('tells key, account and operator the same story of a request as REST does', async () => {
    bed.a.next({ status: 503 });
    const id = await call();
    const rest = await receipt(bed.gateway.origin, CHAT, id);
    for (const token of [CHAT, ACME, OPERATOR_TOKEN]) {
      const { receipt: found } = await ask<{ receipt: ReceiptJson }>(token, `query($id: ID!) { receipt(id: $id) { ${RECEIPT} } }`, { id });
      expect(found).toMatchObject({
        id,
        charge: rest.charge,
        fallbackCount: 1,
        status: 'SUCCEEDED',
        bucket: 'RMB',
        hold: { state: 'SETTLED' },
      });
      expect(found.attempts.map(({ channel, status, charge }) => [channel.id, status, charge])).toEqual(
        rest.attempts.map(({ channel, status, charge }) => [channel.id, status, charge]),
      );
      expect(found.lines).toEqual(rest.lines.map((line) => expect.objectContaining({ label: line.label, amount: line.amount })));
      expect(found.ledgerEntries).toMatchObject([{ amount: `-${rest.charge}`, receipt: { id } }]);
      const { primaryChannel } = found as unknown as { primaryChannel: { baseUrl: string | null } };
      expect(primaryChannel.baseUrl).toBe(token === OPERATOR_TOKEN ? bed.a.baseUrl : null);
    }
  });

  promise('pages through receipts from new to old, without gap or repetition', async () => {
    const made = new Set<string>();
    for (let count = 0; count < 7; count += 1) made.add(await call(secretOf('careful')));
    const seen: string[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const query =
        'query($after: String) { receipts(first: 3, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }';
      const { receipts }: { receipts: Page<{ id: string }> } = await ask(secretOf('careful'), query, { after });
      seen.push(...receipts.nodes.map((node) => node.id));
      more = receipts.pageInfo.hasNextPage;
      after = receipts.pageInfo.endCursor;
    }
    expect(seen).toEqual([...made].reverse());
  });

  promise('filters receipts', async () => {
    for (const upstream of [bed.a, bed.b]) upstream.next({ status: 500 });
    const failed = await call(secretOf('narrow'));
    bed.a.next({ status: 500 });
    const fallen = await call(secretOf('narrow'));
    const official = await call(secretOf('premium'));
    const ids = async (filter: object) => {
      const { receipts } = await ask<{ receipts: Page<{ id: string }> }>(
        ACME,
        'query($filter: ReceiptFilter) { receipts(first: 100, filter: $filter) { nodes { id } } }',
        { filter },
      );
      return receipts.nodes.map((node) => node.id);
    };
    expect(await ids({ apiKeyId: 'narrow' })).toEqual([fallen, failed]);
    expect(await ids({ apiKeyId: 'narrow', status: 'FAILED' })).toEqual([failed]);
    expect(await ids({ apiKeyId: 'narrow', status: 'SUCCEEDED', withFallback: true })).toEqual([fallen]);
    expect(await ids({ routeType: 'OFFICIAL' })).toEqual([official]);
    expect(await ids({ model: 'nothing' })).toEqual([]);
    expect(await ids({ from: '2100-01-01T00:00:00.000Z' })).toEqual([]);
    expect(await ids({ projectId: 'acme-bots' })).not.toContain(official);
    const spaced = await postChat(bed.gateway.origin, CHAT, { model: 'nothing ', messages: HI });
    expect(await ids({ model: 'nothing ' })).toEqual([spaced.headers.get('x-request-id')]);
    expect(await ids({ model: 'nothing' })).toEqual([]);
  });

  promise('shows wallets that are the sum of their entries, which chain up from zero', async () => {
    await call();
    const { wallets } = await ask<{
      wallets: readonly { id: string; bucket: string; balance: string; held: string; available: string; entries: Page<EntryJson> }[];
    }>(
      ACME,
      '{ wallets { id bucket currency balance held available entries(first: 100) { nodes { id kind amount balanceBefore balanceAfter } pageInfo { hasNextPage } } } }',
    );
    expect(wallets.map((wallet) => wallet.bucket).sort()).toEqual(['CREDIT', 'RMB']);
    for (const { balance, available, held, entries } of wallets) {
      expect([held, available]).toEqual(['0', balance]);
      expect(entries.pageInfo.hasNextPage).toBe(false);
      const oldestFirst = [...entries.nodes].reverse();
      let running = 0n;
      for (const { amount, balanceBefore, balanceAfter } of oldestFirst) {
        expect(parseDecimal(balanceBefore)).toBe(running);
        running += parseDecimal(amount) ?? 0n;
        expect(parseDecimal(balanceAfter)).toBe(running);
      }
      expect(parseDecimal(balance)).toBe(running);
    }
  });

  promise('lists ledger entries from new to old, by page and by filter', async () => {
    const id = await call();
    const query =
      'query($first: Int, $after: String, $filter: LedgerFilter) { ledgerEntries(first: $first, after: $after, filter: $filter) { edges { cursor node { id kind amount receipt { id } apiKey { id } } } pageInfo { hasNextPage endCursor } } }';
    type Entries = { ledgerEntries: Page<{ id: string; kind: string; receipt: { id: string } | null; apiKey: { id: string } | null }> };
    const { ledgerEntries: newest } = await ask<Entries>(ACME, query, { first: 1 });
    expect(newest.edges[0]?.node).toMatchObject({ kind: 'CHARGE', receipt: { id }, apiKey: { id: 'chat' } });
    expect(newest.pageInfo.hasNextPage).toBe(true);
    const { ledgerEntries: next } = await ask<Entries>(ACME, query, { first: 1, after: newest.pageInfo.endCursor });
    expect(next.edges[0]?.node.id).not.toBe(newest.edges[0]?.node.id);
    const { ledgerEntries: topUps } = await ask<Entries>(ACME, query, { first: 100, filter: { kind: 'TOP_UP' } });
    expect(topUps.edges.map((edge) => edge.node.kind)).toEqual(['TOP_UP', 'TOP_UP']);
    expect(topUps.edges.every((edge) => edge.node.receipt === null)).toBe(true);
  });

  promise('shows each caller its own keys, and no secret', async () => {
    const keys = async (token: string) =>
      (
        await ask<{ apiKeys: { id: string; prefix: string; status: string }[] }>(
          token,
          '{ apiKeys { id prefix status routePolicy crossBucketFallback allowedModels createdAt expiresAt limits { concurrency } } }',
        )
      ).apiKeys;
    expect((await keys(CHAT)).map((key) => key.id)).toEqual(['chat']);
    expect((await keys(tokenOf('globex'))).map((key) => key.id)).toEqual(['globex-chat']);
    const acme = await keys(ACME);
    expect(acme).toHaveLength(10);
    expect(acme.find((key) => key.id === 'expired')?.status).toBe('EXPIRED');
    expect(JSON.stringify(acme)).not.toContain(CHAT);
    expect((await keys(OPERATOR_TOKEN)).length).toBeGreaterThan(acme.length);
  });

  promise('hides what belongs to another account, and everything from strangers', async () => {
    const id = await call();
    const query = 'query($id: ID!) { receipt(id: $id) { id } }';
    for (const token of [tokenOf('globex'), secretOf('globex-chat'), secretOf('narrow')]) {
      expect((await graphAnswer<{ receipt: unknown }>(bed.gateway.origin, token, query, { id })).data?.receipt ?? null).toBeNull();
    }
    const { wallets } = await ask<{ wallets: { id: string }[] }>(tokenOf('globex'), '{ wallets { id } }');
    expect(wallets.map((wallet) => wallet.id).every((wallet) => wallet.startsWith('globex'))).toBe(true);
    for (const token of [null, 'wrong-token-of-nobody']) {
      const { errors } = await graphAnswer(bed.gateway.origin, token, '{ wallets { id } }');
      expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    }
  });

  promise('says what is wrong with a question in a code', async () => {
    const { errors } = await graphAnswer(bed.gateway.origin, ACME, '{ receipts(first: 101) { nodes { id } } }');
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    const cursor = await graphAnswer(bed.gateway.origin, ACME, '{ receipts(after: "nonsense") { nodes { id } } }');
    expect(cursor.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});
