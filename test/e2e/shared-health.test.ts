/** Two processes with one Redis: what calls through one of them show of a channel in the other, and do to it. */
import { eventually } from '../support/eventually';
import { graph, postChat } from '../support/forge-client';
import { type GatewayProcess, OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { REDIS_SERVER, redisIsServed } from '../support/redis';
import { PRIMARY_PRICE, secretOf } from '../support/shop-catalog';

interface ModelJson {
  readonly upstreamModel: string;
  readonly breaker: string;
  readonly reason: string | null;
  readonly requests: number;
  readonly failures: number;
  readonly latencyMs: number | null;
}

const FIELDS = 'upstreamModel breaker reason requests failures latencyMs slowLatencyMs timeToFirstTokenMs';

onEachDatabase(
  'two processes with one Redis',
  (bed, promise) => {
    let there: GatewayProcess;

    /** The shop, and a channel whose breaker opens at two of five calls, before a backup. */
    function extended(): object {
      const { catalog, a } = bed;
      const breaker = { failureRate: 0.4, minimumRequests: 5 };
      const shaky = { id: 'shaky', protocol: 'openai', baseUrl: a.baseUrl, apiKey: 'sk-upstream-shaky', breaker };
      const sold = (id: string) => ({ id, contextWindow: 8_000, maxOutputTokens: 1_000 });
      const route = (model: string) => {
        return { model, type: 'ORDINARY', price: PRIMARY_PRICE, channels: [{ channel: 'shaky' }, { channel: 'cheap-b' }] };
      };
      const models = ['heard', 'counted', 'summed'];
      return {
        ...catalog,
        channels: [...catalog.channels, shaky],
        models: [...catalog.models, ...models.map(sold)],
        routes: [...catalog.routes, ...models.map(route)],
      };
    }

    /** The channel fails a prompt that says so, and the backup serves it. */
    async function call({ origin }: GatewayProcess, model: string, prompt: 'answer' | 'fail' = 'answer'): Promise<void> {
      const response = await postChat(origin, secretOf('chat'), { model, messages: [{ role: 'user', content: prompt }] });
      expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
    }

    async function shownBy({ origin }: GatewayProcess, model: string): Promise<ModelJson | undefined> {
      const query = `{ channels { id upstreamModels { ${FIELDS} } } }`;
      const { channels } = await graph<{ channels: { id: string; upstreamModels: ModelJson[] }[] }>(origin, OPERATOR_TOKEN, query);
      return channels.find(({ id }) => id === 'shaky')?.upstreamModels.find(({ upstreamModel }) => upstreamModel === model);
    }

    promise('hear of each other', async () => {
      if (!(await redisIsServed())) return;
      await bed.gateway.stop();
      const settings = { ...bed.gateway.settings, catalog: extended(), environment: { REDIS_URL: REDIS_SERVER } };
      bed.gateway = await startGateway(settings);
      there = await startGateway(settings);
      for (const [from, to] of [
        [bed.gateway, there],
        [there, bed.gateway],
      ] as const) {
        await call(from, 'heard');
        // What was told before the other one listened is lost: so again, until it is heard.
        const before = (await shownBy(to, 'heard'))?.requests ?? 0;
        await eventually(async () => {
          await call(from, 'heard');
          expect((await shownBy(to, 'heard'))?.requests).toBeGreaterThan(before);
        });
      }
    });

    promise('show the calls of both, and count in their metrics each its own', async () => {
      if (!(await redisIsServed())) return;
      for (let calls = 0; calls < 3; calls += 1) await call(bed.gateway, 'counted');
      await eventually(async () => expect(await shownBy(there, 'counted')).toMatchObject({ requests: 3, failures: 0 }));
      await call(there, 'counted');
      await eventually(async () => expect(await shownBy(bed.gateway, 'counted')).toMatchObject({ requests: 4 }));
      const shown = await Promise.all([bed.gateway, there].map((each) => shownBy(each, 'counted')));
      expect(shown[0]).toMatchObject({ requests: 4, latencyMs: expect.any(Number), timeToFirstTokenMs: expect.any(Number) });
      expect(shown[1]).toEqual(shown[0]);
      const [here = 0, elsewhere = 0] = await Promise.all([bed.gateway, there].map(servedOf));
      expect(here + elsewhere).toBe(bed.a.served.length + bed.b.served.length);
    });

    promise('open a breaker in both at a rate of failures that only the calls of both reach', async () => {
      if (!(await redisIsServed())) return;
      const words = (body: unknown) => JSON.stringify(body);
      bed.a.script('summed', ({ body }) => (words(body).includes('fail') ? { status: 503 } : {}));
      for (const prompt of ['answer', 'fail', 'answer'] as const) await call(bed.gateway, 'summed', prompt);
      await eventually(async () => expect(await shownBy(there, 'summed')).toMatchObject({ breaker: 'CLOSED', requests: 3, failures: 1 }));
      for (const prompt of ['answer', 'fail'] as const) await call(there, 'summed', prompt);
      for (const each of [there, bed.gateway]) {
        await eventually(async () =>
          expect(await shownBy(each, 'summed')).toMatchObject({
            breaker: 'OPEN',
            reason: '2 of 5 calls within 10 s failed, the last one with HTTP 503.',
          }),
        );
      }
      expect((await there.stop()).code).toBe(0);
    });
  },
  ['mysql'],
);

/** The calls that a process served by its own count. */
async function servedOf({ origin }: GatewayProcess): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('tokens_forge_requests_total{'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
