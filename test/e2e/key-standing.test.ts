/** Where a key stands, over REST and in the graph, and limits that are raised while it is used. */
import { eventually, gate, SLACK_MS } from '../support/eventually';
import { get, graph, postChat } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { HI, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const CALL = { model: 'only-ordinary', messages: HI, max_tokens: 10 };
/** One token in and three out, and what is held for them. */
const CHARGE = '0.000013';
const HOLD = '0.000058';

interface Made {
  readonly secret: string;
  readonly apiKey: { readonly id: string };
}

async function keyWith(bed: Bed, input: string): Promise<Made> {
  const mutation = `mutation { createApiKey(input: { name: "standing", ${input} }) { secret apiKey { id } } }`;
  return (await graph<{ createApiKey: Made }>(bed.gateway.origin, ACME, mutation)).createApiKey;
}

async function codeOf(origin: string, secret: string): Promise<string> {
  const response = await postChat(origin, secret, CALL);
  const body = (await response.json()) as { error?: { code: string } };
  return body.error?.code ?? 'served';
}

const LIMITED = 'projectId: "acme-bots", concurrency: 5, spendLimits: [{ bucket: RMB, window: MONTH, amount: "0.0001" }]';

onEachDatabase('where a key stands', (bed, promise) => {
  const standing = async (secret: string) => {
    const response = await get(bed.gateway.origin, '/v1/key', secret);
    return [response.status, await response.json()] as [number, Record<string, unknown>];
  };

  promise('GET /v1/key says what is used, held and left, while a request runs and after it', async () => {
    const { secret, apiKey } = await keyWith(bed, LIMITED);
    const { opened, open } = gate();
    bed.a.script('only-ordinary', { gate: { before: 'head', opened } });
    const before = bed.a.requests.length;
    const running = postChat(bed.gateway.origin, secret, CALL);
    await eventually(() => expect(bed.a.requests.length).toBe(before + 1));
    const limit = { bucket: 'RMB', window: 'MONTH', currency: 'CNY', amount: '0.0001' };
    expect(await standing(secret)).toMatchObject([
      200,
      {
        ...{
          id: apiKey.id,
          status: 'ACTIVE',
          routePolicy: 'ORDINARY_ONLY',
          allowedModels: null,
          project: { id: 'acme-bots' },
          expiresAt: null,
        },
        limits: { requestsPerMinute: null, concurrency: 5, spend: [{ ...limit, used: '0', held: HOLD, remaining: '0.000042' }] },
        rates: { requests: null, tokens: null, concurrency: { limit: 5, remaining: 4 } },
      },
    ]);
    open();
    await (await running).text();
    const [, after] = await standing(secret);
    expect(after).toMatchObject({
      limits: { spend: [{ ...limit, used: CHARGE, held: '0', remaining: '0.000087' }] },
      rates: { concurrency: { limit: 5, remaining: 5 } },
      lastUsedAt: expect.any(String),
    });
    const { spend, wallets } = after as { spend: { bucket: string; window: string; amount: string }[]; wallets: object[] };
    expect(spend).toHaveLength(8);
    for (const { bucket, amount } of spend) expect(amount).toBe(bucket === 'RMB' ? CHARGE : '0');
    expect(wallets).toEqual([expect.objectContaining({ id: 'acme:RMB', bucket: 'RMB', currency: 'CNY', available: expect.any(String) })]);
    const query = `{ apiKey(id: "${apiKey.id}") { spend(window: DAY) { bucket amount } limits { spend { used held remaining } } } }`;
    expect(await graph(bed.gateway.origin, secret, query)).toEqual({
      apiKey: {
        spend: [
          { bucket: 'RMB', amount: CHARGE },
          { bucket: 'CREDIT', amount: '0' },
        ],
        limits: { spend: [{ used: CHARGE, held: '0', remaining: '0.000087' }] },
      },
    });
  });

  promise('GET /v1/key tells nothing of another key, and nothing without a key', async () => {
    const other = await keyWith(bed, LIMITED);
    const [status, body] = await standing((await keyWith(bed, 'routePolicy: OFFICIAL_FIRST')).secret);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(other.apiKey.id);
    expect((body['wallets'] as { id: string }[]).map(({ id }) => id)).toEqual(['acme:RMB', 'acme:CREDIT']);
    expect((await get(bed.gateway.origin, '/v1/key', null)).status).toBe(401);
    expect((await get(bed.gateway.origin, '/v1/key', ACME)).status).toBe(401);
  });

  promise('a limit that is raised lets the next request pass at once', async () => {
    const { secret, apiKey } = await keyWith(bed, 'requestsPerMinute: 1, spendLimits: [{ bucket: RMB, window: DAY, amount: "0.00006" }]');
    expect(await codeOf(bed.gateway.origin, secret)).toBe('served');
    expect(await codeOf(bed.gateway.origin, secret)).toBe('rate_limit_exceeded');
    const update = (input: string) =>
      graph(bed.gateway.origin, ACME, `mutation { updateApiKey(id: "${apiKey.id}", input: { ${input} }) { id } }`);
    await update('requestsPerMinute: null');
    expect(await codeOf(bed.gateway.origin, secret)).toBe('spend_limit_reached');
    await update('spendLimits: [{ bucket: RMB, window: DAY, amount: "1" }]');
    expect(await codeOf(bed.gateway.origin, secret)).toBe('served');
  });

  promise('a limit of the project binds all its keys together, and its counters show it', async () => {
    const project = 'globex-bots';
    const set = (limits: string) =>
      graph<{ setProjectSpendLimits: { spendLimits: object[] } }>(
        bed.gateway.origin,
        tokenOf('globex'),
        `mutation { setProjectSpendLimits(projectId: "${project}", spendLimits: [${limits}]) { spendLimits { amount used held remaining } } }`,
      );
    const made = async () => {
      const mutation = `mutation { createApiKey(input: { name: "k", projectId: "${project}" }) { secret apiKey { id } } }`;
      return (await graph<{ createApiKey: Made }>(bed.gateway.origin, tokenOf('globex'), mutation)).createApiKey.secret;
    };
    const [one, two] = [await made(), await made()];
    await set('{ bucket: RMB, window: LIFETIME, amount: "0.00007" }');
    expect(await codeOf(bed.gateway.origin, one)).toBe('served');
    expect(await codeOf(bed.gateway.origin, two)).toBe('spend_limit_reached');
    const { setProjectSpendLimits } = await set('{ bucket: RMB, window: LIFETIME, amount: "1" }');
    expect(setProjectSpendLimits.spendLimits).toEqual([{ amount: '1', used: CHARGE, held: '0', remaining: '0.999987' }]);
    expect(await codeOf(bed.gateway.origin, two)).toBe('served');
  });
});

onEachDatabase(
  'a change of limits',
  (bed, promise) => {
    promise('reaches another process within two seconds', async () => {
      const { secret, apiKey } = await keyWith(bed, '');
      const other = await startGateway(bed.gateway.settings);
      try {
        expect(await codeOf(other.origin, secret)).toBe('served');
        await graph(bed.gateway.origin, ACME, `mutation { updateApiKey(id: "${apiKey.id}", input: { allowedModels: ["small"] }) { id } }`);
        await eventually(async () => expect(await codeOf(other.origin, secret)).toBe('model_not_allowed'), 2_000 + SLACK_MS);
      } finally {
        expect((await other.stop()).code).toBe(0);
      }
    });
  },
  ['mysql'],
);
