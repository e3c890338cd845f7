/** `kill -9` of the gateway at each point of a request, hit for certain: locks, gates and proxies hold it there. */
import { audit } from '../support/audit';
import { eventually, gate } from '../support/eventually';
import { eventsOf, get, nanoOf, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { freeze } from '../support/frozen-database';
import { startGateway } from '../support/gateway-process';
import { silentForAMinute } from '../support/long-dead';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import type { Script } from '../support/script';
import { HI, secretOf } from '../support/shop-catalog';
import { type WithholdingProxy, withholdingProxy } from '../support/withholding-proxy';
import { callOnce, killAndStart, openHolds, partsOf } from './one-call';

const CHAT = secretOf('chat');
const RECOVERED_MS = 180_000;
const TEST_MS = 600_000;
const HONEST = '0.000013';

interface Sent {
  /** Empty as long as no head has come. */
  readonly id: Promise<string>;
  /** What the client got until the connection broke. */
  readonly got: Promise<string>;
}

function send(bed: Bed, script: Script, stream = true): Sent {
  bed.a.next(script);
  const response = postChat(bed.gateway.origin, CHAT, { model: 'only-ordinary', messages: HI, stream });
  const got = response.then(partsOf).catch(() => '');
  return { id: response.then((head) => head.headers.get('x-request-id') ?? '').catch(() => ''), got };
}

/** Whatever was sent to the gateway before is being worked on when this resolves. */
async function workedOn(bed: Bed): Promise<void> {
  for (let look = 0; look < 5; look += 1) await get(bed.gateway.origin, '/healthz', null);
}

async function recovered(bed: Bed): Promise<void> {
  await eventually(async () => expect(await openHolds(bed)).toBe(0n), RECOVERED_MS);
  expect(await audit(bed.database)).toEqual([]);
}

async function abandoned(bed: Bed, id: string): Promise<ReceiptJson> {
  await recovered(bed);
  const story = await receipt(bed.gateway.origin, CHAT, id);
  expect(story).toMatchObject({ status: 'ABANDONED', stopReason: 'GATEWAY_CRASH' });
  return story;
}

async function receipts(bed: Bed): Promise<bigint> {
  return (await bed.database.query('SELECT COUNT(*) AS n FROM receipt'))[0]?.['n'] as bigint;
}

onEachDatabase('kill -9', (bed, promise) => {
  promise(
    'before the hold is committed leaves no hold, no receipt and no call of the provider, and the request works when it is sent again',
    async () => {
      const [before, calls] = [await receipts(bed), bed.a.requests.length];
      const frozen = await freeze(bed.database);
      const sent = send(bed, {});
      await workedOn(bed);
      const { settings } = bed.gateway;
      await bed.gateway.kill();
      await frozen.thaw();
      await silentForAMinute(bed.database);
      bed.gateway = await startGateway(settings);
      await recovered(bed);
      expect([await sent.got, await receipts(bed), bed.a.requests.length]).toEqual(['', before, calls]);
      expect((await callOnce(bed, { model: 'only-ordinary' })).story).toMatchObject({ status: 'SUCCEEDED', charge: HONEST });
    },
    TEST_MS,
  );

  promise(
    'after the request was sent and before its head releases the hold and charges nothing',
    async () => {
      const { opened, open } = gate();
      const calls = bed.a.requests.length;
      const sent = send(bed, { gate: { before: 'head', opened } });
      await bed.a.until(() => bed.a.requests.length > calls);
      const [hold] = await bed.database.query("SELECT request_id FROM hold WHERE state = 'OPEN'");
      await killAndStart(bed);
      open();
      expect(await abandoned(bed, String(hold?.['request_id']))).toMatchObject({
        charge: '0',
        hold: { state: 'RELEASED' },
        ledgerEntries: [],
      });
      expect([await sent.got, bed.a.requests.length]).toEqual(['', calls + 1]);
    },
    TEST_MS,
  );

  promise(
    'after the head and before any output releases the hold and charges nothing',
    async () => {
      const { opened, open } = gate();
      const sent = send(bed, { gate: { before: 1, opened } });
      const id = await sent.id;
      await killAndStart(bed);
      open();
      expect(await abandoned(bed, id)).toMatchObject({ charge: '0', hold: { state: 'RELEASED' }, ledgerEntries: [] });
    },
    TEST_MS,
  );

  promise(
    'in the middle of a stream charges what was delivered at most, once',
    async () => {
      const { opened, open } = gate();
      const sent = send(bed, { text: 'one two three four', gate: { before: 3, opened } });
      const id = await sent.id;
      await bed.a.until(() => bed.a.served.at(-1)?.pieces === 3);
      await workedOn(bed);
      await killAndStart(bed);
      open();
      const story = await abandoned(bed, id);
      // "hi" is 18 tokens at most, and each of the two words is one.
      expect(nanoOf(story.charge)).toBeLessThanOrEqual(18_000n + 2n * 4_000n);
      expect(story.ledgerEntries).toHaveLength(nanoOf(story.charge) > 0n ? 1 : 0);
      expect(eventsOf(await sent.got)).not.toContain('[DONE]');
    },
    TEST_MS,
  );

  for (const stream of [true, false]) {
    promise(
      `after the provider has ended and before the settlement is committed charges what was delivered at most, and the client has no end (${stream ? 'stream' : 'whole'})`,
      async () => {
        const { opened, open } = gate();
        const calls = bed.a.requests.length;
        const sent = send(bed, { text: 'one two three', gate: { before: stream ? 2 : 'head', opened } }, stream);
        await bed.a.until(() => bed.a.requests.length > calls);
        const [hold] = await bed.database.query("SELECT request_id FROM hold WHERE state = 'OPEN'");
        const frozen = await freeze(bed.database);
        open();
        await bed.a.until(() => bed.a.served.at(-1)?.completed === true);
        await workedOn(bed);
        const { settings } = bed.gateway;
        await bed.gateway.kill();
        await frozen.thaw();
        await silentForAMinute(bed.database);
        bed.gateway = await startGateway(settings);
        const story = await abandoned(bed, String(hold?.['request_id']));
        expect(nanoOf(story.charge)).toBeLessThanOrEqual(stream ? 18_000n + 3n * 4_000n : 0n);
        const got = await sent.got;
        expect(stream ? eventsOf(got).includes('[DONE]') : got !== '').toBe(false);
      },
      TEST_MS,
    );
  }

  promise(
    'right after the last byte changes nothing: the receipt and its one charge are there at the next start',
    async () => {
      const { story } = await callOnce(bed, { model: 'only-ordinary', stream: true });
      await killAndStart(bed);
      expect(await receipt(bed.gateway.origin, CHAT, story.id)).toEqual(story);
      expect([story.charge, story.ledgerEntries.length]).toEqual([HONEST, 1]);
      await recovered(bed);
    },
    TEST_MS,
  );
});

onEachDatabase(
  'kill -9 while a batch, or the answer to it, is on its way,',
  (bed, promise) => {
    const throughProxy = async (check: (proxy: WithholdingProxy) => Promise<void>) => {
      const proxy = await withholdingProxy(bed.database.url);
      const direct = bed.gateway.settings;
      try {
        await bed.gateway.stop();
        bed.gateway = await startGateway({ ...direct, databaseUrl: proxy.url });
        await check(proxy);
      } finally {
        await bed.gateway.kill();
        await proxy.close();
        await silentForAMinute(bed.database);
        bed.gateway = await startGateway(direct);
      }
    };

    promise(
      'the answer to the hold: nothing was sent, the hold is released and nothing charged',
      async () => {
        const calls = bed.a.requests.length;
        let id = '';
        await throughProxy(async (proxy) => {
          const committed = proxy.withhold('hold');
          const sent = send(bed, {});
          await committed;
          const [hold] = await bed.database.query("SELECT request_id FROM hold WHERE state = 'OPEN'");
          id = String(hold?.['request_id']);
          await bed.gateway.kill();
          expect(await sent.got).toBe('');
        });
        expect(await abandoned(bed, id)).toMatchObject({ charge: '0', hold: { state: 'RELEASED' } });
        expect(bed.a.requests.length).toBe(calls);
        // The script that nobody asked for.
        await callOnce(bed, { model: 'only-ordinary' });
      },
      TEST_MS,
    );

    promise(
      'the answer to the settlement: it is charged once and stays so, although the client never saw the end',
      async () => {
        let sent: Sent | undefined;
        await throughProxy(async (proxy) => {
          const committed = proxy.withhold('receipt');
          sent = send(bed, {});
          await committed;
          await bed.gateway.kill();
        });
        await recovered(bed);
        const story = await receipt(bed.gateway.origin, CHAT, await sent?.id);
        expect(story).toMatchObject({ status: 'SUCCEEDED', stopReason: 'COMPLETED', charge: HONEST, hold: { state: 'SETTLED' } });
        expect(story.ledgerEntries).toHaveLength(1);
        expect(eventsOf((await sent?.got) ?? '')).not.toContain('[DONE]');
      },
      TEST_MS,
    );

    promise(
      'a hold that arrives when its process was declared dead: it is given back, nothing was sent, and nothing is charged',
      async () => {
        const calls = bed.a.requests.length;
        let id = '';
        await throughProxy(async (proxy) => {
          const said = proxy.delay('hold');
          const sent = send(bed, {});
          const letGo = await said;
          await bed.gateway.kill();
          expect(await sent.got).toBe('');
          await declaredDead(bed);
          expect(await openHolds(bed)).toBe(0n);
          await letGo();
          const [hold] = await bed.database.query("SELECT request_id FROM hold WHERE state = 'OPEN'");
          id = String(hold?.['request_id']);
        });
        expect(await abandoned(bed, id)).toMatchObject({ charge: '0', hold: { state: 'RELEASED' } });
        expect(bed.a.requests.length).toBe(calls);
        // The script that nobody asked for.
        await callOnce(bed, { model: 'only-ordinary' });
      },
      TEST_MS,
    );

    promise(
      'a settlement that arrives when its hold was given back: it writes nothing, and nothing is charged',
      async () => {
        await throughProxy(async (proxy) => {
          const said = proxy.delay('receipt');
          const sent = send(bed, {}, false);
          const letGo = await said;
          const [hold] = await bed.database.query("SELECT request_id FROM hold WHERE state = 'OPEN'");
          await bed.gateway.kill();
          expect(await sent.got).toBe('');
          const { settings } = bed.gateway;
          await silentForAMinute(bed.database);
          bed.gateway = await startGateway({ ...settings, databaseUrl: bed.database.url });
          const story = await abandoned(bed, String(hold?.['request_id']));
          const before = await receipts(bed);
          await letGo();
          expect(await receipts(bed)).toBe(before);
          expect(await receipt(bed.gateway.origin, CHAT, story.id)).toEqual(story);
        });
        await recovered(bed);
      },
      TEST_MS,
    );
  },
  ['mysql'],
);

onEachDatabase(
  'kill -9 of the process that sweeps',
  (bed, promise) => {
    promise(
      'in the middle of giving back the holds of a dead one: the next gives each back once',
      async () => {
        const { opened, open } = gate();
        const { settings } = bed.gateway;
        const sent = [send(bed, { gate: { before: 1, opened } }), send(bed, { gate: { before: 1, opened } })];
        const ids = await Promise.all(sent.map(({ id }) => id));
        const sweeper = await startGateway(settings);
        const frozen = await freeze(bed.database);
        await bed.gateway.kill();
        await silentForAMinute(bed.database);
        // It waits for the locks of the wallets, in the middle of giving back.
        await eventually(async () => expect(await waitingForLocks(bed)).toBeGreaterThan(0n), RECOVERED_MS);
        await sweeper.kill();
        await frozen.thaw();
        expect(await openHolds(bed)).toBe(2n);
        bed.gateway = await startGateway(settings);
        open();
        for (const id of ids) expect(await abandoned(bed, id)).toMatchObject({ charge: '0', hold: { state: 'RELEASED' } });
      },
      TEST_MS * 2,
    );
  },
  ['mysql'],
);

/** Somebody else sees that the process that was killed is dead, and ends what it held: nothing so far. */
async function declaredDead(bed: Bed): Promise<void> {
  await silentForAMinute(bed.database);
  const other = await startGateway({ ...bed.gateway.settings, databaseUrl: bed.database.url });
  const living = async () => (await bed.database.query("SELECT COUNT(*) AS n FROM gateway_process WHERE state = 'LIVE'"))[0]?.['n'];
  await eventually(async () => expect(await living()).toBe(1n), RECOVERED_MS);
  await other.kill();
}

/** Statements that have not come on for a second. The list of transactions is of no use: looked at often, it stands still. */
async function waitingForLocks(bed: Bed): Promise<bigint> {
  const rows = await bed.database.query(
    "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE db = DATABASE() AND command = 'Query' AND time >= 1",
  );
  return rows[0]?.['n'] as bigint;
}
