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
