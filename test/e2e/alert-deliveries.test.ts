/** Webhooks that behave badly, and a gateway that dies between an alert and its arrival. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually, gate } from '../support/eventually';
import { graph } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { tokenOf } from '../support/shop-catalog';

interface DeliveryJson {
  readonly target: string;
  readonly state: string;
  readonly tries: number;
  readonly lastResult: string | null;
}

async function receiver(answer: (response: ServerResponse, nth: number) => void) {
  const ids: string[] = [];
  // Its own: a port that is free again may be given to the next receiver, and what waits for the one before is tried there.
  const path = `/${randomUUID()}`;
  const server = createServer((request: IncomingMessage, response) => {
    if (request.url !== path) return void response.writeHead(404).end();
    request.resume().on('end', () => {
      ids.push(String(request.headers['webhook-id']));
      answer(response, ids.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${path}`, ids, close: () => void server.close().closeAllConnections() };
}

/** Answers 200, and then goes on for as long as somebody reads. */
function flood(response: ServerResponse): void {
  response.writeHead(200);
  const write = () => {
    while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
  };
  response.on('drain', write);
  write();
}

onEachDatabase(
  'the delivery of an alert',
  (bed, promise) => {
    const ask = <T>(account: string, query: string, variables: object = {}) =>
      graph<T>(bed.gateway.origin, tokenOf(account), query, variables);
    const addWebhook = async (account: string, url: string) =>
      (
        await ask<{ createWebhook: { webhook: { id: string } } }>(
          account,
          'mutation($u: String!) { createWebhook(url: $u) { webhook { id } } }',
          { u: url },
        )
      ).createWebhook.webhook.id;
    const addRule = async (account: string) => {
      const input = { name: 'Low', metric: 'BALANCE', bucket: 'RMB', threshold: '1000000' };
      const query = 'mutation($i: CreateAlertRuleInput!) { createAlertRule(input: $i) { id } }';
      return (await ask<{ createAlertRule: { id: string } }>(account, query, { i: input })).createAlertRule.id;
    };
    const deliveriesOf = async (account: string) => {
      const query = '{ alerts { nodes { deliveries { target state tries lastResult } } } }';
      const { alerts } = await ask<{ alerts: { nodes: { deliveries: DeliveryJson[] }[] } }>(account, query);
      return new Map(alerts.nodes.flatMap(({ deliveries }) => deliveries.map((each) => [each.target, each])));
    };

    promise(
      'follows no redirect, reads no flood, and keeps nobody waiting for a receiver that hangs',
      async () => {
        const elsewhere = await receiver((response) => response.writeHead(204).end());
        const redirecting = await receiver((response) => response.writeHead(307, { location: elsewhere.url }).end());
        const flooding = await receiver(flood);
        const hanging = await receiver(() => undefined);
        const good = await receiver((response) => response.writeHead(204).end());
        const [moved, flooded, hung] = [
          await addWebhook('acme', redirecting.url),
          await addWebhook('acme', flooding.url),
          await addWebhook('acme', hanging.url),
        ];
        const arrived = await addWebhook('globex', good.url);
        await addRule('acme');
        await eventually(() => expect(hanging.ids).toHaveLength(1));
        await addRule('globex');
        await eventually(async () => expect((await deliveriesOf('globex')).get(arrived)).toMatchObject({ state: 'DELIVERED' }));
        expect((await deliveriesOf('acme')).get(hung)).toMatchObject({ state: 'PENDING', tries: 0 });
        const ends = await eventually(async () => {
          const found = await deliveriesOf('acme');
          expect(found.get(hung)?.tries).toBeGreaterThan(0);
          return found;
        });
        expect(ends.get(moved)).toMatchObject({ state: 'PENDING', lastResult: 'HTTP 307' });
        expect(ends.get(flooded)).toMatchObject({ state: 'DELIVERED', lastResult: 'HTTP 200', tries: 1 });
        expect(ends.get(hung)).toMatchObject({ state: 'PENDING', lastResult: 'It could not be sent: TIMEOUT.' });
        expect(elsewhere.ids).toEqual([]);
        for (const each of [elsewhere, redirecting, flooding, hanging, good]) each.close();
      },
      600_000,
    );

    promise(
      'is made good by the next process, with the same id, when one dies in between',
      async () => {
        const hook = await receiver((response, nth) => (nth === 1 ? undefined : response.writeHead(204).end()));
        const webhook = await addWebhook('poor', hook.url);
        await addRule('poor');
        await eventually(() => expect(hook.ids).toHaveLength(1));
        await bed.gateway.kill();
        bed.gateway = await startGateway(bed.gateway.settings);
        await eventually(async () => expect((await deliveriesOf('poor')).get(webhook)).toMatchObject({ state: 'DELIVERED' }));
        expect(hook.ids).toEqual([hook.ids[0], hook.ids[0]]);
        hook.close();
      },
      600_000,
    );

    promise(
      'is sent once by a gateway that is told to stop while a slow receiver takes it',
      async () => {
        const { opened, open } = gate();
        const hook = await receiver((response) => void opened.then(() => response.writeHead(204).end()));
        const webhook = await addWebhook('ten', hook.url);
        await addRule('ten');
        await eventually(() => expect(hook.ids).toHaveLength(1));
        const stopped = bed.gateway.stop();
        await eventually(() => expect(fetch(`${bed.gateway.origin}/healthz`)).rejects.toThrow());
        open();
        expect((await stopped).code).toBe(0);
        bed.gateway = await startGateway(bed.gateway.settings);
        expect((await deliveriesOf('ten')).get(webhook)).toMatchObject({ state: 'DELIVERED', tries: 1 });
        hook.close();
      },
      600_000,
    );
  },
  ['sqlite'],
);
