/** Keys that are paused, resumed, revoked, rotated and made: at once in the process that did it, within two seconds in others. */
import { eventually, SLACK_MS } from '../support/eventually';
import { graph, postChat, receipt } from '../support/forge-client';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const OTHERS_MS = 2_000 + SLACK_MS;

async function codeOf(gateway: GatewayProcess, secret: string): Promise<string> {
  const response = await postChat(gateway.origin, secret, { model: 'small', messages: HI });
  const body = (await response.json()) as { error?: { code: string } };
  return body.error?.code ?? 'served';
}

const change = (gateway: GatewayProcess, mutation: string, id: string) =>
  graph<Record<string, { id: string; status: string }>>(gateway.origin, ACME, `mutation($id: ID!) { ${mutation}(id: $id) { id status } }`, {
    id,
  });

onEachDatabase('a key', (bed, promise) => {
  promise('that is paused is refused at once, and served again at once when it is resumed', async () => {
    const { gateway } = bed;
    expect(await codeOf(gateway, secretOf('pausable'))).toBe('served');
    expect(await change(gateway, 'pauseApiKey', 'pausable')).toEqual({ pauseApiKey: { id: 'pausable', status: 'PAUSED' } });
    expect(await codeOf(gateway, secretOf('pausable'))).toBe('key_paused');
    expect(await change(gateway, 'resumeApiKey', 'pausable')).toEqual({ resumeApiKey: { id: 'pausable', status: 'ACTIVE' } });
    expect(await codeOf(gateway, secretOf('pausable'))).toBe('served');
  });

  promise('that was revoked never works again', async () => {
    const { gateway } = bed;
    await change(gateway, 'revokeApiKey', 'revocable');
    expect(await codeOf(gateway, secretOf('revocable'))).toBe('key_revoked');
    await change(gateway, 'resumeApiKey', 'revocable').catch(() => undefined);
    expect(await codeOf(gateway, secretOf('revocable'))).toBe('key_revoked');
  });

  promise('that has expired is refused, with a receipt that its account can read', async () => {
    const response = await postChat(bed.gateway.origin, secretOf('expired'), { model: 'small', messages: HI });
    expect([response.status, await response.json()]).toMatchObject([403, { error: { code: 'key_expired' } }]);
    const query = 'query($id: ID!) { receipt(id: $id) { status errorCode charge nextStep apiKey { id status } } }';
    const found = await graph<{ receipt: object }>(bed.gateway.origin, ACME, query, { id: response.headers.get('x-request-id') });
    expect(found.receipt).toMatchObject({
      status: 'FAILED',
      errorCode: 'key_expired',
      charge: '0',
      apiKey: { id: 'expired', status: 'EXPIRED' },
    });
  });

  promise('that was made by its account works at once, and its secret is shown once and stored nowhere', async () => {
    const create =
      'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id prefix status routePolicy } } }';
    const input = { name: 'made', routePolicy: 'OFFICIAL_ONLY', allowedModels: ['small'] };
    const { createApiKey } = await graph<{ createApiKey: { secret: string; apiKey: { id: string; prefix: string } } }>(
      bed.gateway.origin,
      ACME,
      create,
      { input },
    );
    const { secret, apiKey } = createApiKey;
    expect(apiKey).toMatchObject({ status: 'ACTIVE', routePolicy: 'OFFICIAL_ONLY' });
    expect(secret.startsWith(apiKey.prefix.replace('…', ''))).toBe(true);
    const response = await postChat(bed.gateway.origin, secret, { model: 'small', messages: HI });
    expect((await receipt(bed.gateway.origin, secret, response.headers.get('x-request-id'))).apiKey.id).toBe(apiKey.id);
    const stored = JSON.stringify([
      await bed.database.query('SELECT prefix, name FROM api_key'),
      await bed.database.query('SELECT hash, key_id FROM key_secret'),
    ]);
    expect(stored).not.toContain(secret);
  });

  promise('that was rotated opens with the new secret, and with the old one only as long as was asked for', async () => {
    const rotate = 'mutation($overlap: Int) { rotateApiKey(id: "leaver", overlapSeconds: $overlap) { secret } }';
    const rotated = async (overlap: number) =>
      (await graph<{ rotateApiKey: { secret: string } }>(bed.gateway.origin, ACME, rotate, { overlap })).rotateApiKey.secret;
    const second = await rotated(60);
    expect([await codeOf(bed.gateway, second), await codeOf(bed.gateway, secretOf('leaver'))]).toEqual(['served', 'served']);
    const third = await rotated(0);
    expect([await codeOf(bed.gateway, third), await codeOf(bed.gateway, second)]).toEqual(['served', 'invalid_api_key']);
  });

  promise('belongs to its account: another one cannot change it', async () => {
    const other = graph(bed.gateway.origin, tokenOf('globex'), 'mutation { pauseApiKey(id: "chat") { id } }');
    await expect(other).rejects.toThrow(/graph says/);
    expect(await codeOf(bed.gateway, secretOf('chat'))).toBe('served');
  });
});

onEachDatabase(
  'a key that is changed in another process',
  (bed, promise) => {
    promise('is refused, and served again, within two seconds', async () => {
      const other = await startGateway(bed.gateway.settings);
      try {
        const key = secretOf('pausable');
        for (const [mutation, expected] of [
          ['pauseApiKey', 'key_paused'],
          ['resumeApiKey', 'served'],
          ['revokeApiKey', 'key_revoked'],
        ] as const) {
          // The other process knows the key well by now.
          await codeOf(other, key);
          await change(bed.gateway, mutation, 'pausable');
          expect(await codeOf(bed.gateway, key)).toBe(expected);
          await eventually(async () => expect(await codeOf(other, key)).toBe(expected), OTHERS_MS);
        }
      } finally {
        expect((await other.stop()).code).toBe(0);
      }
    });
  },
  ['mysql'],
);
