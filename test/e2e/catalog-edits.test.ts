/** Channels, models and routes that the operator makes, changes and retires over the graph, beside the catalog's file. */
import { eventually } from '../support/eventually';
import { graph, graphAnswer, postChat, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const SECRET = 'sk-upstream-made-over-the-graph';
const ROUTE =
  '{ id enabled price { versionId input } upcomingPrices { input effectiveFrom } channels { channel { id } upstreamModel maxAttempts price { input } cost { input } } }';

interface RouteJson {
  readonly id: string;
  readonly enabled: boolean;
  readonly price: { readonly versionId: string; readonly input: string };
  readonly upcomingPrices: readonly { readonly input: string; readonly effectiveFrom: string }[];
  readonly channels: readonly {
    readonly channel: { readonly id: string };
    readonly upstreamModel: string;
    readonly price: { readonly input: string } | null;
  }[];
}

onEachDatabase('the catalog that is made over the graph', (bed, promise) => {
  const ask = <T>(query: string, variables: object = {}, token = OPERATOR_TOKEN) => graph<T>(bed.gateway.origin, token, query, variables);
  const change = async <T>(name: string, args: string, given: Record<string, unknown>, selection: string): Promise<T> => {
    const declared = args.split(',').map((each) => each.trim());
    const passed = declared.map((each) => `${each.split(':')[0]?.replace('$', '')}: ${each.split(':')[0]}`);
    return (await ask<Record<string, T>>(`mutation(${args}) { ${name}(${passed.join(', ')}) ${selection} }`, given))[name] as T;
  };
  const createChannel = (input: object) =>
    change<{ id: string }>('createChannel', '$input: ChannelDeclaration!', { input }, '{ id name baseUrl status }');
  const updateChannel = (id: string, input: object) =>
    change<{ name: string }>('updateChannel', '$id: ID!, $input: ChannelChange!', { id, input }, '{ id name baseUrl status }');
  const createModel = (input: object) =>
    change('createModel', '$input: ModelDeclaration!', { input }, '{ id contextWindow maxOutputTokens }');
  const createRoute = (input: object) => change<RouteJson>('createRoute', '$input: RouteDeclaration!', { input }, ROUTE);
  const updateRoute = (id: string, input: object, more: Record<string, unknown> = {}) =>
    change<RouteJson>(
      'updateRoute',
      '$id: ID!, $input: RouteChange!, $enabled: Boolean, $priceFrom: DateTime',
      { id, input, ...more },
      ROUTE,
    );
  const retire = (what: 'Channel' | 'Model' | 'Route', id: string) => change<{ id: string }>(`retire${what}`, '$id: ID!', { id }, '{ id }');
  const routeOf = async (model: string) =>
    (await ask<{ routes: RouteJson[] }>(`query($m: String) { routes(model: $m) ${ROUTE} }`, { m: model })).routes[0];
  const channelOf = async (id: string) =>
    (
      await ask<{ channels: { id: string; name: string; protocol: string; baseUrl: string }[] }>(
        '{ channels { id name protocol baseUrl } }',
      )
    ).channels.find((one) => one.id === id);
  const channel = (id: string, more: object = {}) => ({ id, protocol: 'openai', baseUrl: bed.b.baseUrl, apiKey: SECRET, ...more });
  const call = async (model: string, origin = bed.gateway.origin) => {
    const response = await postChat(origin, CHAT, { model, messages: HI });
    await response.text();
    return receipt(origin, CHAT, response.headers.get('x-request-id') ?? '');
  };
  const restart = async (catalog: object) => {
    expect((await bed.gateway.stop()).code).toBe(0);
    bed.gateway = await startGateway({ ...bed.gateway.settings, catalog });
  };
  /** A channel, a model and a route of their own, by name. */
  const made = async (name: string) => {
    await createChannel(channel(name));
    await createModel({ id: name, contextWindow: 8_000, maxOutputTokens: 1_000 });
    return createRoute({ model: name, type: 'ORDINARY', price: { input: '1', output: '4' }, channels: [{ channel: name }] });
  };

  promise('serves what was made, at its price, through its channel, and shows the secret to nobody', async () => {
    await made('served');
    const served = await call('served');
    expect(served).toMatchObject({ status: 'SUCCEEDED', finalChannel: { id: 'served' }, price: { input: '1' } });
    expect(bed.b.requests.at(-1)?.headers['authorization']).toBe(`Bearer ${SECRET}`);
    await updateChannel('served', { apiKey: `${SECRET}-2` });
    await call('served');
    expect(bed.b.requests.at(-1)?.headers['authorization']).toBe(`Bearer ${SECRET}-2`);
    const query =
      '{ auditLog(first: 100) { nodes { action target outcome before after } } channels { id name protocol baseUrl status health } }';
    const seen = await ask<{
      auditLog: { nodes: { action: string; target: string; outcome: string; before: string | null; after: string | null }[] };
    }>(query);
    expect(JSON.stringify(seen)).not.toContain(SECRET);
    const [updated] = seen.auditLog.nodes.filter(({ action, target }) => action === 'updateChannel' && target === 'served');
    expect(updated).toMatchObject({ outcome: 'DONE', before: expect.stringContaining('"apiKey":"sha256:') });
    expect(updated?.after).not.toBe(updated?.before);
  });

  promise('changes what a channel speaks, and no receipt of before', async () => {
    await made('spoken');
    const before = await call('spoken');
    expect(before).toMatchObject({
      finalChannel: { protocol: 'openai' },
      attempts: [{ protocol: 'openai', channel: { protocol: 'openai' } }],
    });
    await updateChannel('spoken', { protocol: 'gemini' });
    expect(await channelOf('spoken')).toMatchObject({ protocol: 'gemini' });
    expect(await receipt(bed.gateway.origin, CHAT, before.id)).toEqual(before);
    const query = `query($id: ID!) { receipt(id: $id) { finalChannel { protocol } attempts { protocol channel { protocol } } } }`;
    expect(await ask(query, { id: before.id })).toEqual({
      receipt: { finalChannel: { protocol: 'openai' }, attempts: [{ protocol: 'openai', channel: { protocol: 'openai' } }] },
    });
  });

  promise('sells what one mutation of a request made to the next one', async () => {
    const model = 'a: createModel(input: { id: "at-once", contextWindow: 100, maxOutputTokens: 100 }) { id }';
    const key = 'b: createApiKey(input: { accountId: "acme", name: "n", allowedModels: ["at-once"] }) { apiKey { allowedModels } }';
    expect(await ask(`mutation { ${model} ${key} c: retireModel(id: "at-once") { id } }`)).toMatchObject({
      b: { apiKey: { allowedModels: ['at-once'] } },
    });
  });

  promise('changes only what is written: steps in another order, a price, deadlines, a name', async () => {
    const before = await made('changed');
    await createChannel(channel('changed-b'));
    const steps = [
      { channel: 'changed-b', upstreamModel: 'other', maxAttempts: 2, price: { input: '9', output: '9' } },
      { channel: 'changed' },
    ];
    const moved = await updateRoute('changed:ORDINARY', { channels: steps });
    expect(moved.channels).toMatchObject([
      { channel: { id: 'changed-b' }, upstreamModel: 'other', maxAttempts: 2, price: { input: '9' } },
      { channel: { id: 'changed' } },
    ]);
    expect(moved.price).toEqual(before.price);
    const dearer = await updateRoute('changed:ORDINARY', { price: { input: '2', output: '4' } });
    expect([dearer.price.input, dearer.channels.length]).toEqual(['2', 2]);
    expect(dearer.price.versionId).not.toBe(before.price.versionId);
    expect((await updateChannel('changed', { name: 'Renamed', timeouts: { connectMs: 1_000 } })).name).toBe('Renamed');
    expect((await updateChannel('changed', { name: null })).name).toBe('changed');
    expect(
      await change(
        'updateModel',
        '$id: ID!, $input: ModelChange!',
        { id: 'changed', input: { maxOutputTokens: 500 } },
        '{ contextWindow maxOutputTokens }',
      ),
    ).toEqual({
      contextWindow: 8_000,
      maxOutputTokens: 500,
    });
  });

  promise('takes a route out of use and back, and begins its price when it is to begin', async () => {
    await made('switched');
    expect((await updateRoute('switched:ORDINARY', {}, { enabled: false })).enabled).toBe(false);
    expect((await call('switched')).errorCode).toBe('model_not_found');
    await updateRoute('switched:ORDINARY', {}, { enabled: true });
    expect((await call('switched')).status).toBe('SUCCEEDED');
    const later = await updateRoute('switched:ORDINARY', { price: { input: '7', output: '7' } }, { priceFrom: '2031-01-01T00:00:00.000Z' });
    expect(later).toMatchObject({ price: { input: '1' }, upcomingPrices: [{ input: '7', effectiveFrom: '2031-01-01T00:00:00.000Z' }] });
    await expect(updateRoute('switched:ORDINARY', {}, { priceFrom: '2031-01-01T00:00:00.000Z' })).rejects.toThrow(
      /priceFrom belongs to a price/,
    );
    const past = { priceFrom: '2020-01-01T00:00:00.000Z' };
    await expect(updateRoute('switched:ORDINARY', { price: { input: '7', output: '7' } }, past)).rejects.toThrow(/priceFrom has passed/);
  });

  promise('names every fault at once with its path, and writes nothing then', async () => {
    const bad = channel('bad id', { baseUrl: 'https://user:pass@example.com/v1', apiKey: 'with space', timeouts: { connectMs: 0 } });
    const refused = createChannel(bad);
    for (const part of [
      /id: must have 1 to 64/,
      /baseUrl: must not hold a user name/,
      /apiKey: must be of visible/,
      /timeouts\.connectMs: must be at least 1/,
    ]) {
      await expect(refused).rejects.toThrow(part);
    }
    await expect(createChannel(channel('cheap-a'))).rejects.toThrow(/id: another channel has the id \\"cheap-a\\"/);
    await expect(createChannel(channel('from-env', { apiKey: '${MASTER_KEY}' }))).rejects.toThrow(/apiKey: refers to the environment/);
    const wrong = createRoute({
      model: 'nothing',
      type: 'ORDINARY',
      price: { input: '-1', output: 'x' },
      channels: [{ channel: 'nowhere', maxAttempts: 99 }],
    });
    for (const part of [
      /model: unknown model/,
      /price\.input: must not be negative/,
      /price\.output: must be a decimal/,
      /channels\[0\]\.channel: unknown channel/,
      /channels\[0\]\.maxAttempts: must be at most 10/,
    ]) {
      await expect(wrong).rejects.toThrow(part);
    }
    const twice = { model: 'small', type: 'ORDINARY', price: { input: '1', output: '1' }, channels: [{ channel: 'cheap-a' }] };
    await expect(createRoute(twice)).rejects.toThrow(/another route has the model and type small:ORDINARY/);
    await expect(updateRoute('small:ORDINARY', { channels: [] })).rejects.toThrow(/channels: must have at least 1/);
    for (const [what, id] of [
      ['Channel', 'nobody-at-all'],
      ['Model', 'nobody'],
      ['Route', 'nobody:ORDINARY'],
    ] as const) {
      await expect(retire(what, id)).rejects.toThrow(/There is no/);
    }
    expect(await channelOf('bad id')).toBeUndefined();
    expect(await channelOf('from-env')).toBeUndefined();
  });

  promise('points a channel at no private address, unless the operator of the process allows it', async () => {
    const guarded = await startGateway({ databaseUrl: 'sqlite:./guarded.sqlite', environment: { UPSTREAM_ALLOW_PRIVATE: 'false' } });
    try {
      for (const baseUrl of ['http://127.0.0.1:1/v1', 'http://169.254.169.254/latest', 'http://[::1]/v1', 'http://localhost/v1']) {
        const input = { ...channel('private'), baseUrl };
        const { errors } = await graphAnswer(
          guarded.origin,
          OPERATOR_TOKEN,
          'mutation($i: ChannelDeclaration!) { createChannel(input: $i) { id } }',
          { i: input },
        );
        expect(errors?.[0]?.message).toMatch(/baseUrl: points at/);
      }
    } finally {
      await guarded.stop();
    }
  });

  promise('retires what nothing uses any more; receipts go on naming it, and a name may be used again', async () => {
    await made('retired');
    const old = await call('retired');
    await expect(retire('Channel', 'retired')).rejects.toThrow(/is used by the routes retired:ORDINARY/);
    await expect(retire('Model', 'retired')).rejects.toThrow(/is used by the routes retired:ORDINARY/);
    for (const [what, id] of [
      ['Route', 'retired:ORDINARY'],
      ['Model', 'retired'],
      ['Channel', 'retired'],
    ] as const)
      await retire(what, id);
    expect((await call('retired')).errorCode).toBe('model_not_found');
    expect(await channelOf('retired')).toBeUndefined();
    const still = JSON.parse(JSON.stringify(await receipt(bed.gateway.origin, CHAT, old.id)).replaceAll('DISABLED', 'ENABLED')) as object;
    expect(still).toEqual(old);
    const again = await made('retired');
    expect(again.enabled).toBe(true);
    expect(await call('retired')).toMatchObject({ status: 'SUCCEEDED', finalChannel: { id: 'retired' } });
    expect((await receipt(bed.gateway.origin, CHAT, old.id)).price).toEqual(old.price);
  });

  promise('stands over restarts, until the file declares something else of the same thing', async () => {
    await made('standing');
    await updateChannel('cancel-a', { name: 'Named over the graph' });
    await updateRoute('hasty:ORDINARY', { channels: [{ channel: 'cheap-b' }] });
    const { catalog } = bed;
    await restart(catalog);
    expect(await channelOf('cancel-a')).toMatchObject({ name: 'Named over the graph' });
    expect((await routeOf('hasty'))?.channels).toMatchObject([{ channel: { id: 'cheap-b' } }]);
    const elsewhere = {
      ...catalog,
      models: catalog.models.map((model) => (model.id === 'vast' ? { ...model, maxOutputTokens: 77 } : model)),
    };
    await restart(elsewhere);
    expect((await routeOf('hasty'))?.channels).toMatchObject([{ channel: { id: 'cheap-b' } }]);
    expect((await call('standing')).status).toBe('SUCCEEDED');
    const named = elsewhere.channels.map((one) => (one.id === 'cancel-a' ? { ...one, name: 'Named in the file' } : one));
    await restart({ ...elsewhere, channels: named });
    expect(await channelOf('cancel-a')).toMatchObject({ name: 'Named in the file' });
    expect((await routeOf('hasty'))?.channels).toMatchObject([{ channel: { id: 'cheap-b' } }]);
    expect((await call('standing')).status).toBe('SUCCEEDED');
  });

  promise('is changed by the operator alone', async () => {
    for (const token of [tokenOf('acme'), CHAT]) {
      await expect(
        ask('mutation($i: ChannelDeclaration!) { createChannel(input: $i) { id } }', { i: channel('theirs') }, token),
      ).rejects.toThrow(/Only the operator/);
      await expect(ask('mutation { retireRoute(id: "small:ORDINARY") { id } }', {}, token)).rejects.toThrow(/Only the operator/);
      await expect(ask('mutation { updateModel(id: "small", input: { contextWindow: 1 }) { id } }', {}, token)).rejects.toThrow(
        /Only the operator/,
      );
    }
  });

  promise('reaches every process within two seconds', async () => {
    if (bed.kind === 'sqlite') return; // One process owns the file.
    const other = await startGateway(bed.gateway.settings);
    try {
      await made('everywhere');
      await eventually(async () => expect((await call('everywhere', other.origin)).status).toBe('SUCCEEDED'));
      await retire('Route', 'everywhere:ORDINARY');
      await eventually(async () => expect((await call('everywhere', other.origin)).errorCode).toBe('model_not_found'));
    } finally {
      await other.stop();
    }
  });

  promise('retires no model that research runs write with', async () => {
    await retire('Route', 'stubborn:ORDINARY');
    await expect(retire('Model', 'stubborn')).rejects.toThrow(/is what research runs write with: name another one/);
  });
});
