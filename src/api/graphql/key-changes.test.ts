import { ACME, CHAT, GLOBEX, type GraphWorld, graphWorld, OPERATOR } from '../../../test/support/graph-world';
import { hashSecret } from '../../kernel/secret';

let world: GraphWorld;

beforeEach(async () => {
  world = await graphWorld();
});

afterEach(() => world.app.close());

const CREATE =
  'mutation Make($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id name prefix status routePolicy crossBucketFallback project { id } } } }';

interface Created {
  readonly secret: string;
  readonly apiKey: { readonly id: string; readonly prefix: string };
}

const createdIn = (data: Record<string, unknown> | null, field = 'createApiKey') => data?.[field] as Created;

describe('a new key', () => {
  it('calls with the secret that is shown once and stored only as a hash', async () => {
    const { data, errors } = await world.ask(ACME, CREATE, { input: { name: ' new ', projectId: 'bots' } });
    expect(errors).toEqual([]);
    const { secret, apiKey } = createdIn(data);
    expect(apiKey).toMatchObject({
      name: 'new',
      status: 'ACTIVE',
      routePolicy: 'ORDINARY_ONLY',
      crossBucketFallback: false,
      project: { id: 'bots' },
    });
    expect(secret.startsWith(apiKey.prefix.slice(0, -1))).toBe(true);
    expect(world.keys.secrets.has(hashSecret(secret))).toBe(true);
    expect((await world.ask(secret, '{ apiKeys { id } }')).data).toEqual({ apiKeys: [{ id: apiKey.id }] });
  });

  it('is made by the operator for an account that is named', async () => {
    expect((await world.ask(OPERATOR, CREATE, { input: { name: 'n' } })).errors[0]?.extensions['param']).toBe('accountId');
    const { data } = await world.ask(OPERATOR, CREATE, { input: { name: 'n', accountId: 'globex' } });
    expect(world.keys.keys.get(createdIn(data).apiKey.id)?.accountId).toBe('globex');
  });

  it('is never made for another account, which is as one that does not exist', async () => {
    const [foreign, missing] = await Promise.all(
      ['globex', 'nobody'].map((accountId) => world.ask(ACME, CREATE, { input: { name: 'n', accountId } })),
    );
    expect(foreign?.errors[0]?.extensions['code']).toBe('NOT_FOUND');
    expect(missing?.errors[0]?.extensions['code']).toBe('NOT_FOUND');
  });
});

describe('a change of a key', () => {
  it('is shown by all that is asked below it, also behind another one in the same request', async () => {
    const below = '{ project { apiKeys { id status } } }';
    const { data } = await world.ask(ACME, `mutation { a: pauseApiKey(id: "chat") ${below} b: resumeApiKey(id: "chat") ${below} }`);
    const shown = (status: string) => ({ project: { apiKeys: expect.arrayContaining([{ id: 'chat', status }]) } });
    expect(data).toEqual({ a: shown('PAUSED'), b: shown('ACTIVE') });
  });

  it('is effective at once, also where the key was remembered', async () => {
    const states: (string | undefined)[] = [];
    for (const change of ['pauseApiKey', 'resumeApiKey', 'revokeApiKey']) {
      await world.ask(CHAT, '{ __typename }');
      const { errors } = await world.ask(ACME, `mutation { ${change}(id: "chat") { status } }`);
      expect(errors).toEqual([]);
      states.push((await world.ask(CHAT, '{ __typename }')).errors[0]?.extensions['faultCode'] as string | undefined);
    }
    expect(states).toEqual(['key_paused', undefined, 'key_revoked']);
  });

  it('gives a new secret, and lets the old one live for as long as was asked', async () => {
    const { data } = await world.ask(ACME, 'mutation { rotateApiKey(id: "chat", overlapSeconds: 60) { secret apiKey { id prefix } } }');
    const { secret } = createdIn(data, 'rotateApiKey');
    const works = async (token: string) => (await world.ask(token, '{ __typename }')).status === 200;
    expect([await works(secret), await works(CHAT)]).toEqual([true, true]);
    world.clock.time += 60_000;
    expect([await works(secret), await works(CHAT)]).toEqual([true, false]);
  });

  it.each([
    ['an API key, even of itself', CHAT, 'FORBIDDEN'],
    ['another account', GLOBEX, 'NOT_FOUND'],
  ])('is refused to %s', async (_who, token, code) => {
    for (const change of ['pauseApiKey', 'resumeApiKey', 'revokeApiKey']) {
      expect((await world.ask(token, `mutation { ${change}(id: "chat") { id } }`)).errors[0]?.extensions['code']).toBe(code);
    }
    expect((await world.ask(token, 'mutation { rotateApiKey(id: "chat") { secret } }')).errors[0]?.extensions['code']).toBe(code);
    expect(world.keys.keys.get('chat')?.status).toBe('ACTIVE');
    expect(world.keys.secrets.size).toBe(3);
  });
});

describe('an update of a key', () => {
  const UPDATE = `mutation Change($input: UpdateApiKeyInput!) { updateApiKey(id: "chat", input: $input) {
    name routePolicy crossBucketFallback allowedModels expiresAt
    limits { requestsPerMinute tokensPerMinute concurrency spend { bucket window amount } } } }`;
  const updated = async (input: object) => {
    const { data, errors } = await world.ask(ACME, UPDATE, { input });
    expect(errors).toEqual([]);
    return data?.['updateApiKey'];
  };

  it('changes what is given, leaves what is left out, and lifts what is null', async () => {
    const spend = [{ bucket: 'RMB', window: 'DAY', amount: '5' }];
    const set = { name: 'renamed', allowedModels: ['m'], requestsPerMinute: 60, concurrency: 2, spendLimits: spend };
    expect(await updated({ ...set, expiresAt: '2100-01-01T00:00:00.000Z' })).toMatchObject({
      ...{ name: 'renamed', allowedModels: ['m'], routePolicy: 'ORDINARY_ONLY' },
      limits: { requestsPerMinute: 60, tokensPerMinute: null, concurrency: 2, spend },
    });
    expect(await updated({ tokensPerMinute: 9, concurrency: null, routePolicy: 'OFFICIAL_FIRST', name: null })).toMatchObject({
      ...{ name: 'renamed', allowedModels: ['m'], routePolicy: 'OFFICIAL_FIRST', expiresAt: '2100-01-01T00:00:00.000Z' },
      limits: { requestsPerMinute: 60, tokensPerMinute: 9, concurrency: null, spend },
    });
    expect(await updated({ allowedModels: null, expiresAt: null, spendLimits: null })).toMatchObject({
      ...{ allowedModels: null, expiresAt: null },
      limits: { requestsPerMinute: 60, spend: [] },
    });
  });

  it.each([
    ['name', { name: ' ' }],
    ['allowedModels', { allowedModels: ['nothing'] }],
    ['concurrency', { concurrency: 0 }],
    ['spendLimits[0].amount', { spendLimits: [{ bucket: 'RMB', window: 'DAY', amount: '0' }] }],
    ['expiresAt', { expiresAt: '2001-01-01T00:00:00.000Z' }],
  ])('is refused for a wrong %s, by name, and changes nothing', async (param, input) => {
    const before = world.keys.keys.get('chat');
    const { errors } = await world.ask(ACME, UPDATE, { input });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', param });
    expect(world.keys.keys.get('chat')).toEqual(before);
  });

  it('is for its owner and the operator alone, and not for a revoked key', async () => {
    const codeFor = async (token: string) => (await world.ask(token, UPDATE, { input: { name: 'n' } })).errors[0]?.extensions['code'];
    expect(await codeFor(CHAT)).toBe('FORBIDDEN');
    expect(await codeFor(GLOBEX)).toBe('NOT_FOUND');
    expect(await codeFor(OPERATOR)).toBeUndefined();
    await world.ask(ACME, 'mutation { revokeApiKey(id: "chat") { id } }');
    expect(await codeFor(ACME)).toBe('BAD_USER_INPUT');
  });
});

describe('the spend limits of a project', () => {
  const SET = `mutation Set($limits: [SpendLimitInput!]!) { setProjectSpendLimits(projectId: "bots", spendLimits: $limits) {
    id spendLimits { bucket window amount used held remaining resetsAt } } }`;
  const limits = [{ bucket: 'RMB', window: 'DAY', amount: '5' }];

  it('are set by its owner and the operator, at once also for keys that are remembered', async () => {
    for (const token of [ACME, OPERATOR]) {
      const { data, errors } = await world.ask(token, SET, { limits });
      expect(errors).toEqual([]);
      expect(data?.['setProjectSpendLimits']).toMatchObject({ id: 'bots', spendLimits: [{ ...limits[0], used: '0', held: '0' }] });
    }
    expect(world.accounts.allProjects.get('bots')?.spendLimits).toHaveLength(1);
    await world.ask(ACME, SET, { limits: [] });
    expect(world.accounts.allProjects.get('bots')?.spendLimits).toEqual([]);
  });

  it('are refused to everybody else, and when they make no sense', async () => {
    const codeFor = async (token: string) => (await world.ask(token, SET, { limits })).errors[0]?.extensions['code'];
    expect([await codeFor(CHAT), await codeFor(GLOBEX)]).toEqual(['FORBIDDEN', 'NOT_FOUND']);
    const twice = await world.ask(ACME, SET, { limits: [...limits, ...limits] });
    expect(twice.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', param: 'spendLimits[1]' });
    expect(world.accounts.allProjects.get('bots')?.spendLimits).toEqual([]);
  });
});
