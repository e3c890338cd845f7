/** What the operator allows all keys of an account together. */
import { eventually, gate } from '../support/eventually';
import { get, graph, postChat } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const GLOBEX = tokenOf('globex');
const CALL = { model: 'only-ordinary', messages: HI, max_tokens: 10 };

onEachDatabase('the rates of an account', (bed, promise) => {
  const ask = <T>(query: string, token = OPERATOR_TOKEN) => graph<T>(bed.gateway.origin, token, query);
  const set = (rates: string) =>
    ask<object>(`mutation { setAccountRates(id: "globex"${rates}) { rates { requestsPerMinute tokensPerMinute concurrency } } }`);
  const another = async (more = '') => {
    const made = await ask<{ createApiKey: { secret: string } }>(
      `mutation { createApiKey(input: { name: "n"${more} }) { secret } }`,
      GLOBEX,
    );
    return made.createApiKey.secret;
  };
  const call = async (secret: string) => {
    const response = await postChat(bed.gateway.origin, secret, CALL);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  promise('bind all its keys together, new ones too, whatever rates their owner gives them, and no other account', async () => {
    expect(await set(', requestsPerMinute: 2')).toEqual({
      setAccountRates: { rates: { requestsPerMinute: 2, tokensPerMinute: null, concurrency: null } },
    });
    const generous = await another(', requestsPerMinute: 1000');
    expect([(await call(secretOf('globex-chat'))).status, (await call(generous)).status]).toEqual([200, 200]);
    const refused = await call(await another());
    expect([refused.status, refused.text]).toEqual([
      429,
      expect.stringContaining('The account of this key is limited to 2 requests per minute'),
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call(secretOf('chat'))).status).toBe(200);
    const preview = '{ routePreview(input: { apiKeyId: "globex-chat", model: "only-ordinary" }) { callable reason } }';
    expect(await ask(preview, GLOBEX)).toEqual({
      routePreview: { callable: false, reason: expect.stringContaining('The account of this key is limited') },
    });
    await set('');
    expect((await call(generous)).status).toBe(200);
  });

  promise('count what is in flight by every key, until it has ended', async () => {
    await set(', concurrency: 1');
    const { opened, open } = gate();
    bed.a.script('only-ordinary', { gate: { before: 'head', opened } });
    const asked = bed.a.requests.length;
    const flying = call(secretOf('globex-chat'));
    await bed.a.until(() => bed.a.requests.length > asked);
    const other = await another();
    expect((await call(other)).status).toBe(429);
    open();
    expect((await flying).status).toBe(200);
    await eventually(async () => expect((await call(other)).status).toBe(200));
    await set('');
  });

  promise('are told to each of its keys beside its own, with what all of them have left, and nothing else of the account', async () => {
    const secret = await another(', requestsPerMinute: 5');
    const other = await another();
    const ratesOf = async (key: string) => {
      const body = (await (await get(bed.gateway.origin, '/v1/key', key)).json()) as Record<string, unknown>;
      return { rates: body['rates'], accountRates: body['accountRates'] };
    };
    const own = { requests: { limit: 5, remaining: 5, reset: '0s' }, tokens: null, concurrency: null };
    expect(await ratesOf(secret)).toEqual({ rates: own, accountRates: null });
    await set(', requestsPerMinute: 1, concurrency: 4');
    expect((await call(other)).status).toBe(200);
    const requests = { limit: 1, remaining: 0, reset: expect.stringMatching(/^[0-9.ms]+$/) };
    const accountRates = { requests, tokens: null, concurrency: { limit: 4, remaining: 4 } };
    await eventually(async () => expect(await ratesOf(secret)).toEqual({ rates: own, accountRates }));
    expect(await ratesOf(other)).toEqual({ rates: null, accountRates });
    expect(await ratesOf(secretOf('chat'))).toMatchObject({ accountRates: null });
    await set('');
    expect(await ratesOf(other)).toEqual({ rates: null, accountRates: null });
  });

  promise('are set by the operator alone, who is told what is wrong, and shown to the account', async () => {
    const query = 'mutation { setAccountRates(id: "globex") { id } }';
    for (const token of [GLOBEX, tokenOf('acme')]) await expect(ask(query, token)).rejects.toThrow(/Only the operator/);
    await expect(set(', concurrency: 0')).rejects.toThrow(/concurrency must be a whole number from 1/);
    await expect(ask('mutation { setAccountRates(id: "nobody") { id } }')).rejects.toThrow(/There is no account/);
    await set(', tokensPerMinute: 5000');
    expect(await ask('{ accounts { rates { tokensPerMinute } } }', GLOBEX)).toEqual({ accounts: [{ rates: { tokensPerMinute: 5000 } }] });
    await set('');
  });
});
