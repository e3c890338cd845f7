/** Rate limits as a client meets them: headers, refusals with a time, and one limit for all processes. */
import OpenAI from 'openai';
import { eventually, gate } from '../support/eventually';
import { graph, postChat, receipt, sdk } from '../support/forge-client';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { REDIS_SERVER, redisIsServed } from '../support/redis';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const CALL = { model: 'only-ordinary', messages: HI, max_tokens: 10 };

async function keyWith(bed: Bed, input: string): Promise<string> {
  const mutation = `mutation { createApiKey(input: { name: "rated", ${input} }) { secret } }`;
  return (await graph<{ createApiKey: { secret: string } }>(bed.gateway.origin, ACME, mutation)).createApiKey.secret;
}

const ratesOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].flatMap(([name, value]) => (name.startsWith('x-ratelimit-') ? [[name.slice(12), value]] : [])));

async function statusesOf(origins: readonly string[], secret: string, count: number): Promise<number[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const response = await postChat(origins[index % origins.length]!, secret, CALL);
      await response.text();
      return response.status;
    }),
  );
}

onEachDatabase('a key with rate limits', (bed, promise) => {
  promise('tells the official SDK what is left and when to come again, and leaves a receipt of the refusal', async () => {
    const secret = await keyWith(bed, 'requestsPerMinute: 2, tokensPerMinute: 100000');
    const client = sdk(bed.gateway.origin, secret);
    const { response } = await client.chat.completions.create(CALL).withResponse();
    expect(ratesOf(response)).toMatchObject({
      'limit-requests': '2',
      'remaining-requests': '1',
      'reset-requests': '30s',
      'limit-tokens': '100000',
    });
    expect(Number(response.headers.get('x-ratelimit-remaining-tokens'))).toBeGreaterThan(99_000);
    await client.chat.completions.create(CALL);
    const refused: unknown = await client.chat.completions.create(CALL).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OpenAI.RateLimitError);
    const { status, code, headers, requestID } = refused as InstanceType<typeof OpenAI.RateLimitError>;
    expect([status, code, headers.get('x-should-retry')]).toEqual([429, 'rate_limit_exceeded', 'true']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(20);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(30);
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(await receipt(bed.gateway.origin, secret, requestID)).toMatchObject({
      ...{ status: 'FAILED', stopReason: 'REFUSED', errorCode: 'rate_limit_exceeded', charge: '0', hold: null, attempts: [] },
      nextStep: 'Wait as long as retry-after says.',
    });
  });

  promise('is served by the SDK’s own retry once a slot is free', async () => {
    const secret = await keyWith(bed, 'concurrency: 1');
    const { opened, open } = gate();
    bed.a.script('only-ordinary', { gate: { before: 'head', opened } });
    const before = bed.a.requests.length;
    const running = postChat(bed.gateway.origin, secret, CALL);
    await eventually(() => expect(bed.a.requests.length).toBe(before + 1));
    expect((await postChat(bed.gateway.origin, secret, CALL)).status).toBe(429);
    const patient = sdk(bed.gateway.origin, secret, { maxRetries: 5 }).chat.completions.create(CALL);
    open();
    expect((await running).status).toBe(200);
    expect((await patient).usage?.completion_tokens).toBeGreaterThan(0);
  });

  promise('meets no limit with one request after the other, whole or streamed', async () => {
    const secret = await keyWith(bed, 'concurrency: 1');
    for (const stream of [true, false, true, false]) {
      const response = await postChat(bed.gateway.origin, secret, { ...CALL, stream });
      expect(response.status).toBe(200);
      await response.text();
    }
  });

  promise('finds its rates on every answer: whole, streamed, refused, and too large to be read', async () => {
    const secret = await keyWith(bed, 'requestsPerMinute: 600');
    const bodies = [CALL, { ...CALL, stream: true }, { ...CALL, model: 'none' }, 'no json', 'x'.repeat(21 * 1024 * 1024)];
    const statuses: number[] = [];
    for (const body of bodies) {
      const response = await postChat(bed.gateway.origin, secret, body);
      await response.text();
      statuses.push(response.status);
      expect(ratesOf(response)).toMatchObject({ 'limit-requests': '600', 'remaining-requests': expect.stringMatching(/^59\d$/) });
    }
    expect(statuses).toEqual([200, 200, 404, 400, 413]);
  });

  promise('has none of these headers when it has no such limit', async () => {
    const response = await postChat(bed.gateway.origin, secretOf('chat'), CALL);
    await response.text();
    expect(ratesOf(response)).toEqual({});
  });
});

onEachDatabase(
  'two processes with one Redis',
  (bed, promise) => {
    const environment = { REDIS_URL: REDIS_SERVER };

    async function withTwo(
      use: (gateways: readonly GatewayProcess[]) => Promise<void>,
      more: Readonly<Record<string, string>> = environment,
    ): Promise<void> {
      const gateways: GatewayProcess[] = [];
      try {
        for (let index = 0; index < 2; index += 1) gateways.push(await startGateway({ ...bed.gateway.settings, environment: more }));
        await use(gateways);
      } finally {
        for (const gateway of gateways) {
          const { code, stderr } = await gateway.stop();
          expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
        }
      }
    }

    promise('share the limits of a key', async () => {
      if (!(await redisIsServed())) return;
      await withTwo(
        async (gateways) => {
          const origins = gateways.map(({ origin }) => origin);
          const changes = () => gateways.map(({ stderr }) => stderr.match(/Redis does not answer|Redis answers again/g)?.length ?? 0);
          // Whoever has to wait for Redis on a busy machine counts alone, and says so: what came of that shows nothing.
          const statuses = await eventually(async () => {
            const before = changes();
            // The next one comes after a minute: longer than these calls take.
            const all = await statusesOf(origins, await keyWith(bed, 'requestsPerMinute: 1'), 30);
            expect([before.every((count) => count % 2 === 0), changes()]).toEqual([true, before]);
            return all;
          });
          expect(statuses.filter((status) => status === 200)).toHaveLength(1);
          expect(statuses.filter((status) => status === 429)).toHaveLength(29);
        },
        { ...environment, LOG_LEVEL: 'info' },
      );
    });

    promise('serve without Redis, each with limits of its own', async () => {
      const secret = await keyWith(bed, 'requestsPerMinute: 1');
      await withTwo(
        async (gateways) => {
          const statuses = await statusesOf(
            gateways.map(({ origin }) => origin),
            secret,
            20,
          );
          expect(statuses.filter((status) => status === 200)).toHaveLength(2);
          for (const { stderr } of gateways) expect(stderr.match(/Redis does not answer/g)).toHaveLength(1);
        },
        { REDIS_URL: 'redis://127.0.0.1:9' },
      );
    });
  },
  ['mysql'],
);
