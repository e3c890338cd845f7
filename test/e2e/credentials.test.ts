/** What each credential that opens nothing is told, on every surface: the graph, its WebSocket, and each path of REST. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINTS } from '../../src/gateway/endpoints/all-endpoints';
import { graph } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onOneDatabase } from '../support/on-each-database';
import { openLive } from '../support/raw-live-client';
import { secretOf, tokenOf } from '../support/shop-catalog';

const REST = join(__dirname, '..', '..', 'src', 'api', 'rest');
const ACME = tokenOf('acme');
const UNKNOWN = { status: 401, code: 'invalid_api_key', closed: 4401, challenge: 'Bearer' as string | null };
const refused = (code: string) => ({ status: 403, code, closed: 4403, challenge: null });
/** What a 401 must carry: clients that look for it, such as Java's with an authenticator, show nothing of an answer without it. */
const challengeOf = ({ headers }: Response) => headers.get('www-authenticate');

interface Secret {
  readonly secret: string;
}

onOneDatabase('a credential that opens nothing', (bed, promise) => {
  const ask = <T>(query: string, token = ACME) => graph<T>(bed.gateway.origin, token, query);
  const madeKey = async (account = ACME) =>
    (
      await ask<{ made: Secret & { apiKey: { id: string } } }>(
        'mutation { made: createApiKey(input: { name: "k" }) { secret apiKey { id } } }',
        account,
      )
    ).made;
  const madeToken = async () =>
    (
      await ask<{ made: Secret & { token: { id: string } } }>(
        'mutation { made: createAccountToken(name: "t", role: OWNER) { secret token { id } } }',
      )
    ).made;

  const changed = async (mutation: string): Promise<string> => {
    const { secret, apiKey } = await madeKey();
    await ask(`mutation { ${mutation}(id: "${apiKey.id}") { ${mutation === 'rotateApiKey' ? 'secret' : 'id'} } }`);
    return secret;
  };
  const revokedToken = async (): Promise<string> => {
    const { secret, token } = await madeToken();
    await ask(`mutation { revokeAccountToken(id: "${token.id}") { id } }`);
    return secret;
  };
  const ofSuspended = async (): Promise<string> => {
    await ask('mutation { suspendAccount(id: "poor") { id } }', OPERATOR_TOKEN);
    return secretOf('poor-chat');
  };

  const CREDENTIALS: readonly (readonly [what: string, secret: () => string | null | Promise<string>, told: typeof UNKNOWN])[] = [
    ['none', () => null, UNKNOWN],
    ['a key of nobody', () => 'sk-tf-nobody', UNKNOWN],
    ['a token of nobody', () => 'tf-mt-nobody', UNKNOWN],
    ['the id of a key in place of its secret', () => 'chat', UNKNOWN],
    ['the id of an account in place of its token', () => 'acme', UNKNOWN],
    ['the public part of a secret', () => secretOf('chat').slice(0, 12), UNKNOWN],
    ['the secret of a key before it was rotated', () => changed('rotateApiKey'), UNKNOWN],
    ['a paused key', () => changed('pauseApiKey'), refused('key_paused')],
    ['a revoked key', () => changed('revokeApiKey'), refused('key_revoked')],
    ['an expired key', () => secretOf('expired'), refused('key_expired')],
    ['a revoked token', revokedToken, refused('key_revoked')],
    ['a key of a suspended account', ofSuspended, refused('account_suspended')],
  ];

  const headersOf = (secret: string | null): Record<string, string> => (secret === null ? {} : { authorization: `Bearer ${secret}` });
  const restAnswer = async (secret: string | null, { method, path, type, body }: RestPath) => {
    const url = bed.gateway.origin + path.replace(/:\w+|\*/g, 'anything');
    const response = await fetch(url, { method, headers: { ...headersOf(secret), ...type }, ...(method === 'POST' && { body: body() }) });
    const { error } = (await response.json()) as { readonly error: { readonly code: string } };
    return { path, status: response.status, code: error.code, challenge: challengeOf(response) };
  };

  for (const [what, secret, told] of CREDENTIALS) {
    promise(`is told so: ${what}`, async () => {
      const shown = await secret();
      const body = JSON.stringify({ query: '{ __typename }' });
      const response = await fetch(`${bed.gateway.origin}/graphql`, {
        method: 'POST',
        headers: { ...headersOf(shown), ...JSON_BODY.type },
        body,
      });
      const { data, errors } = (await response.json()) as { data?: unknown; errors: [{ extensions: { faultCode: string } }] };
      expect([response.status, errors[0].extensions.faultCode, data]).toEqual([told.status, told.code, undefined]);
      expect(challengeOf(response)).toBe(told.challenge);

      const live = await openLive(bed.gateway.origin);
      live.send({ type: 'connection_init', ...(shown !== null && { payload: { authorization: `Bearer ${shown}` } }) });
      expect((await live.closed).code).toBe(told.closed);

      // Tokens of people are nobody's key there.
      const { closed: _closed, ...overRest } = what === 'a revoked token' ? UNKNOWN : told;
      for (const path of PATHS) expect(await restAnswer(shown, path)).toEqual({ path: path.path, ...overRest });
    });
  }

  promise('is looked for on every path that there is', () => {
    expect(PATHS.map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining(['POST /v1/chat/completions', 'POST /v1/runs', 'GET /v1/receipts/:id', 'GET /v1/key', 'GET /v1/models']),
    );
    expect(PATHS.length).toBeGreaterThanOrEqual(19);
  });

  promise('is, over REST, also a token of people and that of the operator', async () => {
    for (const token of [ACME, OPERATOR_TOKEN])
      for (const { path, ...more } of PATHS)
        expect(await restAnswer(token, { path, ...more })).toEqual({ path, status: 401, code: 'invalid_api_key', challenge: 'Bearer' });
  });
});

interface RestPath {
  readonly method: string;
  readonly path: string;
  readonly type: Readonly<Record<string, string>>;
  body(): string | FormData;
}

const JSON_BODY = { type: { 'content-type': 'application/json' }, body: () => '{}' };
/** Its type is said with its boundary. */
const FORM = { type: {}, body: formWithAFile };

function formWithAFile(): FormData {
  const form = new FormData();
  form.set('file', new Blob(['x']), 'x.wav');
  return form;
}

/** All that REST serves but what is for probes; read from its sources. */
const PATHS: readonly RestPath[] = [
  ...ENDPOINTS.map(({ path, uploads }) => ({ method: 'POST', path, ...(uploads === undefined ? JSON_BODY : FORM) })),
  ...writtenPaths(),
];

function writtenPaths(): RestPath[] {
  const files = readdirSync(REST).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(join(REST, file), 'utf8');
    const base = /const PATH = '([^']+)'/.exec(text)?.[1] ?? '';
    const calls = text.matchAll(
      /(?:app|scope)\.(get|post|put|patch|delete)(?:<.*?>)?\(\s*(?:[`'](\/v1[^`']*|\$\{PATH\}[^`']*)[`']|PATH\b)/g,
    );
    return [...calls].map(([, method = '', path = base]) => ({
      method: method.toUpperCase(),
      path: path.replace('${PATH}', base),
      ...JSON_BODY,
    }));
  });
}
