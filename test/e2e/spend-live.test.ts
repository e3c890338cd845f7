/** Following the spend over a WebSocket, with the client that people use. */
import { runInThisContext } from 'node:vm';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { blocksIn } from '../architecture/tidy/documents';
import { filesIn } from '../architecture/tidy/source-files';
import { eventually } from '../support/eventually';
import { graph, nanoOf, postChat } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { startResearch } from '../support/research-client';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const CHAT = secretOf('chat');

interface Spend {
  readonly cursor: string;
  readonly balance: string;
  readonly available: string;
  readonly bucket: string;
  readonly entry: { readonly id: string; readonly kind: string; readonly amount: string; readonly balanceAfter: string };
  readonly receipt: { readonly id: string; readonly status: string } | null;
}

const EVENT = 'cursor balance available bucket entry { id kind amount balanceAfter } receipt { id status }';

onEachDatabase('the spend, live', (bed, promise) => {
  const clients: Client[] = [];
  const connect = (token: string | null, retryAttempts = 0): Client => {
    const client = createClient({
      url: `${bed.gateway.origin.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts,
      retryWait: async () => undefined,
      lazy: true,
      ...(token === null ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
    });
    clients.push(client);
    return client;
  };

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
  });

  const call = async (key = CHAT) => {
    const response = await postChat(bed.gateway.origin, key, { model: 'small', messages: HI });
    await response.text();
    return response.headers.get('x-request-id') ?? '';
  };

  const follow = (token: string, variables: Record<string, unknown> = {}) =>
    connect(token).iterate<{ spend: Spend }>({
      query: `subscription($after: String, $apiKeyId: ID, $projectId: ID) { spend(after: $after, apiKeyId: $apiKeyId, projectId: $projectId) { ${EVENT} } }`,
      variables,
    });

  async function take(
    events: AsyncIterableIterator<{ data?: { spend: Spend } | null; errors?: unknown }>,
    count: number,
  ): Promise<Spend[]> {
    const taken: Spend[] = [];
    for await (const { data, errors } of events) {
      if (errors !== undefined || data === undefined || data === null) throw new Error(JSON.stringify(errors));
      taken.push(data.spend);
      if (taken.length === count) break;
    }
    return taken;
  }

  /** Where an account stands now. */
  async function cursorNow(token = ACME): Promise<string> {
    return (await graph<{ spendCursor: string }>(bed.gateway.origin, token, '{ spendCursor }')).spendCursor;
  }

  promise('is told to the account, the key and the operator, with receipt and balance', async () => {
    const after = await cursorNow();
    const receiptId = await call();
    for (const token of [ACME, CHAT, OPERATOR_TOKEN]) {
      const [event] = await take(follow(token, { after, apiKeyId: 'chat' }), 1);
      expect(event).toMatchObject({ bucket: 'RMB', entry: { kind: 'CHARGE' }, receipt: { id: receiptId, status: 'SUCCEEDED' } });
      expect(event?.balance).toBe(event?.entry.balanceAfter);
    }
  });

  promise('goes on behind the last cursor: nothing lost, nothing twice', async () => {
    const after = await cursorNow();
    const ids: string[] = [];
    for (let nth = 0; nth < 6; nth += 1) ids.push(await call());
    const all = await take(follow(ACME, { after }), 6);
    expect(all.map(({ receipt }) => receipt?.id)).toEqual(ids);
    const rest = await take(follow(ACME, { after: all[2]?.cursor }), 3);
    expect(rest.map(({ receipt }) => receipt?.id)).toEqual(ids.slice(3));
  });

  promise('goes on by itself where a connection breaks, with the client of the documents', async () => {
    const shown = filesIn('docs').filter(({ path }) => path === 'docs/graph.md');
    const [code = ''] = shown.flatMap((document) => blocksIn(document, 'js'));
    const resuming = runInThisContext(`(() => { ${code} return resuming; })()`) as (client: Client) => Client;
    const client = connect(ACME, 100);
    const [ids, told]: [string[], (string | undefined)[]] = [[], []];
    const [query, variables] = [
      'subscription($after: String) { spend(after: $after) { cursor receipt { id } } }',
      { after: await cursorNow() },
    ];
    const next = ({ data }: { data?: { spend: Spend } | null }) => void told.push(data?.spend.receipt?.id);
    resuming(client).subscribe<{ spend: Spend }>(
      { query, variables },
      { next, error: (error) => told.push(String(error)), complete: () => undefined },
    );
    for (let nth = 1; nth <= 3; nth += 1) {
      ids.push(await call());
      await eventually(() => expect(told.length).toBeGreaterThanOrEqual(nth));
      client.terminate();
    }
    expect(told).toEqual(ids);
  });

  promise('begins where the balances were read, for each caller, and tells all that was committed after that', async () => {
    for (const token of [ACME, CHAT, OPERATOR_TOKEN]) {
      const after = await cursorNow(token);
      const balances = '{ wallets { id balance } }';
      const { wallets } = await graph<{ wallets: { id: string; balance: string }[] }>(bed.gateway.origin, token, balances);
      const receiptId = await call();
      const [event] = await take(follow(token, { after }), 1);
      expect(event?.receipt?.id).toBe(receiptId);
      const before = wallets.find(({ id }) => id === 'acme:RMB')?.balance ?? '';
      expect(nanoOf(event?.balance ?? '')).toBe(nanoOf(before) + nanoOf(event?.entry.amount ?? ''));
    }
  });

  promise('comes while it happens', async () => {
    const after = await cursorNow();
    const taking = take(follow(ACME, { after }), 2);
    const ids = [await call(), await call()];
    expect((await taking).map(({ receipt }) => receipt?.id)).toEqual(ids);
  });

  promise('of another account is never told, and its keys do not exist', async () => {
    await expect(take(follow(tokenOf('globex'), { apiKeyId: 'chat' }), 1)).rejects.toThrow(/There is no API key/);
  });

  promise('does not go on at a cursor of another account, which would tell all of its own history again', async () => {
    const others = await cursorNow();
    for (const token of [tokenOf('globex'), secretOf('globex-chat')]) {
      await expect(take(follow(token, { after: others }), 1)).rejects.toThrow(/must be the cursor of an event of this subscription/);
    }
  });

  promise('is refused to strangers, at the connection', async () => {
    const strangers: [token: string | null, reason: RegExp][] = [
      [null, /No token was sent: connection_init takes the payload \{ "authorization": "Bearer …" \}/],
      ['sk-tf-nobody', /not known/],
    ];
    for (const [token, reason] of strangers) {
      const events = connect(token).iterate({ query: 'subscription { spend { cursor } }' });
      await expect(events.next()).rejects.toMatchObject({ code: 4401, reason: expect.stringMatching(reason) });
    }
  });

  promise('ends within two seconds for a key that was revoked', async () => {
    const created = await graph<{ createApiKey: { secret: string; apiKey: { id: string } } }>(
      bed.gateway.origin,
      ACME,
      'mutation { createApiKey(input: { name: "live" }) { secret apiKey { id } } }',
    );
    const { secret, apiKey } = created.createApiKey;
    const client = connect(secret);
    const connected = new Promise<void>((resolve) => client.on('connected', () => resolve()));
    const next = client.iterate({ query: 'subscription { spend { cursor } }' }).next();
    next.catch(() => undefined);
    await connected;
    await graph(bed.gateway.origin, ACME, `mutation { revokeApiKey(id: "${apiKey.id}") { status } }`);
    await expect(next).rejects.toMatchObject({ code: 4403 });
  });

  promise('refuses a cursor that this ledger has not come to, of spend, of a run and of alerts', async () => {
    const beyond = Buffer.from('acme:RMB 900000 0').toString('base64url');
    await expect(take(follow(ACME, { after: beyond }), 1)).rejects.toThrow(/beyond the last entry of acme:RMB/);
    const run = await startResearch(bed.gateway.origin, ACME, { apiKeyId: 'chat', mode: 'QUICK' });
    const others = [`researchRunProgress(id: "${run}", after: "r900") { cursor }`, 'alertRaised(after: "a900") { id }'];
    for (const field of others) {
      const { value } = await connect(ACME)
        .iterate({ query: `subscription { ${field} }` })
        .next();
      expect(value).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', param: 'after' } }] });
    }
  });

  promise('refuses a cursor that is none, and an operation beyond the limits', async () => {
    await expect(take(follow(ACME, { after: 'nonsense' }), 1)).rejects.toThrow(/must be the cursor/);
    const deep = `subscription { spend { cursor ${'entry { receipt { ledgerEntries { '.repeat(6)} id ${'} } }'.repeat(6)} } }`;
    const events = connect(ACME).iterate({ query: deep });
    await expect(events.next()).rejects.toBeDefined();
  });
});
