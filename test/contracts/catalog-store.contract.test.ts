/** What the stored catalog promises, on each database. */
import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { PRICE_CLASSES } from '../../src/kernel/classes';
import { ConfigurationError } from '../../src/kernel/configuration-error';
import { Fault } from '../../src/kernel/fault';
import { LONG_PROMPT_ABOVE_MAX, LONG_PROMPT_AMOUNTS, LONG_PROMPTS_MAX } from '../../src/kernel/long-prompts';
import { nano } from '../../src/kernel/money';
import { PRICE_MAX, type PriceVersion } from '../../src/routing/catalog';
import { SqlCatalogStore } from '../../src/storage/catalog/catalog-store';
import { type DatabaseLocation, openDatabase } from '../../src/storage/data-source';
import { aModel, amount } from '../support/catalog-builders';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import {
  aDeclaredCatalog,
  aDeclaredChannel,
  aDeclaredCost,
  aDeclaredPrice,
  aDeclaredRoute,
  aDeclaredStep,
} from '../support/declared-catalogs';

const MASTER_KEY = randomBytes(32);
const START = 1_790_000_000_000;
const KINDS: readonly DatabaseKind[] = ['sqlite', 'mysql'];

describe.each(KINDS)('the catalog on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let dataSource: DataSource;
  let store: SqlCatalogStore;
  let now = START;
  const warnings: string[] = [];

  const clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };
  const log = { info: () => undefined, warn: (_: object, message: string) => void warnings.push(message), error: () => undefined };
  const newStore = (masterKey = MASTER_KEY) => new SqlCatalogStore({ dataSource, masterKey, clock, log });
  const promise = whereServed(() => served);

  beforeAll(async () => {
    served = await isServed(kind);
  });

  beforeEach(async () => {
    if (!served) return;
    now = START;
    warnings.length = 0;
    database = await freshDatabase(kind);
    dataSource = await openDatabase(locationOf(database));
    store = newStore();
  });

  afterEach(async () => {
    if (!served) return;
    await dataSource.destroy();
    await database.drop();
  });

  promise('keeps what a price and a cost have apart, and makes no new version of the same', async () => {
    const classes = { perImage: amount('0.04'), reasoning: amount('12') };
    const price = aDeclaredPrice('1', '2', { classes });
    const step = aDeclaredStep('a', { cost: aDeclaredCost('1', '2', { classes: { perSecond: amount('0.0001') } }) });
    const declared = aDeclaredCatalog({ routes: [aDeclaredRoute({ price, steps: [step] })] });
    await store.applyCatalog(declared);
    const route = store.current().routes.get('m:ORDINARY');
    expect([route?.price.classes, route?.steps[0]?.cost?.classes]).toEqual([classes, { perSecond: amount('0.0001') }]);
    expect((await store.prices(['m:ORDINARY#1'])).get('m:ORDINARY#1')?.classes).toEqual(classes);
    expect(await newStore().applyCatalog(declared)).toEqual({ changed: false });
    const dearer = aDeclaredPrice('1', '2', { classes: { ...classes, perImage: amount('0.05') } });
    await store.applyCatalog(aDeclaredCatalog({ routes: [aDeclaredRoute({ price: dearer, steps: [step] })] }));
    expect(store.current().routes.get('m:ORDINARY')?.price).toMatchObject({ id: 'm:ORDINARY#2', classes: { perImage: amount('0.05') } });
  });

  promise('keeps what long prompts cost, gives another threshold a version of its own, and makes none of the same', async () => {
    const long = (above: number) => ({ above, input: amount('2.50'), cachedInput: amount('0.25'), output: amount('15') });
    const routeWith = (above: number) => {
      const longPrompts = [long(32_000), long(above)];
      const steps = [
        aDeclaredStep('a', { cost: aDeclaredCost('1', '2', { classes: { perImage: amount('1') }, longPrompts }) }),
        aDeclaredStep('b', { price: aDeclaredPrice('1', '2', { longPrompts }) }),
      ];
      return aDeclaredCatalog({ routes: [aDeclaredRoute({ price: aDeclaredPrice('1', '2', { longPrompts }), steps })] });
    };
    const standing = async () => {
      const fresh = newStore();
      await fresh.load();
      const route = fresh.current().routes.get('m:ORDINARY');
      return [route?.price, route?.steps[1]?.price, route?.steps[0]?.cost].map((each) => [each?.id, each?.longPrompts?.[1]]);
    };
    await store.applyCatalog(routeWith(128_000));
    const before = ['m:ORDINARY#1', 'm:ORDINARY/b#1', 'a/m#1'].map((id) => [id, long(128_000)]);
    expect(await standing()).toEqual(before);
    expect(await newStore().applyCatalog(routeWith(128_000))).toEqual({ changed: false });
    await store.applyCatalog(routeWith(200_000));
    expect(await standing()).toEqual(['m:ORDINARY#2', 'm:ORDINARY/b#2', 'a/m#2'].map((id) => [id, long(200_000)]));
    const old = (await newStore().prices(['m:ORDINARY#1'])).get('m:ORDINARY#1');
    expect(old?.longPrompts).toEqual([long(32_000), long(128_000)]);
  });

  promise('stores as many prices of long prompts as a catalog may have, each as long as it may be', async () => {
    const most = nano(PRICE_MAX);
    const amounts = Object.fromEntries(LONG_PROMPT_AMOUNTS.map((name) => [name, most]));
    const longPrompts = Array.from({ length: LONG_PROMPTS_MAX }, (_, at) => ({
      ...{ above: LONG_PROMPT_ABOVE_MAX - LONG_PROMPTS_MAX + at, input: most, output: most },
      ...amounts,
    }));
    const classes = Object.fromEntries(PRICE_CLASSES.map((name) => [name, most]));
    const price = aDeclaredPrice('1', '2', { classes, longPrompts });
    const steps = [aDeclaredStep('a', { cost: aDeclaredCost('1', '2', { classes, longPrompts }) })];
    await store.applyCatalog(aDeclaredCatalog({ routes: [aDeclaredRoute({ price, steps })] }));
    const route = store.current().routes.get('m:ORDINARY');
    for (const each of [route?.price, route?.steps[0]?.cost]) expect(each).toMatchObject({ classes, longPrompts });
  });

  /** An older build takes no name in this text that it does not know. It ignores a column that it does not know. */
  promise('has the prices of long prompts where an older process that runs on cannot pass over them', async () => {
    const longPrompts = [{ above: 9, input: amount('2'), output: amount('8') }];
    await store.applyCatalog(aDeclaredCatalog({ routes: [aDeclaredRoute({ price: aDeclaredPrice('1', '2', { longPrompts }) })] }));
    const [row] = await database.query("SELECT classes FROM price_version WHERE id = 'm:ORDINARY#1'");
    expect(row?.['classes']).toBe('{"longPrompts":[{"above":9,"input":"2000000000","output":"8000000000"}]}');
  });

  promise('keeps several secrets sealed, the breaker of a channel, and how one of several channels is chosen', async () => {
    const channel = { ...aDeclaredChannel('a'), apiKey: 'sk-one', apiKeys: ['sk-one', 'sk-two'], breaker: { openMs: 100, off: false } };
    const steps = [aDeclaredStep('a', { priority: 1, weight: 3 }), aDeclaredStep('b', { priority: 1 })];
    const declared = aDeclaredCatalog({ channels: [channel, aDeclaredChannel('b')], routes: [aDeclaredRoute({ steps, sticky: 'key' })] });
    await store.applyCatalog(declared);
    const read = async () => {
      const fresh = newStore();
      await fresh.load();
      return fresh.current();
    };
    const { channels, routes } = await read();
    expect(channels.get('a')).toEqual({ ...channel, enabled: true, retired: false });
    expect(channels.get('b')).not.toHaveProperty('apiKeys');
    expect(routes.get('m:ORDINARY')).toMatchObject({ sticky: 'key', steps: [{ priority: 1, weight: 3 }, { priority: 1 }] });
    expect(JSON.stringify(await database.query('SELECT * FROM channel'), (_, value) => String(value))).not.toMatch(/sk-one|sk-two/);
    expect(JSON.stringify(await database.query('SELECT applied FROM catalog_state'))).not.toMatch(/sk-one|sk-two/);
    expect(await newStore().applyCatalog(declared)).toEqual({ changed: false });
    const one = aDeclaredCatalog({ channels: [aDeclaredChannel('a'), aDeclaredChannel('b')], routes: [aDeclaredRoute({ steps })] });
    expect(await newStore().applyCatalog(one)).toEqual({ changed: true });
    const after = await read();
    expect(after.channels.get('a')).toEqual({ ...aDeclaredChannel('a'), enabled: true, retired: false });
    expect(after.routes.get('m:ORDINARY')).not.toHaveProperty('sticky');
  });

  promise('shows what was applied, with secrets opened', async () => {
    expect(await store.applyCatalog(aDeclaredCatalog())).toEqual({ changed: true });
    const { channels, models, routes } = store.current();
    expect(channels.get('a')).toEqual({ ...aDeclaredChannel('a'), enabled: true, retired: false });
    expect([...models.values()]).toEqual([aModel('m')]);
    expect(routes.get('m:ORDINARY')).toMatchObject({
      enabled: true,
      price: { id: 'm:ORDINARY#1', channelId: null, input: amount('0.80'), multiplier: amount('1'), effectiveFrom: START },
      steps: [
        { channelId: 'a', maxAttempts: 2, price: null },
        { channelId: 'b', maxAttempts: 1, price: { id: 'm:ORDINARY/b#1', channelId: 'b', output: amount('4.00') } },
      ],
    });
  });

  promise('lists models in the order of the catalog', async () => {
    await store.applyCatalog(aDeclaredCatalog({ models: ['z', 'm', 'a'].map((id) => aModel(id)) }));
    expect([...store.current().models.keys()]).toEqual(['z', 'm', 'a']);
    await store.applyCatalog(aDeclaredCatalog({ models: ['m', 'z'].map((id) => aModel(id)) }));
    expect([...store.current().models.keys()]).toEqual(['m', 'z']);
  });

  promise('changes nothing when the same catalog is applied twice', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const before = await everyRow(database);
    now += 1_000;
    expect(await newStore().applyCatalog(aDeclaredCatalog())).toEqual({ changed: false });
    expect(await everyRow(database)).toEqual(before);
  });

  promise('gives a changed price a new version and keeps the old one for ever', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const { revision } = store.current();
    now += 1_000;
    await store.applyCatalog(aDeclaredCatalog({ routes: [aDeclaredRoute({ price: aDeclaredPrice('0.90', '3.20') })] }));
    expect(store.current().revision).toBe(revision + 1);
    expect(store.current().routes.get('m:ORDINARY')?.price).toMatchObject({ id: 'm:ORDINARY#2', effectiveFrom: START + 1_000 });
    const prices = await newStore().prices(['m:ORDINARY#1', 'm:ORDINARY#2', 'm:ORDINARY#3']);
    expect([...prices.values()].map(({ id, input }) => [id, input])).toEqual([
      ['m:ORDINARY#1', amount('0.80')],
      ['m:ORDINARY#2', amount('0.90')],
    ]);
  });

  promise("lets a step whose price is dropped fall back to the route's", async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const steps = [aDeclaredStep('a'), aDeclaredStep('b')];
    await store.applyCatalog(aDeclaredCatalog({ routes: [aDeclaredRoute({ steps })] }));
    expect(
      store
        .current()
        .routes.get('m:ORDINARY')
        ?.steps.map((step) => step.price),
    ).toEqual([null, null]);
    expect((await store.prices(['m:ORDINARY/b#1'])).size).toBe(1);
  });

  promise('keeps what channels charge in versions of its own, with the price untouched', async () => {
    const costing = (input: string) => {
      const cost = aDeclaredCost(input, '0.000000001', { perRequest: amount('0.01') });
      return aDeclaredCatalog({ routes: [aDeclaredRoute({ steps: [aDeclaredStep('a', { cost }), aDeclaredStep('b')] })] });
    };
    const costs = () =>
      store
        .current()
        .routes.get('m:ORDINARY')
        ?.steps.map(({ cost }) => cost);
    await store.applyCatalog(costing('0.10'));
    const declared = aDeclaredCost('0.10', '0.000000001', { perRequest: amount('0.01') });
    expect(costs()).toEqual([{ ...declared, id: 'a/m#1', channelId: 'a', effectiveFrom: START }, null]);
    now += 1_000;
    await store.applyCatalog(costing('0.20'));
    expect(costs()).toMatchObject([{ id: 'a/m#2', currency: 'USD', input: amount('0.20'), effectiveFrom: START + 1_000 }, null]);
    expect(store.current().routes.get('m:ORDINARY')?.price.id).toBe('m:ORDINARY#1');
    expect(await newStore().applyCatalog(costing('0.20'))).toEqual({ changed: false });
    expect(await database.query('SELECT id FROM cost_version')).toHaveLength(2);
  });

  promise('makes no new version for a price that moves with its step', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const [first, second] = aDeclaredRoute().steps;
    await store.applyCatalog(aDeclaredCatalog({ routes: [aDeclaredRoute({ steps: [second!, first!] })] }));
    expect(
      store
        .current()
        .routes.get('m:ORDINARY')
        ?.steps.map((step) => step.price?.id ?? null),
    ).toEqual(['m:ORDINARY/b#1', null]);
    expect(await database.query('SELECT id FROM price_version')).toHaveLength(2);
  });

  promise('keeps amounts exact to the nano', async () => {
    const price = aDeclaredPrice('99999.999999999', '0.000000001', { perRequest: amount('99999.123456789') });
    await store.applyCatalog(aDeclaredCatalog({ routes: [aDeclaredRoute({ price })] }));
    expect(store.current().routes.get('m:ORDINARY')?.price).toMatchObject(price);
  });

  promise('lets a price that was set since stand, until the catalog declares another one', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const { revision } = store.current();
    expect((await store.setRoutePrice('m:ORDINARY', () => aDeclaredPrice('0.50', '2.00'))).id).toBe('m:ORDINARY#2');
    expect(store.current().revision).toBe(revision + 1);

    const otherSteps = { steps: [aDeclaredStep('a', { maxAttempts: 3 })] };
    await newStore().applyCatalog(aDeclaredCatalog({ routes: [aDeclaredRoute(otherSteps)] }));
    await store.load();
    expect(store.current().routes.get('m:ORDINARY')).toMatchObject({ price: { id: 'm:ORDINARY#2' }, steps: [{ maxAttempts: 3 }] });

    await store.applyCatalog(aDeclaredCatalog({ routes: [aDeclaredRoute({ ...otherSteps, price: aDeclaredPrice('0.70', '3.00') })] }));
    expect(store.current().routes.get('m:ORDINARY')?.price).toMatchObject({ id: 'm:ORDINARY#3', input: amount('0.70') });
  });

  promise('takes back a price that began by a clock that was ahead, and begins it when it is due', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    await store.setRoutePrice('m:ORDINARY', () => aDeclaredPrice('0.50', '2.00'), START + 60_000);
    const inForce = () => store.current().routes.get('m:ORDINARY')?.price.id;
    const told = [START, START + 3_600_000, START + 1_000, START + 60_000, START, START + 60_000].map((at) => {
      now = at;
      return inForce();
    });
    expect(told).toEqual([1, 2, 1, 2, 1, 2].map((version) => `m:ORDINARY#${version}`));
  });

  promise('is priced over what stands by then, never over what this process read last', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const other = newStore();
    await other.load();
    const [longPrompts, begins] = [[{ above: 9, input: amount('7'), output: amount('8') }], START + 60_000];
    await store.setRoutePrice('m:ORDINARY', () => aDeclaredPrice('0.50', '2.00'));
    await store.setRoutePrice('m:ORDINARY', () => aDeclaredPrice('0.60', '2.00', { longPrompts }), begins);
    const standing: unknown[] = [];
    const asItIs = (price: PriceVersion) => {
      standing.push(price);
      return price;
    };
    for (const from of [null, begins - 1, begins, begins + 1]) await other.setRoutePrice('m:ORDINARY', asItIs, from);
    const [now, then] = [{ input: amount('0.50') }, { input: amount('0.60'), longPrompts }];
    expect(standing).toMatchObject([now, now, then, then]);
  });

  promise('refuses to price a route that is not there', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const { revision } = store.current();
    await expect(store.setRoutePrice('x:ORDINARY', () => aDeclaredPrice('1', '1'))).rejects.toThrow(Fault);
    expect(store.current().revision).toBe(revision);
  });

  promise('takes no channel out of use whose id is not exactly the one that was named', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const [channel] = [...store.current().channels.values()];
    for (const id of [`${channel?.id} `, ` ${channel?.id}`, channel?.id.toUpperCase() ?? '', 'né']) {
      await expect(store.setChannelEnabled(id, false)).rejects.toMatchObject({ code: 'not_found' });
    }
    await store.refresh();
    expect([...store.current().channels.values()][0]).toEqual(channel);
  });

  promise('retires what has left the catalog, and takes it back with its prices', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    await store.applyCatalog(aDeclaredCatalog({ channels: [aDeclaredChannel('a')], models: [], routes: [] }));
    const { channels, models, routes } = store.current();
    expect([models.size, routes.size]).toEqual([0, 0]);
    expect(channels.get('b')).toMatchObject({ name: 'b', retired: true, enabled: false, apiKey: '' });
    expect(await database.query('SELECT id FROM route')).toHaveLength(1);

    await store.applyCatalog(aDeclaredCatalog());
    expect(store.current().routes.get('m:ORDINARY')?.price.id).toBe('m:ORDINARY#1');
    expect(store.current().channels.get('b')).toMatchObject({ retired: false, enabled: true, apiKey: 'sk-upstream' });
  });

  promise('leaves a channel as it is when only another one changes', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    await database.query("UPDATE channel SET enabled = 0 WHERE id IN ('a', 'b')");
    const sealed = await database.query("SELECT sealed_api_key FROM channel WHERE id = 'a'");
    const channels = [aDeclaredChannel('a'), aDeclaredChannel('b', { apiKey: 'sk-new', baseUrl: 'https://b.example/v2' })];
    await store.applyCatalog(aDeclaredCatalog({ channels }));
    expect(await database.query("SELECT sealed_api_key FROM channel WHERE id = 'a'")).toEqual(sealed);
    expect(store.current().channels.get('b')).toMatchObject({ apiKey: 'sk-new', baseUrl: 'https://b.example/v2', enabled: false });
  });

  promise('stores no secret in clear, and none at all in the state that is compared', async () => {
    await store.applyCatalog(aDeclaredCatalog({ channels: [aDeclaredChannel('a', { apiKey: 'sk-very-secret' }), aDeclaredChannel('b')] }));
    const rows = JSON.stringify(await everyRow(database), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(rows).not.toContain('sk-very-secret');
    expect(rows).not.toContain(Buffer.from('sk-very-secret').toString('base64'));
    const [state] = await database.query('SELECT applied FROM catalog_state');
    expect(state?.['applied']).toMatch(/"apiKeySha256":"[0-9a-f]{64}"/);
  });

  promise('writes nothing when a part of the catalog cannot be written', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const before = await everyRow(database);
    const broken = aDeclaredStep('a', { upstreamModel: null as unknown as string });
    const changed = aDeclaredCatalog({
      channels: [aDeclaredChannel('c')],
      routes: [aDeclaredRoute({ price: aDeclaredPrice('9', '9'), steps: [broken] })],
    });
    await expect(store.applyCatalog(changed)).rejects.toThrow();
    expect(await everyRow(database)).toEqual(before);
    expect(store.current().models.size).toBe(1);
  });

  promise('applies a change once when two processes start with it together', async () => {
    const stores = [store, newStore(), newStore()];
    const applied = await Promise.all(stores.map((each) => each.applyCatalog(aDeclaredCatalog())));
    expect(applied.filter(({ changed }) => changed)).toHaveLength(1);
    expect(new Set(stores.map((each) => each.current().revision)).size).toBe(1);
  });

  promise('sees what another process applied, and keeps the old snapshot while the database is away', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const other = newStore();
    await other.load();
    await store.applyCatalog(aDeclaredCatalog({ models: [aModel('m'), aModel('n')] }));
    await other.refresh();
    expect([...other.current().models.keys()]).toEqual(['m', 'n']);

    await database.query('ALTER TABLE catalog_state RENAME TO gone');
    await other.refresh();
    await other.refresh();
    expect([...other.current().models.keys()]).toEqual(['m', 'n']);
    expect(warnings).toEqual(['the catalog cannot be read now; the last one that was read stays in use']);
  });

  describe('where a replica took over that had not heard of the last change', () => {
    /** The database as it was before: the first price stands. */
    const forgetLast = async (revision: number) => {
      await database.query("UPDATE route SET price_id = 'm:ORDINARY#1' WHERE id = 'm:ORDINARY'");
      await database.query("DELETE FROM price_version WHERE id = 'm:ORDINARY#2'");
      await database.query(`UPDATE catalog_state SET revision = ${revision}`);
    };
    const priceOf = (each: SqlCatalogStore) => each.current().routes.get('m:ORDINARY')?.price;
    let follower: SqlCatalogStore;

    beforeEach(async () => {
      if (!served) return;
      await store.applyCatalog(aDeclaredCatalog());
      const { revision } = store.current();
      await store.setRoutePrice('m:ORDINARY', () => aDeclaredPrice('0.50', '2'));
      follower = newStore();
      await follower.load();
      await follower.prices(['m:ORDINARY#2']);
      await forgetLast(revision);
    });

    promise('serves what the database has, although that is less than before', async () => {
      await follower.refresh();
      expect(priceOf(follower)).toMatchObject({ id: 'm:ORDINARY#1' });
    });

    promise('serves what was changed there since, and knows the version that was lost no more', async () => {
      now += 60_000;
      await newStore().setRoutePrice('m:ORDINARY', () => aDeclaredPrice('0.60', '2'));
      await follower.refresh();
      const changed = { id: 'm:ORDINARY#2', input: amount('0.60') };
      expect(priceOf(follower)).toMatchObject(changed);
      expect((await follower.prices(['m:ORDINARY#2'])).get('m:ORDINARY#2')).toMatchObject(changed);
    });
  });

  promise('follows other processes by itself where there can be any', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const other = newStore();
    await other.load();
    other.start();
    await store.applyCatalog(aDeclaredCatalog({ models: [aModel('m'), aModel('n')] }));
    if (kind === 'mysql') await until(() => other.current().models.size === 2);
    other.stop();
  });

  promise('is never changed by whoever has another master key, unless all its secrets are given anew', async () => {
    const [stranger, dear] = [newStore(randomBytes(32)), aDeclaredRoute({ price: aDeclaredPrice('9', '9') })];
    const channels = (secret: string) => [aDeclaredChannel('a', { apiKey: secret }), aDeclaredChannel('b', { apiKey: secret })];
    const first = aDeclaredCatalog({ channels: channels('one') });
    await store.applyCatalog(first);
    const before = await everyRow(database);
    const half = aDeclaredCatalog({ channels: [...channels('one').slice(0, 1), ...channels('two').slice(1)], routes: [dear] });
    await expect(stranger.applyCatalog(half)).rejects.toBeInstanceOf(ConfigurationError);
    const unavailable = { code: 'temporarily_unavailable', publicMessage: expect.stringContaining('another master key') };
    await expect(stranger.setRoutePrice('m:ORDINARY', () => aDeclaredPrice('9', '9'))).rejects.toMatchObject(unavailable);
    for (const enabled of [true, false]) await expect(stranger.setChannelEnabled('a', enabled)).rejects.toMatchObject(unavailable);
    await expect(stranger.edit(() => ({}))).rejects.toMatchObject(unavailable);
    expect(await everyRow(database)).toEqual(before);
    expect(await store.applyCatalog(first)).toEqual({ changed: false });
    await stranger.applyCatalog(aDeclaredCatalog({ channels: channels('two') }));
    expect(stranger.current().channels.get('b')?.apiKey).toBe('two');
  });

  promise('names the master key when it does not open the stored secrets', async () => {
    await store.applyCatalog(aDeclaredCatalog());
    const refused = await newStore(randomBytes(32))
      .load()
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigurationError);
    expect((refused as ConfigurationError).faults).toMatchObject([
      { path: 'MASTER_KEY', problem: expect.stringMatching(/ as MASTER_KEY_PREVIOUS\. Left out, it is the key in master\.key /) },
    ]);
  });
});

const TABLES = ['channel', 'model', 'route', 'route_step', 'price_version', 'catalog_state'];

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function everyRow(database: TestDatabase): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const table of TABLES) rows.push(await database.query(`SELECT * FROM ${table} ORDER BY 1, 2`));
  return rows;
}

function locationOf({ kind, file, url }: TestDatabase): DatabaseLocation {
  return kind === 'sqlite' ? { kind, file } : { kind, url };
}
