/** What survives a restart, what a changed catalog changes, and how a gateway leaves. */
import { eventually, gate } from '../support/eventually';
import { get, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');

onEachDatabase('a restart', (bed, promise) => {
  promise('keeps receipts, balances and keys, and tops nothing up again', async () => {
    const before = await call(bed);
    await restart(bed);
    expect(await receipt(bed.gateway.origin, CHAT, before.id)).toEqual(before);
    const after = await call(bed);
    expect(after.ledgerEntries[0]?.balanceBefore).toBe(before.ledgerEntries[0]?.balanceAfter);
    expect(await bed.database.query("SELECT kind FROM transfer WHERE wallet_id = 'acme:RMB' AND kind = 'TOP_UP'")).toHaveLength(1);
  });

  promise('prints no secret', async () => {
    const printed = bed.gateway.stdout + bed.gateway.stderr;
    expect(printed).toContain(bed.gateway.origin);
    expect(printed).not.toMatch(/sk-(tf|upstream)-/);
    expect(printed).not.toContain(OPERATOR_TOKEN);
  });

  promise('with another price in the catalog makes a new version: new requests pay it, old receipts keep theirs', async () => {
    const cheap = await call(bed);
    const { routes, ...rest } = bed.catalog;
    const raised = routes.map((route) =>
      route.model === 'small' && route.type === 'ORDINARY' ? { ...route, price: { input: '3', output: '12' } } : route,
    );
    await restart(bed, { ...rest, routes: raised });
    const dear = await call(bed);
    expect([dear.charge, dear.price?.input]).toEqual(['0.000039', '3']);
    expect(dear.price?.versionId).not.toBe(cheap.price?.versionId);
    expect(await receipt(bed.gateway.origin, CHAT, cheap.id)).toEqual(cheap);
    await restart(bed, { ...rest, routes: raised });
    expect((await call(bed)).price?.versionId).toBe(dear.price?.versionId);
  });

  promise('with a channel gone from the catalog leaves its old receipts readable', async () => {
    bed.a.next({ status: 500 });
    const old = await call(bed);
    const routes = bed.catalog.routes.map((route) =>
      route.model === 'small' && route.type === 'ORDINARY' ? { ...route, channels: [{ channel: 'cheap-a' }] } : route,
    );
    const used = routes.filter((route) => !JSON.stringify(route).includes('cheap-b'));
    await restart(bed, { ...bed.catalog, routes: used, channels: bed.catalog.channels.filter((channel) => channel.id !== 'cheap-b') });
    const { finalChannel, charge } = await receipt(bed.gateway.origin, CHAT, old.id);
    expect({ finalChannel, charge }).toMatchObject({ finalChannel: { id: 'cheap-b' }, charge: old.charge });
    await restart(bed, bed.catalog);
    expect((await call(bed)).status).toBe('SUCCEEDED');
  });

  // A terminal that is closed sends SIGHUP.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    promise(`on ${signal} drains: nothing new is taken, a stream ends whole and settled, and the process leaves with 0`, async () => {
      const { opened, open } = gate();
      bed.a.next({ text: 'one two three', gate: { before: 2, opened } });
      const { gateway } = bed;
      const response = await postChat(gateway.origin, CHAT, { model: 'small', messages: HI, stream: true });
      const id = response.headers.get('x-request-id');
      gateway.signal(signal);
      await eventually(() => expect(get(gateway.origin, '/healthz', null)).rejects.toThrow());
      // A second one changes nothing.
      gateway.signal(signal);
      open();
      expect(await response.text()).toMatch(/three[\s\S]*\[DONE\]/);
      expect(await gateway.ended).toMatchObject({ code: 0 });
      const [row] = await bed.database.query(`SELECT status, stop_reason, charge FROM receipt WHERE id = '${id}'`);
      expect(row).toEqual({ status: 'SUCCEEDED', stop_reason: 'COMPLETED', charge: 13_000n });
      bed.gateway = await startGateway(gateway.settings);
    });
  }

  promise('brings a large answer to its last byte before it leaves, however slowly the client takes it', async () => {
    const { gateway } = bed;
    bed.a.next({ text: 'x'.repeat(24 * 1024 * 1024) });
    const response = await postChat(gateway.origin, CHAT, { model: 'small', messages: HI });
    gateway.signal('SIGTERM');
    await eventually(() => expect(get(gateway.origin, '/healthz', null)).rejects.toThrow());
    const body = await response.arrayBuffer();
    expect(body.byteLength).toBe(Number(response.headers.get('content-length')));
    expect(await gateway.ended).toMatchObject({ code: 0 });
    bed.gateway = await startGateway(gateway.settings);
  });

  promise('gives what a killed process held back, and its receipt says that the gateway crashed', async () => {
    if (bed.kind !== 'sqlite') return;
    const { opened, open } = gate();
    bed.a.next({ text: 'one two three', gate: { before: 2, opened } });
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI, stream: true });
    await bed.gateway.kill();
    await response.text().catch(() => undefined);
    bed.gateway = await startGateway(bed.gateway.settings);
    open();
    const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
    expect(story).toMatchObject({
      status: 'ABANDONED',
      stopReason: 'GATEWAY_CRASH',
      charge: '0',
      hold: { state: 'RELEASED' },
      ledgerEntries: [],
    });
    expect(story.noChargeReason).not.toBeNull();
    expect(story.nextStep).not.toBeNull();
  });
});

async function call(bed: Bed): Promise<ReceiptJson> {
  const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
  expect(await response.json()).toMatchObject({ choices: [{}] });
  return receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
}

async function restart(bed: Bed, catalog?: object): Promise<void> {
  const { settings } = bed.gateway;
  expect((await bed.gateway.stop()).code).toBe(0);
  bed.gateway = await startGateway({ ...settings, ...(catalog === undefined ? {} : { catalog }) });
}
