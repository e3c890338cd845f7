/** Many runs at once on two processes, followed live: each is finished once, and each of its events is told once. */
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { placeIn } from '../../src/kernel/whole-text';
import { eventually, gate } from '../support/eventually';
import { graph, postChat } from '../support/forge-client';
import { type GatewayProcess, OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { REDIS_SERVER, redisIsServed } from '../support/redis';
import { type Amount, fitting, nanoIn, researchRun, researchRunIn, startResearch } from '../support/research-client';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const RUNS = 50;
const SECTIONS = 3;

interface Told {
  readonly cursor: string;
  readonly kind: string;
  readonly message: string | null;
  readonly spent: readonly Amount[];
  readonly left: readonly { readonly amount: string }[];
  readonly section: { readonly name: string } | null;
  readonly run: { readonly id: string; readonly status: string };
}

const clients: Client[] = [];

function connect({ origin }: GatewayProcess): Client {
  const connectionParams = { authorization: `Bearer ${ACME}` };
  const client = createClient({
    url: `${origin.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams,
  });
  clients.push(client);
  return client;
}

const EVENT = 'cursor kind message spent { bucket amount } left { amount } section { name } run { id status }';

/** The events of a run from a cursor on, until it ends, or until there are so many. */
async function follow(client: Client, id: string, after: string | null = null, most = Number.POSITIVE_INFINITY): Promise<Told[]> {
  const query = `subscription($id: ID!, $after: String) { researchRunProgress(id: $id, after: $after) { ${EVENT} } }`;
  const told: Told[] = [];
  for await (const { data, errors } of client.iterate<{ researchRunProgress: Told }>({ query, variables: { id, after } })) {
    if (errors !== undefined || !data) throw new Error(JSON.stringify(errors));
    told.push(data.researchRunProgress);
    if (told.length >= most) break;
  }
  return told;
}

/** The numbers of the lines that were told. */
const linesOf = (told: readonly Told[]) => told.map(({ cursor }) => placeIn(cursor)?.split('.')[0]);
const gapless = (count: number) => Array.from({ length: count }, (_, nth) => `r${nth + 1}`);

onEachDatabase('the progress of a run', (bed, promise) => {
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.dispose())));

  promise('never ends as if all were paid: cancelled, it says that calls in flight are still charged', async () => {
    const { opened, open } = gate();
    bed.a.script('small-2025', (request) => ({ ...fitting(request), gate: { before: 'head', opened } }));
    const asked = bed.a.requests.length;
    const id = await startResearch(bed.gateway.origin, ACME, { apiKeyId: 'chat', mode: 'QUICK' });
    const following = follow(connect(bed.gateway), id);
    await bed.a.until(() => bed.a.requests.length > asked);
    await graph(bed.gateway.origin, ACME, `mutation { cancelResearchRun(id: "${id}") { id } }`);
    const last = (await following).at(-1);
    open();
    await eventually(async () => {
      // One after the other, not at one moment: what was held a moment ago may be charged behind the look at the charges.
      const { held, receipt } = await researchRun(bed.gateway.origin, ACME, id);
      expect(nanoIn(held)).toBe(0n);
      expect(nanoIn(receipt.charges)).toBeGreaterThan(nanoIn(last?.spent ?? []));
    });
    expect(last).toMatchObject({
      kind: 'RUN_ENDED',
      message: expect.stringMatching(/in flight .* still charged.* the receipt of the run/),
    });
  });

  promise('is told from its first line to its end, each line once, with the money so far', async () => {
    bed.a.script('small-2025', fitting);
    const id = await startResearch(bed.gateway.origin, ACME, { apiKeyId: 'chat', mode: 'QUICK', budget: [{ bucket: 'RMB', amount: '1' }] });
    const told = await follow(connect(bed.gateway), id);
    expect(linesOf(told)).toEqual(gapless(told.length));
    expect(told[0]?.kind).toBe('RUN_QUEUED');
    expect(
      told
        .map(({ kind }) => kind)
        .filter((kind) => kind.startsWith('SECTION_'))
        .sort(),
    ).toEqual([...Array(SECTIONS).fill('SECTION_COMPLETED'), ...Array(SECTIONS).fill('SECTION_STARTED')]);
    const last = told.at(-1);
    expect(last).toMatchObject({ kind: 'RUN_ENDED', run: { id, status: 'COMPLETED' } });
    const run = await researchRun(bed.gateway.origin, ACME, id);
    expect([last?.spent[0]?.amount, last?.left[0]?.amount]).toEqual([run.spent[0]?.amount, run.left[0]?.amount]);
    // From any cursor on: the rest, and nothing of it twice.
    const client = connect(bed.gateway);
    for (const seen of [1, 4, told.length - 1]) {
      const rest = await follow(client, id, told[seen - 1]?.cursor ?? null);
      expect(rest.map(({ cursor }) => cursor)).toEqual(told.slice(seen).map(({ cursor }) => cursor));
    }
  });

  promise('does not go on at the cursor of another run, where lines of this one would be passed over', async () => {
    bed.a.script('small-2025', fitting);
    const start = () => startResearch(bed.gateway.origin, ACME, { apiKeyId: 'chat', mode: 'QUICK' });
    const [one, other] = [await start(), await start()];
    const client = connect(bed.gateway);
    const [first] = await follow(client, one, null, 1);
    await expect(follow(client, other, first?.cursor)).rejects.toThrow(/cursor of another run/);
  });

  promise('says why a run waits, and goes on behind it when it is resumed', async () => {
    bed.a.script('small-2025', fitting);
    const id = await startResearch(bed.gateway.origin, ACME, {
      apiKeyId: 'chat',
      mode: 'QUICK',
      budget: [{ bucket: 'RMB', amount: '0.001' }],
    });
    await researchRunIn(bed.gateway.origin, ACME, id, ['PAUSED']);
    const following = follow(connect(bed.gateway), id);
    await graph(bed.gateway.origin, ACME, `mutation { resumeResearchRun(id: "${id}", budget: [{ bucket: RMB, amount: "1" }]) { id } }`);
    const told = await following;
    expect(told.find(({ kind }) => kind === 'RUN_PAUSED')?.message).toContain('budget');
    expect(linesOf(told)).toEqual(gapless(told.length));
    expect(told.at(-1)?.run.status).toBe('COMPLETED');
  });

  promise('of an agent is told charge by charge, with what is left', async () => {
    const headers = { authorization: `Bearer ${secretOf('chat')}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'live', budget: [{ bucket: 'RMB', amount: '1' }] });
    const made = (await (await fetch(`${bed.gateway.origin}/v1/runs`, { method: 'POST', headers, body })).json()) as { id: string };
    const query = `subscription($id: ID!) { agentRunProgress(id: $id) { cursor entry { kind } receipt { id } run { spent { amount } left { amount } } } }`;
    interface Told {
      readonly entry: { readonly kind: string };
      readonly receipt: { readonly id: string };
      readonly run: { readonly left: readonly { readonly amount: string }[] };
    }
    const events = connect(bed.gateway).iterate<{ agentRunProgress: Told }>({ query, variables: { id: made.id } });
    const call = async (runId?: string) => {
      const extra = runId === undefined ? {} : { headers: { 'x-forge-run': runId } };
      const response = await postChat(bed.gateway.origin, secretOf('chat'), { model: 'only-ordinary', messages: HI }, extra);
      await response.text();
      return response.headers.get('x-request-id');
    };
    const ofOthers = { id: made.id, after: Buffer.from('globex:RMB 0 0').toString('base64url') };
    const again = query.replace('($id: ID!)', '($id: ID!, $after: String)').replace('(id: $id)', '(id: $id, after: $after)');
    const { value: refused } = await connect(bed.gateway).iterate({ query: again, variables: ofOthers }).next();
    expect(refused).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', param: 'after' } }] });
    const first = events.next();
    // The subscription begins when it is served: until then calls are made, one of the run and one of none.
    const made1: (string | null)[] = [];
    let told: Awaited<typeof first> | null = null;
    void first.then((event) => {
      told = event;
    });
    while (told === null) {
      await call();
      made1.push(await call(made.id));
    }
    const { value } = await first;
    expect(made1).toContain(value?.data?.agentRunProgress.receipt.id);
    expect(Number(value?.data?.agentRunProgress.run.left[0]?.amount)).toBeLessThan(1);
    const charged = value?.data?.agentRunProgress.receipt.id ?? '';
    const refund = (receiptId: string | null) => {
      const mutation = `mutation { refund(receiptId: "${receiptId}", idempotencyKey: "${receiptId}", memo: "sorry") { id } }`;
      return graph(bed.gateway.origin, OPERATOR_TOKEN, mutation);
    };
    // Of a call of no run, and of the run: what is told next of refunds is the second one.
    await refund(await call());
    await refund(charged);
    for (;;) {
      const next = (await events.next()).value?.data?.agentRunProgress;
      if (next?.entry.kind === 'CHARGE') continue;
      expect(next).toMatchObject({ entry: { kind: 'REFUND' }, receipt: { id: charged } });
      break;
    }
    await events.return?.();
  });
});

async function crowd(bed: Bed): Promise<void> {
  if (!(await redisIsServed())) return;
  await bed.gateway.stop();
  const environment = { REDIS_URL: REDIS_SERVER };
  bed.gateway = await startGateway({ ...bed.gateway.settings, environment });
  const other = await startGateway(bed.gateway.settings);
  try {
    for (const model of ['small-2025', 'small']) bed.a.script(model, fitting);
    const asked = bed.a.requests.length;
    const both = [bed.gateway, other] as const;
    const ids = await Promise.all(
      Array.from({ length: RUNS }, (_, nth) =>
        startResearch(both[nth % 2 === 0 ? 0 : 1].origin, ACME, { apiKeyId: 'chat', mode: 'QUICK' }),
      ),
    );
    // Each is followed at the process that it was not started at.
    const watchers = [connect(other), connect(bed.gateway)] as const;
    const told = await Promise.all(
      ids.map(async (id, nth) => {
        const client = watchers[nth % 2 === 0 ? 0 : 1];
        const some = await follow(client, id, null, 2 + (nth % 5));
        return some.at(-1)?.kind === 'RUN_ENDED' ? some : [...some, ...(await follow(client, id, some.at(-1)?.cursor ?? null))];
      }),
    );
    for (const events of told) {
      expect(linesOf(events)).toEqual(gapless(events.length));
      expect(events.at(-1)).toMatchObject({ kind: 'RUN_ENDED', run: { status: 'COMPLETED' } });
    }
    expect(bed.a.requests.length - asked).toBe(RUNS * SECTIONS);
    const [calls] = await bed.database.query(
      `SELECT COUNT(*) AS n, COUNT(DISTINCT section_id) AS sections FROM research_call WHERE run_id IN (${ids.map((id) => `'${id}'`).join()})`,
    );
    expect([calls?.['n'], calls?.['sections']]).toEqual([BigInt(RUNS * SECTIONS), BigInt(RUNS * SECTIONS)]);
  } finally {
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
    expect((await other.stop()).code).toBe(0);
  }
}

onEachDatabase(
  `${RUNS} runs at once on two processes with Redis`,
  (bed, promise) => {
    promise('all finish, no section is called twice, and those who follow see every event once', () => crowd(bed));
  },
  ['mysql'],
);
