/** What an Idempotency-Key was settled with stands, whatever would refuse a new call by now; a key that may not call at all is told so. */
import { newId } from '../../src/kernel/ids';
import { eventually, gate } from '../support/eventually';
import { graph, post, postChat } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI } from '../support/shop-catalog';

interface Client {
  readonly account: string;
  readonly key: string;
  readonly secret: string;
  readonly run: string;
}

const ofKey =
  (input: string) =>
  ({ key }: Client) =>
    `updateApiKey(id: "${key}", input: { ${input} }) { id }`;
const little = '{ bucket: RMB, amount: "0.000001" }';
const ROUTE = 'only-ordinary:ORDINARY';
const sold = (enabled: boolean) => `updateRoute(id: "${ROUTE}", enabled: ${enabled}, input: {}) { id }`;

/** What has changed since, how a new call is refused by then, and what takes back a change that others would meet. */
const SINCE: readonly [string, number, (of: Client) => string, string?][] = [
  ['its run has ended', 400, ({ run }) => `finishAgentRun(id: "${run}") { id }`],
  ['the budget of its run is used up', 429, ({ run }) => `setAgentRunBudget(id: "${run}", budget: [${little}]) { id }`],
  ['its key may not use the model', 403, ofKey('allowedModels: ["free"]')],
  ['its key has another route policy', 403, ofKey('routePolicy: OFFICIAL_ONLY')],
  ['its key has reached a spend limit', 429, ofKey('spendLimits: [{ bucket: RMB, window: DAY, amount: "0.000001" }]')],
  ['its key allows no such charge', 403, ofKey(`maxCharge: [${little}]`)],
  ['its key allows no such price', 403, ofKey('maxPrice: [{ bucket: RMB, input: "0" }]')],
  [
    'its balance is empty',
    429,
    ({ account }) => `adjust(accountId: "${account}", bucket: RMB, amount: "-0.9999", idempotencyKey: "${account}-", memo: "x") { id }`,
  ],
  ['its route is out of use', 404, () => sold(false), sold(true)],
];

onEachDatabase('a call that was settled', (bed, promise) => {
  const mutate = <T>(mutation: string) => graph<T>(bed.gateway.origin, OPERATOR_TOKEN, `mutation { ${mutation} }`);
  const call = ({ secret, run }: Client, key: string, body: object = {}) => {
    const headers = { 'x-forge-run': run, 'idempotency-key': key };
    return postChat(bed.gateway.origin, secret, { model: 'only-ordinary', messages: HI, max_tokens: 100, ...body }, { headers });
  };
  const refusal = async (response: Response) => {
    const { error } = (await response.json()) as { error: { code: string; receipt_id?: string } };
    return { status: response.status, code: error.code, receipt: error.receipt_id };
  };
  /** A key with a balance of one yuan, and a run of it. */
  async function client(): Promise<Client> {
    const account = newId();
    await mutate(`createAccount(id: "${account}", name: "x") { account { id } }`);
    await mutate(`topUp(accountId: "${account}", bucket: RMB, amount: "1", idempotencyKey: "${account}") { id }`);
    const wish = `createApiKey(input: { accountId: "${account}", name: "x" }) { secret apiKey { id } }`;
    const { createApiKey: made } = await mutate<{ createApiKey: { secret: string; apiKey: { id: string } } }>(wish);
    const run = (await (await post(bed.gateway.origin, '/v1/runs', made.secret, { name: 'x' })).json()) as { id: string };
    return { account, key: made.apiKey.id, secret: made.secret, run: run.id };
  }

  promise('is named by its receipt where answers are not kept, also when its run has ended; another body stays a mistake', async () => {
    const caller = await client();
    const first = await call(caller, 'once');
    await first.text();
    await mutate(`finishAgentRun(id: "${caller.run}") { id }`);
    const receipt = first.headers.get('x-request-id') ?? '';
    expect(await refusal(await call(caller, 'once'))).toEqual({ status: 409, code: 'idempotency_settled', receipt });
    expect(await refusal(await call(caller, 'once', { top_p: 0.5 }))).toMatchObject({ status: 422, code: 'idempotency_mismatch' });
    expect(await refusal(await call(caller, 'another'))).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  promise('is waited for while it runs, also when its run has ended meanwhile', async () => {
    const caller = await client();
    const served = bed.a.requests.length;
    const { opened, open } = gate();
    bed.a.next({ gate: { before: 'head', opened } });
    const running = call(caller, 'once');
    await eventually(() => expect(bed.a.requests.length).toBe(served + 1));
    await mutate(`finishAgentRun(id: "${caller.run}") { id }`);
    expect(await refusal(await call(caller, 'once'))).toMatchObject({ status: 409, code: 'idempotency_in_progress' });
    open();
    expect((await running).status).toBe(200);
  });

  promise('is refused as a new call is where it failed at no cost', async () => {
    const caller = await client();
    bed.a.next({ status: 500 });
    expect((await call(caller, 'once')).status).toBe(502);
    await mutate(`finishAgentRun(id: "${caller.run}") { id }`);
    expect(await refusal(await call(caller, 'once'))).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  let keeping = false;
  /** The gateway of the bed, with answers kept. */
  async function kept(): Promise<void> {
    if (keeping) return;
    await bed.gateway.stop();
    const { settings } = bed.gateway;
    bed.gateway = await startGateway({ ...settings, environment: { ...settings.environment, IDEMPOTENCY_RETENTION: '1h' } });
    keeping = true;
  }

  for (const [what, status, change, back] of SINCE) {
    promise(`is answered again as it was, though ${what}`, async () => {
      await kept();
      const caller = await client();
      const first = await call(caller, 'once');
      const text = await first.text();
      await mutate(change(caller));
      const served = bed.a.requests.length;
      const again = await call(caller, 'once');
      expect([again.status, await again.text(), again.headers.get('idempotent-replayed')]).toEqual([200, text, 'true']);
      expect(again.headers.get('x-request-id')).toBe(first.headers.get('x-request-id'));
      expect([(await refusal(await call(caller, 'another'))).status, bed.a.requests.length]).toEqual([status, served]);
      if (back !== undefined) await mutate(back);
    });
  }

  for (const [what, change] of [
    ['paused', 'pauseApiKey'],
    ['revoked', 'revokeApiKey'],
  ]) {
    promise(`is not given to a key that was ${what}`, async () => {
      await kept();
      const caller = await client();
      await (await call(caller, 'once')).text();
      await mutate(`${change}(id: "${caller.key}") { id }`);
      expect(await refusal(await call(caller, 'once'))).toMatchObject({ status: 403, code: `key_${what}` });
    });
  }
});
