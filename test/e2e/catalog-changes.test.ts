/** What the operator changes on the running catalog, over the graph: prices and channels. */
import { eventually, gate } from '../support/eventually';
import { graph, postChat, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const ROUTE = 'only-ordinary:ORDINARY';
const PRICE = 'versionId currency input cachedInput output perRequest multiplier effectiveFrom';

interface PriceJson {
  readonly versionId: string;
  readonly input: string;
  readonly multiplier: string;
  readonly effectiveFrom: string;
}

const names = (standing: unknown, { versionId }: PriceJson) => JSON.stringify(standing).includes(versionId);

onEachDatabase('the catalog that the operator changes', (bed, promise) => {
  const ask = <T>(query: string, token = OPERATOR_TOKEN, origin = bed.gateway.origin) => graph<T>(origin, token, query);
  const setPrice = async (price: string, routeId = ROUTE, token = OPERATOR_TOKEN) =>
    (await ask<{ setPrice: PriceJson }>(`mutation { setPrice(routeId: "${routeId}", price: { ${price} }) { ${PRICE} } }`, token)).setPrice;
  const setStatus = async (id: string, status: string, token = OPERATOR_TOKEN) =>
    (
      await ask<{ setChannelStatus: { status: string } }>(
        `mutation { setChannelStatus(id: "${id}", status: ${status}) { id status } }`,
        token,
      )
    ).setChannelStatus.status;
  const routeOf = async (origin = bed.gateway.origin) => {
    const query = `{ routes(model: "only-ordinary") { price { ${PRICE} } upcomingPrices { ${PRICE} } } }`;
    const [route] = (await ask<{ routes: { price: PriceJson; upcomingPrices: PriceJson[] }[] }>(query, OPERATOR_TOKEN, origin)).routes;
    return route;
  };
  const call = async (model = 'only-ordinary', origin = bed.gateway.origin) => {
    const response = await postChat(origin, CHAT, { model, messages: HI });
    await response.text();
    return receipt(origin, CHAT, response.headers.get('x-request-id') ?? '');
  };

  promise('charges a new price from the next call on, and leaves old receipts theirs', async () => {
    const before = await call();
    const price = await setPrice('input: "3", output: "5", perRequest: "0.01", multiplier: "2"');
    expect(price).toMatchObject({ currency: 'CNY', input: '3', output: '5', cachedInput: null, perRequest: '0.01', multiplier: '2' });
    const after = await call();
    const { inputTokens, outputTokens } = after.usage;
    expect(after.price?.versionId).toBe(price.versionId);
    expect(Math.round(Number(after.charge) * 1e9)).toBe(2 * (inputTokens * 3_000 + outputTokens * 5_000 + 10_000_000));
    expect((await receipt(bed.gateway.origin, CHAT, before.id)).price).toEqual(before.price);
    expect((await setPrice('input: "3", output: "5", perRequest: "0.01", multiplier: "2"')).versionId).toBe(price.versionId);
  });

  promise('begins a price at its instant and not before, with nothing sent to any process', async () => {
    const standing = (await routeOf())?.price;
    const at = new Date(Date.now() + 12_000).toISOString();
    const later = await setPrice(`input: "7", output: "7", effectiveFrom: "${at}"`);
    expect(later.effectiveFrom).toBe(at);
    expect(await routeOf()).toEqual({ price: standing, upcomingPrices: [later] });
    const early = await call();
    expect([early.price?.versionId, early.createdAt < at]).toEqual([standing?.versionId, true]);
    await eventually(async () => expect((await call()).price?.versionId).toBe(later.versionId));
    expect(await routeOf()).toEqual({ price: later, upcomingPrices: [] });
  });

  promise('keeps what was set over a restart with the same catalog, what begins later included', async () => {
    const price = await setPrice('input: "1.5", output: "1.5"');
    const later = await setPrice('input: "9", output: "9", effectiveFrom: "2030-01-01T00:00:00.000Z"');
    await setStatus('cheap-b', 'DISABLED');
    expect((await bed.gateway.stop()).code).toBe(0);
    bed.gateway = await startGateway(bed.gateway.settings);
    expect(await routeOf()).toMatchObject({ price: { versionId: price.versionId }, upcomingPrices: [later] });
    const { channels } = await ask<{ channels: { id: string; status: string }[] }>('{ channels { id status } }');
    expect(channels.find(({ id }) => id === 'cheap-b')?.status).toBe('DISABLED');
    expect(await setStatus('cheap-b', 'ENABLED')).toBe('ENABLED');
  });

  promise('withdraws a price that has not begun, for the operator alone, and tells of any other that none begins then', async () => {
    const withdraw = async (at: string, token = OPERATOR_TOKEN, routeId = ROUTE) => {
      const mutation = `mutation { withdrawPrice(routeId: "${routeId}", effectiveFrom: "${at}") { ${PRICE} } }`;
      return (await ask<{ withdrawPrice: PriceJson }>(mutation, token)).withdrawPrice;
    };
    const before = await routeOf();
    const at = '2029-06-01T00:00:00.000Z';
    const later = await setPrice(`input: "8", output: "8", effectiveFrom: "${at}"`);
    expect((await routeOf())?.upcomingPrices).toContainEqual(later);
    await expect(withdraw(at, tokenOf('acme'))).rejects.toThrow(/Only the operator/);
    await expect(withdraw('2029-06-01T00:00:00.001Z')).rejects.toThrow(/No price of the route .*only-ordinary.* begins then/);
    await expect(withdraw(at, OPERATOR_TOKEN, 'nobody:ORDINARY')).rejects.toThrow(/No price of the route .*nobody/);
    await expect(withdraw(before?.price.effectiveFrom ?? '')).rejects.toThrow(/begins then/);
    expect(await withdraw(at)).toEqual(later);
    expect(await routeOf()).toEqual(before);
    await expect(withdraw(at)).rejects.toThrow(/begins then/);
    const log = '{ auditLog(action: "withdrawPrice") { nodes { before after } } }';
    const { nodes } = (await ask<{ auditLog: { nodes: { before: unknown; after: unknown }[] } }>(log)).auditLog;
    const told = nodes.filter(({ before: was, after: is }) => names(was, later) && is !== null && !names(is, later));
    expect(told).toHaveLength(1);
  });

  promise('passes a disabled channel over, with an attempt that says so, and uses it again when it is enabled', async () => {
    expect(await setStatus('cheap-a', 'DISABLED')).toBe('DISABLED');
    const passed = await call('small');
    expect(passed.attempts.map(({ channel, status, errorCode }) => [channel.id, status, errorCode])).toEqual([
      ['cheap-a', 'SKIPPED', 'channel_disabled'],
      ['cheap-b', 'SUCCEEDED', null],
    ]);
    await setStatus('cheap-a', 'ENABLED');
    expect((await call('small')).attempts.map(({ channel }) => channel.id)).toEqual(['cheap-a']);
  });

  for (const [id, failures, then] of [
    ['cheap-a', 1, { status: 'SUCCEEDED', channel: { id: 'cheap-b' } }],
    ['cheap-b', 3, { status: 'SKIPPED', errorCode: 'channel_disabled' }],
  ] as const) {
    promise(`sends nothing more to a channel that is disabled while a call is tried: ${id}`, async () => {
      const { opened, open } = gate();
      const before = bed.a.requests.length;
      bed.a.next({ status: 503, gate: { before: 'head', opened } });
      for (let more = 1; more < failures; more += 1) bed.a.next({ status: 503 });
      const called = call('stubborn');
      await bed.a.until(() => bed.a.requests.length > before);
      await setStatus(id, 'DISABLED');
      open();
      expect((await called).attempts).toMatchObject([...Array(failures).fill({ status: 'FAILED' }), then]);
      await setStatus(id, 'ENABLED');
    });
  }

  promise('says what is wrong with a price or a name, and changes nothing then', async () => {
    const before = await routeOf();
    await expect(setPrice('input: "1", output: "1", effectiveFrom: "2020-01-01T00:00:00.000Z"')).rejects.toThrow(
      /effectiveFrom has passed/,
    );
    await expect(setPrice('input: "1", output: "1", effectiveFrom: "2090-01-01T00:00:00.000Z"')).rejects.toThrow(/effectiveFrom/);
    await expect(setPrice('input: "-1", output: "1"')).rejects.toThrow(/input must be between 0 and 100000/);
    await expect(setPrice('input: "1", output: "100001"')).rejects.toThrow(/output must be between/);
    await expect(setPrice('input: "1", output: "1", multiplier: "101"')).rejects.toThrow(/multiplier must be between 0 and 100/);
    await expect(setPrice('input: "1", output: "1", classes: { perImage: "-1" }')).rejects.toThrow(/perImage must be between/);
    await expect(setPrice('input: "1", output: "1"', 'nobody:ORDINARY')).rejects.toThrow(/There is no route .*nobody:ORDINARY/);
    await expect(setStatus('nobody-at-all', 'DISABLED')).rejects.toThrow(/There is no channel .*nobody-at-all/);
    expect(await routeOf()).toEqual(before);
  });

  promise('lets nobody but the operator change it', async () => {
    for (const token of [tokenOf('acme'), CHAT]) {
      await expect(setPrice('input: "0", output: "0"', ROUTE, token)).rejects.toThrow(/Only the operator/);
      await expect(setStatus('cheap-a', 'DISABLED', token)).rejects.toThrow(/Only the operator/);
    }
  });

  promise('keeps what is priced apart, unless the price says otherwise', async () => {
    const classes = async () => {
      const query = '{ routes(model: "painter") { price { classes { perImage } } } }';
      return (await ask<{ routes: { price: { classes: { perImage: string } | null } }[] }>(query)).routes[0]?.price.classes?.perImage;
    };
    await setPrice('input: "0", output: "1"', 'painter:ORDINARY');
    expect(await classes()).toBe('0.02');
    await setPrice('input: "0", output: "1", classes: { perImage: "0.03" }', 'painter:ORDINARY');
    expect(await classes()).toBe('0.03');
  });

  promise('reaches every process within two seconds', async () => {
    if (bed.kind === 'sqlite') return; // One process owns the file.
    const other = await startGateway(bed.gateway.settings);
    try {
      const { versionId } = await setPrice('input: "2.5", output: "2.5"');
      await eventually(async () => expect((await call('only-ordinary', other.origin)).price?.versionId).toBe(versionId));
    } finally {
      await other.stop();
    }
  });
});
