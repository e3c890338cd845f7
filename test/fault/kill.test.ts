/**
 * `kill -9` under load, again and again, on one database. The upstreams and the clients outlive every gateway, and the
 * books are held against what both saw.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { audit, inSnapshot } from '../support/audit';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { eventually, SLACK_MS } from '../support/eventually';
import { receipt } from '../support/forge-client';
import { type GatewayProcess, type GatewaySettings, startGateway } from '../support/gateway-process';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import { seededRandom } from '../support/seeded-random';
import { secretOf, shopCatalog } from '../support/shop-catalog';
import { type Load, startLoad } from './load';
import { contradictions } from './witness';

const KILLS = 20;
const MOST_KILLS = KILLS * 3;
const CLIENTS = 8;
const PRIMARY = { input: 1_000n, output: 4_000n };
const BACKUP = { input: 2_000n, output: 8_000n };
const RECOVERED_MS = 30_000 + SLACK_MS;

describe.each<DatabaseKind>(['sqlite', 'mysql'])(`${KILLS} kills under load, on %s`, (kind) => {
  const random = seededRandom();
  let served = false;
  let database: TestDatabase;
  let a: ScriptedUpstream;
  let b: ScriptedUpstream;
  let settings: GatewaySettings;
  let gateway: GatewayProcess;
  let load: Load;
  const leftOpen: bigint[] = [];

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    [a, b] = await Promise.all([startScriptedUpstream(), startScriptedUpstream()]);
    // Every seventh request falls over to the backup, some answers take their time.
    a.script('stubborn', () =>
      random.chance(0.15) ? { status: 500 } : { chunkDelayMs: random.between(0, 3), delayMs: random.between(0, 8) },
    );
    database = await freshDatabase(kind);
    settings = { databaseUrl: database.url, catalog: shopCatalog({ a, b, official: a }) };
    load = startLoad({ clients: CLIENTS, apiKey: secretOf('chat'), models: ['small', 'stubborn'], random });
  });

  afterAll(async () => {
    load?.direct(null);
    await gateway?.kill();
    await load?.stop();
    await Promise.all([a?.close(), b?.close(), database?.drop()]);
  });

  const promise = whereServed(() => served);

  async function openHolds(): Promise<bigint> {
    const [row] = await inSnapshot(database, (snapshot) => snapshot.query("SELECT COUNT(*) AS n FROM hold WHERE state = 'OPEN'"));
    return row?.['n'] as bigint;
  }

  /** At any moment: in the middle of a hold, an answer, a settlement. */
  async function killSomewhere(): Promise<void> {
    const enough = a.served.length + random.between(20, 120);
    await a.until(() => a.served.length >= enough);
    await pause(random.between(0, 15));
    await gateway.kill();
    load.direct(null);
    await eventually(() => expect(load.busy).toBe(0));
  }

  /** Kills that always hit an idle gateway would show nothing: they go on until enough was hit, however fast the machine is. */
  const hitEnough = () =>
    leftOpen.filter((holds) => holds > 0n).length > KILLS / 2 && load.broken > KILLS && load.seen.some((call) => !call.finished);

  promise(
    'lose nothing and charge nothing twice: the books are in order after every start',
    async () => {
      for (let kill = 0; kill < KILLS || (kill < MOST_KILLS && !hitEnough()); kill += 1) {
        gateway = await startGateway(settings);
        // Where one process owns the database, what its former life held is given back before it listens.
        if (kind === 'sqlite') expect(await openHolds()).toBe(0n);
        expect(await audit(database)).toEqual([]);
        load.direct(gateway.origin);
        await killSomewhere();
        leftOpen.push(await openHolds());
      }
      expect(hitEnough()).toBe(true);
    },
    600_000 + MOST_KILLS * 60_000,
  );

  promise(
    'leave no hold open and no receipt in flight, thirty seconds after the last start',
    async () => {
      gateway = await startGateway(settings);
      await eventually(async () => expect(await openHolds()).toBe(0n), RECOVERED_MS);
      expect(await audit(database)).toEqual([]);
      for (const { requestId, finished } of load.seen.filter((call) => !call.finished).slice(-20)) {
        const story = await receipt(gateway.origin, secretOf('chat'), requestId);
        expect([finished, story.status]).not.toContain('IN_FLIGHT');
      }
    },
    600_000,
  );

  promise('leave books that say what the upstreams and the clients say', async () => {
    const evidence = {
      wallet: 'acme:RMB',
      witnesses: [
        { upstream: a, price: PRIMARY },
        { upstream: b, price: BACKUP },
      ],
      seen: load.seen,
    };
    expect(await contradictions(database, evidence)).toEqual([]);
    expect(load.odd).toEqual([]);
    const finished = load.seen.filter((call) => call.finished).length;
    expect(finished).toBeGreaterThan(KILLS);
    console.log(`${kind}: ${finished} answers, ${load.broken} broken calls, open holds at the kills: ${leftOpen.join(' ')}`);
  });

  promise(
    'leave a gateway that serves as before',
    async () => {
      const before = load.seen.filter((call) => call.finished).length;
      load.direct(gateway.origin);
      await eventually(() => expect(load.seen.filter((call) => call.finished).length).toBeGreaterThan(before + 50));
      load.direct(null);
      await eventually(() => expect(load.busy).toBe(0));
      expect((await gateway.stop()).code).toBe(0);
      expect(await audit(database)).toEqual([]);
      expect(await openHolds()).toBe(0n);
    },
    600_000,
  );
});
