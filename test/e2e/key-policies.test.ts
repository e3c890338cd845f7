/** What a key asks of its requests, as a client meets it: how often, how long, how dear, under which names, and from where. */
import { get, graph, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { gatewayThatRefuses, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { connectLive } from '../support/raw-live-client';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const POLICIES =
  'maxAttempts deadlineMs maxPrice { bucket input output } maxCharge { bucket amount } modelAliases { alias model } allowedAddresses';
const NONE = { maxAttempts: null, deadlineMs: null, maxPrice: [], maxCharge: [], modelAliases: [], allowedAddresses: [] };

interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly param: string | null };
}
type Story = ReceiptJson & { readonly model: string | null; readonly modelReason: string | null };

/** The shop with other names for models, and keys that have policies from the start. */
function withAliases(bed: Bed) {
  const { catalog } = bed;
  const [acme, ...others] = catalog.accounts;
  const key = {
    ...{ id: 'bound', name: 'bound', secret: secretOf('bound'), maxAttempts: 1, deadlineMs: 60_000 },
    maxPrice: [{ bucket: 'RMB', output: '4' }],
    modelAliases: [{ alias: 'mine', model: 'only-ordinary' }],
  };
  const local = { id: 'local', name: 'local', secret: secretOf('local'), allowedAddresses: ['127.0.0.1', '2001:db8::/32'] };
  const accounts = [{ ...acme, keys: [...(acme?.keys ?? []), key, local] }, ...others];
  return { ...catalog, accounts, aliases: { 'gpt-4o': 'small' } };
}

onEachDatabase('the policies of a key', (bed, promise) => {
  let hasAliases = false;
  /** From the first promise on the catalog has aliases. */
  const origin = async (): Promise<string> => {
    if (!hasAliases) {
      await bed.gateway.stop();
      const environment = { ...bed.gateway.settings.environment, TRUSTED_PROXIES: '127.0.0.1' };
      bed.gateway = await startGateway({ ...bed.gateway.settings, environment, catalog: withAliases(bed) });
      hasAliases = true;
    }
    return bed.gateway.origin;
  };
  const keyWith = async (input: string): Promise<{ id: string; secret: string }> => {
    const mutation = `mutation { createApiKey(input: { name: "bound", ${input} }) { secret apiKey { id } } }`;
    type Made = { createApiKey: { secret: string; apiKey: { id: string } } };
    const { createApiKey } = await graph<Made>(await origin(), ACME, mutation);
    return { id: createApiKey.apiKey.id, secret: createApiKey.secret };
  };
  const call = async (secret: string, body: object = {}, headers: Record<string, string> = {}) =>
    postChat(await origin(), secret, { model: 'small', messages: HI, max_tokens: 10, ...body }, { headers });
  const story = async (secret: string, response: Response) =>
    (await receipt(await origin(), secret, response.headers.get('x-request-id') ?? '')) as Story;

  promise('are shown as they were given, and take effect at the next request when they change', async () => {
    const given = 'maxAttempts: 2, maxPrice: [{ bucket: RMB, output: "9.5" }], maxCharge: [{ bucket: CREDIT, amount: "0.01" }]';
    const { id, secret } = await keyWith(`${given}, modelAliases: [{ alias: "m", model: "small" }]`);
    const shown = {
      ...{ maxAttempts: 2, deadlineMs: null },
      maxPrice: [{ bucket: 'RMB', input: null, output: '9.5' }],
      maxCharge: [{ bucket: 'CREDIT', amount: '0.01' }],
      modelAliases: [{ alias: 'm', model: 'small' }],
      allowedAddresses: [],
    };
    expect((await graph<{ apiKey: object }>(await origin(), ACME, `{ apiKey(id: "${id}") { ${POLICIES} } }`)).apiKey).toEqual(shown);
    expect(((await (await get(await origin(), '/v1/key', secret)).json()) as { policies: object }).policies).toEqual(shown);
    expect((await call(secret, { model: 'm' })).status).toBe(200);
    const change = `mutation { updateApiKey(id: "${id}", input: { maxPrice: [{ bucket: RMB, input: "0.5" }], modelAliases: null }) { ${POLICIES} } }`;
    expect((await graph<{ updateApiKey: object }>(await origin(), ACME, change)).updateApiKey).toEqual({
      ...shown,
      maxPrice: [{ bucket: 'RMB', input: '0.5', output: null }],
      modelAliases: [],
    });
    expect((await call(secret)).status).toBe(403);
    expect((await call(secret, { model: 'm' })).status).toBe(404);
    const lift = `mutation { updateApiKey(id: "${id}", input: { maxAttempts: null, maxPrice: null, maxCharge: [] }) { ${POLICIES} } }`;
    expect((await graph<{ updateApiKey: object }>(await origin(), ACME, lift)).updateApiKey).toEqual(NONE);
    expect((await call(secret)).status).toBe(200);
    const entries = '{ auditLog(first: 1) { edges { node { action before after } } } }';
    const { auditLog } = await graph<{ auditLog: { edges: { node: { before: string; after: string } }[] } }>(await origin(), ACME, entries);
    expect(auditLog.edges[0]?.node.before).toContain('"maxAttempts":2');
    expect(auditLog.edges[0]?.node.after).toContain('"maxAttempts":null');
  });

  promise('are refused with the field that is wrong', async () => {
    for (const [input, message] of [
      ['maxAttempts: 0', 'maxAttempts must be a whole number from 1 to 100'],
      ['deadlineMs: 5', 'deadlineMs must be a whole number from 100'],
      ['maxPrice: [{ bucket: RMB }]', 'maxPrice\\[0\\] must have .*input.*output.* or both'],
      ['maxCharge: [{ bucket: RMB, amount: "0" }]', 'maxCharge\\[0\\].amount must be above zero'],
      ['maxCharge: [{ bucket: RMB, amount: "1" }, { bucket: RMB, amount: "2" }]', 'repeats the ceiling for RMB'],
      ['modelAliases: [{ alias: "x", model: "nothing" }]', 'names the model .*nothing.*, which does not exist'],
      ['modelAliases: [{ alias: "small", model: "free" }, { alias: "x", model: "small" }]', 'small.* is an alias of this key'],
      ['allowedAddresses: ["10.0.0.0/8", "office"]', 'allowedAddresses\\[1\\] must be an address or a range such as 203.0.113.0/24'],
    ] as const) {
      await expect(keyWith(input)).rejects.toThrow(new RegExp(message));
    }
  });

  promise('of the catalog bind a key from the start: one attempt, no dear channel, a name of its own', async () => {
    const secret = secretOf('bound');
    await origin();
    bed.a.next({ status: 500 });
    const response = await call(secret);
    expect([response.status, ((await response.json()) as ErrorBody).error.code]).toEqual([502, 'upstream_failed']);
    const { attempts, fallbackCount } = await story(secret, response);
    expect(fallbackCount).toBe(0);
    expect(attempts).toMatchObject([
      { channel: { id: 'cheap-a' }, status: 'FAILED' },
      { channel: { id: 'cheap-b' }, status: 'SKIPPED', errorCode: 'price_ceiling' },
    ]);
    expect(await story(secret, await call(secret, { model: 'mine' }))).toMatchObject({ requestedModel: 'mine', model: 'only-ordinary' });
  });

  promise('end a request at its deadline, in their own words, and the header narrows it', async () => {
    const { secret } = await keyWith('deadlineMs: 60000');
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    bed.a.next({ gate: { before: 'head', opened } });
    const response = await call(secret, {}, { 'x-forge-deadline-ms': '400' });
    const { error } = (await response.json()) as ErrorBody;
    open();
    expect([response.status, error.code, error.message]).toEqual([
      504,
      'upstream_timeout',
      'The request must end within 400 ms, as x-forge-deadline-ms says.',
    ]);
    const told = await story(secret, response);
    expect(told).toMatchObject({ stopReason: 'UPSTREAM_TIMEOUT', charge: '0' });
    expect(told.attempts.map(({ status, errorCode }) => [status, errorCode])).toEqual([['CANCELLED', 'deadline']]);
    const wrong = await call(secret, {}, { 'x-forge-deadline-ms': 'soon' });
    expect([wrong.status, ((await wrong.json()) as ErrorBody).error.param]).toEqual([400, 'x-forge-deadline-ms']);
    const route = await call(secret, {}, { 'x-forge-route': 'cheapest' });
    expect([route.status, ((await route.json()) as ErrorBody).error.param]).toEqual([400, 'x-forge-route']);
  });

  promise('refuse what is dearer, say so before it happens, and in the same words after it', async () => {
    const { id, secret } = await keyWith('maxPrice: [{ bucket: RMB, input: "0.5" }], maxCharge: [{ bucket: CREDIT, amount: "0.000001" }]');
    const served = bed.a.requests.length;
    const response = await call(secret);
    const { error } = (await response.json()) as ErrorBody;
    expect([response.status, error.code]).toEqual([403, 'price_ceiling']);
    expect(error.message).toMatch(/The channel "cheap-a" costs 1 CNY per million tokens of input, and the key allows 0\.5\./);
    expect(await story(secret, response)).toMatchObject({ stopReason: 'REFUSED', bucket: 'RMB', hold: null, charge: '0' });
    expect(bed.a.requests.length).toBe(served);
    const query = `{ routePreview(input: { apiKeyId: "${id}", model: "small" }) { callable reason bucket }
      apiKey(id: "${id}") { callableModels { model callable reason } } }`;
    type Told = {
      routePreview: { callable: boolean; reason: string; bucket: string };
      apiKey: { callableModels: { model: string; reason: string }[] };
    };
    const { routePreview, apiKey } = await graph<Told>(await origin(), ACME, query);
    expect(routePreview).toMatchObject({ callable: false, bucket: 'RMB' });
    expect(routePreview.reason).toContain(error.message);
    expect(apiKey.callableModels.find(({ model }) => model === 'small')?.reason).toContain(error.message);
    const { secret: official } = await keyWith('routePolicy: OFFICIAL_ONLY, maxCharge: [{ bucket: CREDIT, amount: "0.000001" }]');
    const dear = await call(official);
    expect([dear.status, ((await dear.json()) as ErrorBody).error.message]).toEqual([
      403,
      expect.stringMatching(/^This request can cost up to [\d.]+ USD on the route small:OFFICIAL, and the key allows 0\.000001 USD/),
    ]);
  });

  promise('and other names of models are listed, served, and told on the receipt', async () => {
    const { secret } = await keyWith('allowedModels: ["small"], modelAliases: [{ alias: "mini", model: "small" }]');
    const { data } = (await (await get(await origin(), '/v1/models', secret)).json()) as { data: { id: string; alias_of?: string }[] };
    expect(data.map(({ id, alias_of }) => [id, alias_of])).toEqual([
      ['small', undefined],
      ['gpt-4o', 'small'],
      ['mini', 'small'],
    ]);
    expect((await (await get(await origin(), '/v1/models/gpt-4o', secret)).json()) as object).toMatchObject({
      id: 'gpt-4o',
      object: 'model',
    });
    const told = await story(secret, await call(secret, { model: 'gpt-4o' }));
    expect(told).toMatchObject({
      ...{ status: 'SUCCEEDED', requestedModel: 'gpt-4o', model: 'small', upstreamModel: 'small-2025' },
      modelReason: 'The name "gpt-4o" stands for the model "small".',
    });
    expect(bed.a.requests.at(-1)?.body.model).toBe('small-2025');
    const query = `{ receipt(id: "${told.id}") { requestedModel model modelReason } }`;
    expect((await graph<{ receipt: object }>(await origin(), secret, query)).receipt).toEqual({
      ...{ requestedModel: 'gpt-4o', model: 'small', modelReason: told.modelReason },
    });
  });

  promise('keep a key to its addresses on every surface, behind a proxy as well, with a receipt that names the place', async () => {
    const secret = secretOf('local');
    const elsewhere = { 'x-forwarded-for': '192.0.2.1, 198.51.100.7' };
    const served = bed.a.requests.length;
    const refused = await call(secret, {}, elsewhere);
    const { error } = (await refused.json()) as ErrorBody;
    expect([refused.status, error.code, error.message]).toEqual([
      403,
      'address_not_allowed',
      'The API key may not be used from 198.51.100.7.',
    ]);
    expect(await story(secret, refused)).toMatchObject({
      stopReason: 'REFUSED',
      errorCode: 'address_not_allowed',
      hold: null,
      charge: '0',
    });
    expect(bed.a.requests.length).toBe(served);
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...elsewhere };
    for (const path of ['/v1/models', '/v1/key', `/v1/receipts/${refused.headers.get('x-request-id')}`]) {
      expect([path, (await fetch(`${await origin()}${path}`, { headers })).status]).toEqual([path, 403]);
    }
    const asked = await fetch(`${await origin()}/graphql`, { method: 'POST', headers, body: '{"query":"{ wallets { id } }"}' });
    expect(await asked.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN', faultCode: 'address_not_allowed' } }] });
    expect((await call(secret, {}, { 'x-forwarded-for': '2001:db8::7' })).status).toBe(200);
    expect((await call(secret)).status).toBe(200);
  });

  promise('cut off whoever follows from an address that is allowed no more', async () => {
    const { id, secret } = await keyWith('allowedAddresses: ["198.51.100.0/24"]');
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    await expect(connectLive(await origin(), secret, from('203.0.113.1'))).rejects.toThrow('closed with 4403');
    const near = await connectLive(await origin(), secret, from('198.51.100.1'));
    const far = await connectLive(await origin(), secret, from('198.51.100.200'));
    const change = `mutation { updateApiKey(id: "${id}", input: { allowedAddresses: ["198.51.100.0/25"] }) { allowedAddresses } }`;
    expect(await graph(await origin(), ACME, change)).toEqual({ updateApiKey: { allowedAddresses: ['198.51.100.0/25'] } });
    expect(await far.closed).toEqual({ code: 4403, reason: 'The API key may not be used from 198.51.100.200.' });
    near.send({ type: 'ping' });
    await near.hears(({ type }) => type === 'pong');
    near.socket.close();
  });

  promise('come from a catalog without chains and circles of names', async () => {
    const aliases = { one: 'two', two: 'one', three: 'gpt', gpt: 'small', small: 'free', lost: 'nothing' };
    const { code, stderr } = await gatewayThatRefuses({ ...bed.gateway.settings, catalog: { ...bed.catalog, aliases } });
    expect(code).toBe(78);
    expect(stderr).toContain('aliases.one: leads in a circle, and to no model: one -> two -> one');
    expect(stderr).toContain('aliases.three: must name a model itself, and not another alias: three -> gpt -> small -> free');
    expect(stderr).toContain('aliases.small: is the id of a model already');
    expect(stderr).toContain('aliases.lost: unknown model "nothing"');
  });
});
