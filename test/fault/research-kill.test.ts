/**
 * `kill -9` at random moments of research runs. Each life of the gateway begins a run and goes on with those of its former lives; the
 * provider outlives them all. `RESEARCH_KILLS=30` kills as often as that at least, and on until the kills have hit enough: how much a
 * life gets done is up to the machine.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { audit, inSnapshot } from '../support/audit';
import { type DatabaseKind, freshDatabase, isServed, type Row, type TestDatabase, whereServed } from '../support/databases';
import { type GatewayProcess, type GatewaySettings, startGateway } from '../support/gateway-process';
import { fitting, researchRunIn, startResearch } from '../support/research-client';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import { seededRandom } from '../support/seeded-random';
import { shopCatalog, tokenOf } from '../support/shop-catalog';
import { contradictions } from './witness';

const KILLS = Number.parseInt(process.env['RESEARCH_KILLS'] ?? '4', 10);
const ACME = tokenOf('acme');
const PRIMARY = { input: 1_000n, output: 4_000n };
const MODES = ['QUICK', 'STANDARD', 'DEEP'];
const ENDED_MS = 300_000;
const MOST_KILLS = KILLS * 4;

describe.each<DatabaseKind>(['sqlite', 'mysql'])(`${KILLS} kills of research, on %s`, (kind) => {
  const random = seededRandom();
  let served = false;
  let database: TestDatabase;
  let a: ScriptedUpstream;
  let settings: GatewaySettings;
  let gateway: GatewayProcess | undefined;
  const runs: string[] = [];
  /** By section id: what was completed when the gateway was killed. */
  const completed = new Map<string, Row>();
  const inFlight: bigint[] = [];

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    a = await startScriptedUpstream();
    for (const model of ['small-2025', 'stubborn']) a.script(model, (request) => ({ ...fitting(request), delayMs: random.between(0, 60) }));
    database = await freshDatabase(kind);
    settings = { databaseUrl: database.url, catalog: shopCatalog({ a, b: a, official: a }) };
  });

  afterAll(async () => {
    await gateway?.kill();
    await Promise.all([a?.close(), database?.drop()]);
  });

  const promise = whereServed(() => served);

  const rows = (sql: string) => inSnapshot(database, (snapshot) => snapshot.query(sql));

  async function killSomewhere(): Promise<void> {
    const before = a.requests.length;
    // The run of this life has as many sections at least; whether there is more to call depends on the former ones.
    const enough = before + random.between(1, 3);
    await a.until(() => a.requests.length >= enough);
    const more = enough + random.between(0, 4);
    await Promise.race([a.until(() => a.requests.length >= more), pause(3_000)]);
    await pause(random.between(0, 40));
    await gateway?.kill();
    for (const row of await rows("SELECT id, call_id, content, tries FROM research_section WHERE status = 'COMPLETED'")) {
      completed.set(String(row['id']), row);
    }
    inFlight.push((await rows('SELECT COUNT(*) AS n FROM research_section WHERE open_call_id IS NOT NULL'))[0]?.['n'] as bigint);
  }

  /** Kills that always hit an idle gateway, or one that has done nothing yet, would show nothing. */
  const hitEnough = () => inFlight.filter((calls) => calls > 0n).length > KILLS / 3 && completed.size > KILLS / 2;

  promise(
    'leave runs that finish, whenever they were hit',
    async () => {
      for (let kill = 0; kill < KILLS || (kill < MOST_KILLS && !hitEnough()); kill += 1) {
        gateway = await startGateway(settings);
        runs.push(await startResearch(gateway.origin, ACME, { apiKeyId: 'chat', mode: MODES[random.between(0, 2)] ?? 'DEEP' }));
        await killSomewhere();
      }
      expect(hitEnough()).toBe(true);
      gateway = await startGateway(settings);
      for (const id of runs) expect((await researchRunIn(gateway.origin, ACME, id, ['COMPLETED'], ENDED_MS)).status).toBe('COMPLETED');
      console.log(`${kind}: ${completed.size} sections were completed before a kill, calls in flight at the kills: ${inFlight.join(' ')}`);
    },
    600_000 + MOST_KILLS * 60_000,
  );

  promise('never call a section again that was finished, and never pay twice for one', async () => {
    const after = new Map((await rows('SELECT id, call_id, content, tries FROM research_section')).map((row) => [String(row['id']), row]));
    for (const [id, row] of completed) expect(after.get(id)).toEqual(row);
    // Ids ascend with time: a call after the one whose answer is the content would be one too many.
    expect(
      await rows('SELECT c.receipt_id FROM research_call c JOIN research_section s ON s.id = c.section_id WHERE c.receipt_id > s.call_id'),
    ).toEqual([]);
    const paid = await rows(
      'SELECT c.section_id, COUNT(*) AS n FROM research_call c JOIN receipt r ON r.id = c.receipt_id WHERE r.charge > 0 GROUP BY c.section_id',
    );
    expect(paid.filter((row) => row['n'] !== 1n)).toEqual([]);
    // No call left that was not written down before.
    const [calls] = await rows('SELECT COUNT(*) AS n FROM research_call');
    expect(BigInt(a.requests.length)).toBeLessThanOrEqual(calls?.['n'] as bigint);
  });

  promise('leave books that are in order, and that the provider agrees with', async () => {
    expect((await gateway?.stop())?.code).toBe(0);
    expect(await audit(database)).toEqual([]);
    const evidence = { wallet: 'acme:RMB', witnesses: [{ upstream: a, price: PRIMARY }], seen: [] };
    expect(await contradictions(database, evidence)).toEqual([]);
    expect(await rows("SELECT id FROM hold WHERE state = 'OPEN'")).toEqual([]);
  });
});
