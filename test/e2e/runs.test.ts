/** Runs of an agent's own: calls that name one in `x-forge-run`, its budget, and its receipt as the sum of them. */
import { eventually, gate } from '../support/eventually';
import { get, graph, post, postChat, receipt, sdk } from '../support/forge-client';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const CALL = { model: 'only-ordinary', messages: HI, max_tokens: 100 };
/** What one such call can cost at most, and what it does cost: one token in, three out. */
const [HOLD, CHARGE] = ['0.000418', 13_000];

interface RunJson {
  readonly id: string;
  readonly status: string;
  readonly budget: readonly object[];
  readonly spent: readonly { readonly bucket: string; readonly currency: string; readonly amount: string }[];
  readonly held: readonly object[];
  readonly left: readonly object[];
  readonly finishedAt: string | null;
  readonly receipt: {
    readonly requests: number;
    readonly attempts: number;
    readonly failedAttempts: number;
    readonly fallbacks: number;
    readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly source: string };
    readonly charges: readonly { readonly bucket: string; readonly amount: string }[];
    readonly byModel: readonly { readonly model: string; readonly bucket: string; readonly requests: number; readonly charge: string }[];
  };
}

const units = (amount: string | undefined) => Math.round(Number(amount) * 1e9);
const rmb = (amount: string) => ({ bucket: 'RMB', currency: 'CNY', amount });

async function made(origin: string, wish: object, headers: Record<string, string> = {}, key = CHAT): Promise<RunJson> {
  const response = await post(origin, '/v1/runs', key, wish, { headers });
  const run = (await response.json()) as RunJson;
  expect({ status: response.status, run }).toMatchObject({ status: 200, run: { id: expect.any(String) } });
  return run;
}

async function refusal(response: Response): Promise<{ status: number; code: string; message: string }> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { status: response.status, code: error.code, message: error.message };
}

const callOf = (origin: string, runId: string, body: object = CALL, key = CHAT) =>
  postChat(origin, key, body, { headers: { 'x-forge-run': runId } });
const stand = async (origin: string, id: string) => (await (await get(origin, `/v1/runs/${id}`, CHAT)).json()) as RunJson;

onEachDatabase('a run of an agent', (bed, promise) => {
  const start = (wish: object, headers = {}) => made(bed.gateway.origin, wish, headers);
  const call = (runId: string, body: object = CALL, key = CHAT) => callOf(bed.gateway.origin, runId, body, key);

  promise('adds up its calls, to the nano, and says what is left of its budget', async () => {
    const run = await start({ name: 'nightly', budget: [{ bucket: 'RMB', amount: '1' }] });
    expect(run).toMatchObject({ status: 'RUNNING', budget: [rmb('1')], left: [rmb('1')], spent: [rmb('0'), { bucket: 'CREDIT' }] });
    const answers = [await call(run.id), await call(run.id), await call(run.id, { model: 'stubborn', messages: HI })];
    const receipts = await Promise.all(
      answers.map(async (answer) => {
        await answer.text();
        return receipt(bed.gateway.origin, CHAT, answer.headers.get('x-request-id'));
      }),
    );
    const total = receipts.reduce((sum, { charge }) => sum + units(charge), 0);
    const after = await stand(bed.gateway.origin, run.id);
    expect(units(after.spent[0]?.amount)).toBe(total);
    expect(units((after.left[0] as { amount: string }).amount)).toBe(1_000_000_000 - total);
    expect(after.receipt.charges.map(({ amount }) => units(amount))).toEqual([total, 0]);
    expect(after.receipt.byModel.map(({ model, requests }) => [model, requests])).toEqual([
      ['only-ordinary', 2],
      ['stubborn', 1],
    ]);
    expect(after.receipt.byModel.reduce((sum, { charge }) => sum + units(charge), 0)).toBe(total);
    expect(after.receipt).toMatchObject({ requests: 3, attempts: 3, failedAttempts: 0, fallbacks: 0, usage: { source: 'PROVIDER' } });
    expect(after.receipt.usage.outputTokens).toBe(receipts.reduce((sum, { usage }) => sum + usage.outputTokens, 0));
  });

  promise('counts calls that failed, and what a fallback cost', async () => {
    const run = await start({ name: 'bumpy', budget: [] });
    bed.a.next({ status: 500 });
    await (await call(run.id, { model: 'small', messages: HI })).text();
    const { receipt: sum } = await stand(bed.gateway.origin, run.id);
    expect(sum).toMatchObject({ requests: 1, attempts: 2, failedAttempts: 1, fallbacks: 1 });
  });

  promise('is named on the receipts of its calls, also of one that it refused, and on no other', async () => {
    const run = await start({ name: 'named', budget: [{ bucket: 'RMB', amount: HOLD }] });
    const receiptOf = async (answer: Response) => {
      await answer.text();
      return receipt(bed.gateway.origin, CHAT, answer.headers.get('x-request-id'));
    };
    const served = await receiptOf(await call(run.id));
    expect(served.agentRun).toMatchObject({ id: run.id, name: 'named', status: 'RUNNING', budget: [rmb(HOLD)], finishedAt: null });
    expect(served.researchRun).toBeNull();
    expect(await receiptOf(await call(run.id))).toMatchObject({ errorCode: 'spend_limit_reached', agentRun: { id: run.id } });
    expect(await receiptOf(await postChat(bed.gateway.origin, CHAT, CALL))).toMatchObject({ agentRun: null, researchRun: null });
  });

  promise('takes the calls of an SDK by a header of its own', async () => {
    const run = await start({ name: 'sdk', budget: [{ bucket: 'RMB', amount: '1' }] });
    const client = sdk(bed.gateway.origin, CHAT, { defaultHeaders: { 'x-forge-run': run.id } });
    await client.chat.completions.create({ model: 'only-ordinary', messages: HI });
    expect((await stand(bed.gateway.origin, run.id)).receipt.requests).toBe(1);
  });

  promise('refuses what its budget does not cover, with a receipt and a way on, and goes on with a higher one', async () => {
    const run = await start({ name: 'tight', budget: [{ bucket: 'RMB', amount: HOLD }] });
    await (await call(run.id)).text();
    const second = await call(run.id);
    expect(second.headers.get('x-should-retry')).toBe('false');
    const refused = await refusal(second);
    expect(refused).toMatchObject({ status: 429, code: 'spend_limit_reached' });
    expect(refused.message).toContain(`The budget of the run ${run.id} on RMB is ${HOLD} CNY`);
    const query = `mutation { setAgentRunBudget(id: "${run.id}", budget: [{ bucket: RMB, amount: "1" }]) { budget { amount } left { bucket amount } } }`;
    // What is left is of the new budget, also in the answer that changes it.
    expect(await graph(bed.gateway.origin, CHAT, query)).toEqual({
      setAgentRunBudget: { budget: [{ amount: '1' }], left: [{ bucket: 'RMB', amount: '0.999987' }] },
    });
    expect((await call(run.id)).status).toBe(200);
    expect((await stand(bed.gateway.origin, run.id)).receipt).toMatchObject({
      requests: 3,
      charges: [{ amount: '0.000026' }, { amount: '0' }],
    });
  });

  promise('pays from no bucket that its budget does not name', async () => {
    const premium = secretOf('premium');
    const run = await made(bed.gateway.origin, { name: 'no dollars', budget: [{ bucket: 'RMB', amount: '1' }] }, {}, premium);
    const refused = await refusal(await call(run.id, { ...CALL, model: 'only-official' }, premium));
    expect(refused).toMatchObject({ status: 429, code: 'spend_limit_reached' });
    expect(refused.message).toContain(`The budget of the run ${run.id} on CREDIT is 0 USD`);
    // OFFICIAL_FIRST with consent: it goes on to the bucket that is named.
    const crossed = await call(run.id, { model: 'small', messages: HI }, premium);
    expect([crossed.status, crossed.headers.get('x-forge-bucket')]).toEqual([200, 'RMB']);
    await crossed.text();
  });

  promise('ends once: later calls are refused, those before it stay, and twice is the same as once', async () => {
    const run = await start({ name: 'short', budget: [] });
    await (await call(run.id)).text();
    const finish = async () => (await (await post(bed.gateway.origin, `/v1/runs/${run.id}/finish`, CHAT, '')).json()) as RunJson;
    const ended = await finish();
    expect(ended).toMatchObject({ status: 'COMPLETED', finishedAt: expect.any(String), receipt: { requests: 1 } });
    expect(await finish()).toEqual(ended);
    expect(await refusal(await call(run.id))).toMatchObject({ status: 400, message: expect.stringContaining('has ended') });
    const query = `mutation { setAgentRunBudget(id: "${run.id}", budget: []) { id } }`;
    await expect(graph(bed.gateway.origin, CHAT, query)).rejects.toThrow(/has ended/);
  });

  promise('belongs to the key that made it: to every other one it does not exist', async () => {
    const run = await start({ name: 'mine', budget: [] });
    const other = secretOf('ten-chat');
    const asStranger = await refusal(await call(run.id, CALL, other));
    const asNobody = await refusal(await call('01a20ce2-53ae-7783-af50-ddba0ade031b', CALL, other));
    expect(asStranger).toEqual(asNobody);
    expect(asStranger).toMatchObject({ status: 404, code: 'not_found' });
    expect((await get(bed.gateway.origin, `/v1/runs/${run.id}`, other)).status).toBe(404);
    expect((await post(bed.gateway.origin, `/v1/runs/${run.id}/finish`, other, '')).status).toBe(404);
    const query = `{ agentRun(id: "${run.id}") { id } }`;
    expect(await graph(bed.gateway.origin, other, query)).toEqual({ agentRun: null });
    expect(await graph(bed.gateway.origin, tokenOf('globex'), query)).toEqual({ agentRun: null });
    expect(await graph(bed.gateway.origin, tokenOf('acme'), query)).toEqual({ agentRun: { id: run.id } });
  });

  promise('is made once for an Idempotency-Key, and never another one by the same', async () => {
    const headers = { 'idempotency-key': 'run-of-today' };
    const runs = await Promise.all(Array.from({ length: 10 }, () => start({ name: 'today', budget: [] }, headers)));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    const other = await post(bed.gateway.origin, '/v1/runs', CHAT, { name: 'tomorrow', budget: [] }, { headers });
    expect(await refusal(other)).toMatchObject({ status: 422, code: 'idempotency_mismatch' });
  });

  promise('says what is wrong with a run that cannot be', async () => {
    const wrong = async (body: unknown) => refusal(await post(bed.gateway.origin, '/v1/runs', CHAT, body));
    expect(await wrong('{')).toMatchObject({ status: 400, code: 'invalid_json' });
    expect((await wrong({ budget: [] })).message).toContain('name');
    expect((await wrong({ name: ' ', budget: [] })).message).toContain('name must have 1 to 200 characters');
    expect((await wrong({ name: 'x', budget: [{ bucket: 'EUR', amount: '1' }] })).message).toBe('budget[0].bucket: must be RMB or CREDIT.');
    expect((await wrong({ name: 'x', budget: [{ bucket: 'RMB', amount: 1 }] })).message).toContain('budget[0].amount');
    expect((await wrong({ name: 'x', budget: [{ bucket: 'RMB', amount: '0' }] })).message).toContain('above zero');
    expect((await wrong({ name: 'x', budget: [rmb('1'), rmb('1')].map(({ bucket, amount }) => ({ bucket, amount })) })).message).toContain(
      'a second time',
    );
    expect((await wrong({ name: 'x', bugdet: [] })).message).toBe('bugdet: unknown field.');
    expect((await wrong({ name: 'x', budget: [{ bucket: 'RMB', amount: '1', unit: 'yuan' }] })).message).toBe(
      'budget[0].unit: unknown field.',
    );
    expect((await wrong({ name: 'x', budget: { RMB: '1' } })).message).toMatch(/^budget: must be a list such as/);
    expect((await wrong({ name: 'x', budget: ['RMB'] })).message).toBe('budget[0]: must have a bucket and an amount.');
    expect(await wrong([])).toMatchObject({
      status: 400,
      code: 'invalid_request',
      message: expect.stringContaining('must be a JSON object'),
    });
    expect((await wrong('{"name":"x","n\\u0061me":"y"}')).message).toBe('name stands in the body more than once.');
    expect((await wrong('{"name":"x","budget":[{"bucket":"RMB","amount":"1","amount":"500"}]}')).message).toBe(
      'amount stands in the body more than once.',
    );
    const packed = await post(bed.gateway.origin, '/v1/runs', CHAT, { name: 'x' }, { headers: { 'content-encoding': 'gzip' } });
    expect(await refusal(packed)).toMatchObject({ status: 415, message: expect.stringContaining('compressed') });
    expect((await post(bed.gateway.origin, '/v1/runs', 'sk-nobody', { name: 'x' })).status).toBe(401);
  });

  promise('is made whatever its body is called: curl calls it a form', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain;charset=UTF-8'])
      await made(bed.gateway.origin, { name: 'x' }, { 'content-type': type });
  });

  promise('is named as its agent named it: bytes that are no UTF-8 make none, and a byte order mark is no part of them', async () => {
    const named = (name: Buffer) => Buffer.concat([Buffer.from('\ufeff{"name":"'), name, Buffer.from('"}')]);
    const garbled = await post(bed.gateway.origin, '/v1/runs', CHAT, named(Buffer.from([0x6e, 0xff, 0xfe])));
    expect(await refusal(garbled)).toMatchObject({ status: 400, code: 'invalid_json' });
    const marked = await post(bed.gateway.origin, '/v1/runs', CHAT, named(Buffer.from('nächtlich')));
    expect([marked.status, await marked.json()]).toMatchObject([200, { name: 'nächtlich' }]);
  });

  promise('has a receipt over the graph also when its tokens are more than an Int can say', async () => {
    const { id } = await start({ name: 'long' });
    for (const answer of [await call(id), await call(id)]) await answer.text();
    const add = (tokens: string) => bed.database.query(`UPDATE receipt SET input_tokens = input_tokens ${tokens} WHERE run_id = '${id}'`);
    await add('+ 2000000000');
    try {
      const query =
        'query($id: ID!) { agentRun(id: $id) { receipt { requests usage { inputTokens } inputTokensExact outputTokensExact } } }';
      const counts = { usage: { inputTokens: 2_147_483_647 }, inputTokensExact: '4000000002', outputTokensExact: '6' };
      expect(await graph(bed.gateway.origin, CHAT, query, { id })).toEqual({ agentRun: { receipt: { requests: 2, ...counts } } });
    } finally {
      await add('- 2000000000');
    }
  });

  promise('shows itself, its calls and its entries over the graph', async () => {
    const run = await start({ name: 'seen', budget: [{ bucket: 'RMB', amount: '1' }] });
    await (await call(run.id)).text();
    const query = `{
      agentRuns(first: 1) { nodes { id name status apiKey { id } spent { bucket amount } left { amount } } pageInfo { endCursor } }
      agentRun(id: "${run.id}") {
        receipt { requests charges { bucket amount } byModel { model charge } usage { outputTokens } }
        receipts { nodes { charge agentRun { id } ledgerEntries { amount agentRun { name } } } }
      }
      receipts(filter: { researchRunId: "${run.id}" }) { nodes { charge } }
    }`;
    const seen = await graph<Record<string, object>>(bed.gateway.origin, tokenOf('acme'), query);
    expect(seen).toMatchObject({
      agentRuns: { nodes: [{ id: run.id, name: 'seen', apiKey: { id: 'chat' }, spent: [{ bucket: 'RMB', amount: '0.000013' }, {}] }] },
      agentRun: {
        receipt: {
          requests: 1,
          charges: [{ bucket: 'RMB', amount: '0.000013' }, {}],
          byModel: [{ model: 'only-ordinary', charge: '0.000013' }],
        },
        receipts: { nodes: [{ agentRun: { id: run.id }, ledgerEntries: [{ amount: '-0.000013', agentRun: { name: 'seen' } }] }] },
      },
      receipts: { nodes: [{ charge: '0.000013' }] },
    });
  });
});

async function rushOn(bed: Bed, gateways: readonly GatewayProcess[]): Promise<void> {
  const run = await made(bed.gateway.origin, { name: 'rush', budget: [{ bucket: 'RMB', amount: '0.00418' }] });
  const { opened, open } = gate();
  bed.a.script('only-ordinary', { gate: { before: 'head', opened } });
  const before = bed.a.requests.length;
  let refused = 0;
  const answers = Array.from({ length: 200 }, async (_, index) => {
    const response = await callOf(gateways[index % gateways.length]?.origin ?? '', run.id);
    const { error } = (await response.json()) as { error?: { code: string } };
    if (error?.code === 'spend_limit_reached') refused += 1;
    return response.status;
  });
  await eventually(() => expect([bed.a.requests.length - before, refused]).toEqual([10, 190]));
  open();
  const statuses = await Promise.all(answers);
  expect(statuses.filter((status) => status === 200)).toHaveLength(10);
  const { receipt: sum } = await stand(bed.gateway.origin, run.id);
  expect([sum.requests, units(sum.charges[0]?.amount)]).toEqual([200, 10 * CHARGE]);
}

onEachDatabase('200 calls at once on a budget for 10', (bed, promise) => {
  promise('run within it: exactly those that fit', () => rushOn(bed, [bed.gateway]));
});

onEachDatabase(
  '200 calls at once on a budget for 10, sent to two processes',
  (bed, promise) => {
    promise(
      'run within it, together',
      async () => {
        const other = await startGateway(bed.gateway.settings);
        try {
          await rushOn(bed, [bed.gateway, other]);
        } finally {
          expect((await other.stop()).code).toBe(0);
        }
      },
      600_000,
    );
  },
  ['mysql'],
);
