/**
 * Several gateways on one wallet, under load, of which one after the other is killed, and the database with them. The
 * upstreams and the clients outlive them all, and the books are held against what both saw.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { audit, inSnapshot } from '../support/audit';
import type { TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import type { OwnMariadb } from '../support/own-mariadb';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import type { SeededRandom } from '../support/seeded-random';
import { secretOf, shopCatalog } from '../support/shop-catalog';
import { type Load, startLoad } from './load';
import { contradictions } from './witness';

export interface SiegeSettings {
  readonly database: TestDatabase;
  readonly processes: number;
  readonly clients: number;
  readonly random: SeededRandom;
}

export interface Verdict {
  readonly answers: number;
  readonly broken: number;
  /** Everything that does not fit together, in words. */
  readonly found: readonly string[];
}

interface Place {
  readonly folder: string;
  gateway: GatewayProcess | null;
}

const PRICES = { a: { input: 1_000n, output: 4_000n }, b: { input: 2_000n, output: 8_000n } };
/** A call of this load takes milliseconds, and a gateway without its database gives up after seconds. */
const CALL_MS = 120_000;
/** Some streams last for seconds, so that there are checkpoints to be charged by. */
const SLOW = 0.1;
const SLOW_CHUNK_MS = 150;
const RECOVERED_MS = 240_000;
const STARTED_MS = 300_000;
/** The exit code of a gateway that lost its database for so long that another declared it dead. */
const FENCED = 75;

export class Siege {
  private readonly restarts = new Set<Promise<void>>();
  private ending = false;

  private constructor(
    private readonly settings: SiegeSettings,
    private readonly a: ScriptedUpstream,
    private readonly b: ScriptedUpstream,
    private readonly machine: string,
    private readonly places: readonly Place[],
    private readonly load: Load,
  ) {}

  static async begin(settings: SiegeSettings): Promise<Siege> {
    const { random, clients, processes } = settings;
    const [a, b] = await Promise.all([startScriptedUpstream(), startScriptedUpstream()]);
    a.script('stubborn', () =>
      random.chance(0.15)
        ? { status: 500 }
        : { chunkDelayMs: random.chance(SLOW) ? SLOW_CHUNK_MS : random.between(0, 3), delayMs: random.between(0, 8) },
    );
    const machine = mkdtempSync(join(tmpdir(), 'tokens-forge-siege-'));
    const places = Array.from({ length: processes }, (_, nth) => ({ folder: placeOn(machine, String(nth)), gateway: null }));
    const load = startLoad({ clients, apiKey: secretOf('chat'), models: ['small', 'stubborn'], random });
    const siege = new Siege(settings, a, b, machine, places, load);
    for (const place of places) await siege.start(place);
    return siege;
  }

  get answers(): number {
    return this.load.seen.filter((call) => call.finished).length;
  }

  /** Resolves when so many more calls have reached the upstream, or after the time: without a database none do. */
  async progress(calls: number, ms: number): Promise<void> {
    const enough = this.a.served.length + calls;
    const late = new AbortController();
    await Promise.race([this.a.until(() => this.a.served.length >= enough), pause(ms, undefined, { signal: late.signal })]);
    late.abort();
  }

  /** Kills one that lives, and starts another in its place, beside the rest. */
  async killGateway(): Promise<void> {
    const alive = this.places.filter((place) => place.gateway !== null);
    const place = alive[this.settings.random.between(0, alive.length - 1)];
    if (place === undefined) return;
    const { gateway } = place;
    place.gateway = null;
    await gateway?.kill();
    this.direct();
    const restart = this.start(place).finally(() => this.restarts.delete(restart));
    this.restarts.add(restart);
    if (alive.length === 1) await restart;
  }

  /** Kills the server of the database, and starts it again after a moment. */
  async killDatabase(server: OwnMariadb): Promise<void> {
    await server.kill();
    await pause(this.settings.random.between(0, 2_500));
    await server.start();
  }

  /** Ends the load, waits for recovery, stops every gateway in good order, and looks at the books. */
  async end(): Promise<Verdict> {
    await Promise.all(this.restarts);
    this.load.direct(null);
    await eventually(() => holds(this.load.busy === 0, `${this.load.busy} calls have no end`), CALL_MS);
    await eventually(async () => holds((await this.openHolds()) === 0n, 'holds stay open'), RECOVERED_MS);
    this.ending = true;
    const ends = await Promise.all(this.places.map(async ({ gateway }) => (await gateway?.stop())?.code));
    const { database } = this.settings;
    const witnesses = [
      { upstream: this.a, price: PRICES.a },
      { upstream: this.b, price: PRICES.b },
    ];
    const found = [
      ...(await audit(database)),
      ...(await contradictions(database, { wallet: 'acme:RMB', witnesses, seen: this.load.seen })),
      ...ends.flatMap((code) => (code === 0 || code === FENCED ? [] : [`a gateway left with ${code}`])),
      ...this.load.odd.filter((answer) => !EXCUSED.test(answer)).map((answer) => `an answer of ${answer}`),
    ];
    return { answers: this.answers, broken: this.load.broken, found };
  }

  /** To be called in the end, whatever happened. */
  async close(): Promise<void> {
    this.ending = true;
    this.load.direct(null);
    await Promise.all(this.restarts);
    await Promise.all(this.places.map(({ gateway }) => gateway?.kill()));
    await this.load.stop();
    await Promise.all([this.a.close(), this.b.close()]);
    rmSync(this.machine, { recursive: true, force: true });
  }

  /** A gateway does not start while its database is away: tried again until it does. */
  private async start(place: Place): Promise<void> {
    const { a, b } = this;
    const settings = { databaseUrl: this.settings.database.url, catalog: shopCatalog({ a, b, official: a }), folder: place.folder };
    await eventually(async () => {
      if (!this.ending) place.gateway = await startGateway(settings);
    }, STARTED_MS);
    this.direct();
  }

  private direct(): void {
    this.load.direct(this.places.flatMap(({ gateway }) => gateway?.origin ?? []));
  }

  private async openHolds(): Promise<bigint> {
    const [row] = await inSnapshot(this.settings.database, (snapshot) =>
      snapshot.query("SELECT COUNT(*) AS n FROM hold WHERE state = 'OPEN'"),
    );
    return row?.['n'] as bigint;
  }
}

/** What a killed gateway left on the disk is found by every other one: the processes of a machine share a spool, whoever is first to sweep. */
function placeOn(machine: string, name: string): string {
  mkdirSync(join(machine, 'data'), { recursive: true });
  mkdirSync(join(machine, name));
  symlinkSync(join(machine, 'data'), join(machine, name, 'data'));
  return join(machine, name);
}

/** What a client may be told while the database is away, or when its gateway was declared dead meanwhile. */
const EXCUSED = /temporarily_unavailable|gateway_crashed|could not be written yet/;

function holds(condition: boolean, broken: string): void {
  if (!condition) throw new Error(broken);
}
