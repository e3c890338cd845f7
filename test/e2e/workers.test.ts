/** Several processes on one port, and one that watches over them. */
import { readFileSync } from 'node:fs';
import { eventually, gate } from '../support/eventually';
import { graph, graphAnswer, postChat, receipt } from '../support/forge-client';
import { gatewayThatRefuses, OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { REDIS_SERVER, redisIsServed } from '../support/redis';
import { HI, secretOf } from '../support/shop-catalog';

const WORKERS = 3;

async function call(bed: Bed): Promise<number> {
  // A connection of its own for each, or one worker would answer them all.
  const headers = { connection: 'close' };
  const response = await postChat(bed.gateway.origin, secretOf('chat'), { model: 'small', messages: HI }, { headers });
  await response.text();
  return response.status;
}

/** The ids of the processes below the one that was started. */
function workersOf({ gateway }: Bed): number[] {
  const children = readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

/** How many have said by now that they listen. */
function listening({ gateway }: Bed): number {
  return gateway.stderr.split('the gateway listens').length - 1;
}

async function callsCounted(bed: Bed): Promise<number> {
  const text = await (await fetch(`${bed.gateway.origin}/metrics`, { headers: { connection: 'close' } })).text();
  const line = text.split('\n').find((each) => each.startsWith('tokens_forge_requests_total{'));
  return Number(line?.split(' ').at(-1) ?? 0);
}

onEachDatabase(
  'several workers',
  (bed, promise) => {
    promise('serve on one port, are counted together, and each that dies is replaced, with what it counted', async () => {
      if (!(await redisIsServed())) return;
      await bed.gateway.stop();
      const environment = { WORKERS: String(WORKERS), REDIS_URL: REDIS_SERVER, LOG_LEVEL: 'info' };
      bed.gateway = await startGateway({ ...bed.gateway.settings, environment });
      await eventually(() => expect(workersOf(bed)).toHaveLength(WORKERS));
      // Nobody listens on the port where the only one that came to it is killed.
      await eventually(() => expect(listening(bed)).toBe(WORKERS));
      await eventually(async () => expect(await Promise.all(Array.from({ length: 12 }, () => call(bed)))).toEqual(Array(12).fill(200)));
      // A worker that is still starting answers for itself when it can.
      await eventually(async () => expect(await callsCounted(bed)).toBe(bed.a.served.length));
      const [first] = workersOf(bed);
      process.kill(first ?? 0, 'SIGKILL');
      await eventually(() => {
        const alive = workersOf(bed);
        expect(alive).toHaveLength(WORKERS);
        expect(alive).not.toContain(first);
      });
      // A counter that falls is taken for one that began anew, and all that it still says for what came just now.
      expect(await callsCounted(bed)).toBe(bed.a.served.length);
      expect(await Promise.all(Array.from({ length: 6 }, () => call(bed)))).toEqual(Array(6).fill(200));
      expect(await callsCounted(bed)).toBe(bed.a.served.length);
    });

    promise('leave what another start has changed since when one is replaced: the token of the operator, and the catalog', async () => {
      if (!(await redisIsServed())) return;
      const { settings, origin } = bed.gateway;
      const channels = bed.catalog.channels.map((each) => (each.id === 'cheap-a' ? { ...each, name: 'Anew' } : each));
      const beside = { ...settings, catalog: { ...bed.catalog, channels }, environment: { ADMIN_TOKEN: 'another-token-of-the-operator' } };
      await (await startGateway(beside)).stop();
      const before = listening(bed);
      process.kill(workersOf(bed)[0] ?? 0, 'SIGKILL');
      await eventually(() => expect(listening(bed)).toBe(before + 1));
      const query = '{ channels { id name } }';
      const seen = await graph<{ channels: readonly object[] }>(origin, 'another-token-of-the-operator', query);
      expect(seen.channels).toContainEqual({ id: 'cheap-a', name: 'Anew' });
      const former = await graphAnswer(origin, OPERATOR_TOKEN, query);
      expect(former.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    });

    promise('end and settle what they serve when the process that watches over them is killed', async () => {
      if (!(await redisIsServed())) return;
      const { opened, open } = gate();
      bed.a.next({ text: 'one two three', gate: { before: 'rest', opened } });
      const streaming = await postChat(bed.gateway.origin, secretOf('chat'), { model: 'small', messages: HI, stream: true });
      bed.gateway.signal('SIGKILL');
      await eventually(() => expect(fetch(`${bed.gateway.origin}/healthz`, { headers: { connection: 'close' } })).rejects.toThrow());
      open();
      expect(await streaming.text()).toContain('[DONE]');
      await bed.gateway.ended;
      bed.gateway = await startGateway(bed.gateway.settings);
      const story = await receipt(bed.gateway.origin, secretOf('chat'), streaming.headers.get('x-request-id'));
      expect(story).toMatchObject({ status: 'SUCCEEDED', stopReason: 'COMPLETED', hold: { state: 'SETTLED' } });
    });

    promise('that are asked to stop while the first of them starts leave with 0', async () => {
      if (!(await redisIsServed())) return;
      const environment = { WORKERS: String(WORKERS), REDIS_URL: REDIS_SERVER, STOPPED_AT: 'typeorm' };
      const nodeArguments = ['-r', require.resolve('../support/stopped-while-starting.cjs')];
      const { settings } = bed.gateway;
      const { code, stdout, stderr } = await gatewayThatRefuses({ ...settings, environment, nodeArguments });
      expect([code, stdout, stderr]).toEqual([0, '', '']);
    });

    promise('show the addresses once, and leave together with 0', async () => {
      if (!(await redisIsServed())) return;
      const { code, stdout } = await bed.gateway.stop();
      expect([code, stdout.match(/listens on/g)?.length]).toEqual([0, 1]);
      bed.gateway = await startGateway({ ...bed.gateway.settings, environment: {} });
    });
  },
  ['mysql'],
);
