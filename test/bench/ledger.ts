/**
 * How many requests (hold, then settlement with receipt and one attempt) the ledger takes in a second, on one wallet.
 * `node -r ./scripts/register.cjs test/bench/ledger.ts [sqlite|mysql] [in flight] [seconds] [mode] [entries]`
 *
 * Modes: grouped: as the gateway does it. paced: grouped, at 500 requests a second. single: a transaction for each hold and
 * each settlement, with the same rows; on MySQL one statement after the other. at-once: single, with all statements of a
 * transaction in one exchange. `entries`: how many finished requests are in the tables before.
 */
import 'reflect-metadata';
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { GroupCommit } from '../../src/ledger/group-commit';
import type { EndRequest, LedgerItem, PlaceHold } from '../../src/ledger/ledger-store';
import { writeBatch } from '../../src/storage/ledger/mysql/mysql-batch';
import { type Answer, type Exchange, MysqlConnections } from '../../src/storage/ledger/mysql/mysql-connections';
import { openMysqlLedger } from '../../src/storage/ledger/mysql/mysql-ledger';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { prepareBatch } from '../../src/storage/ledger/prepare';
import { openSqliteLedger } from '../../src/storage/ledger/sqlite/sqlite-ledger';
import { type DatabaseKind, freshDatabase, type TestDatabase } from '../support/databases';
import { addWallets, end, move, place } from '../support/ledger-items';
import { preload } from './ledger-preload';

const PACE_PER_SECOND = 500;
const TICK_MS = 2;

/** Writes an item durably before it resolves. */
type Write = (item: LedgerItem) => Promise<unknown>;

interface Bed {
  readonly database: TestDatabase;
  readonly ledger: OpenLedger;
  readonly owner: string;
  readonly connections: MysqlConnections;
  readonly mode: string;
}

function open(database: TestDatabase, owner: string): Promise<OpenLedger> {
  const log = { warn: () => undefined, error: () => undefined };
  const options = { owner, clock: systemClock, log };
  return database.kind === 'sqlite'
    ? openSqliteLedger({ ...options, file: database.file })
    : openMysqlLedger({ ...options, url: database.url, onFenced: () => undefined });
}

function grouped(ledger: OpenLedger): Write {
  const commits = new GroupCommit(ledger.store);
  return (item) => (item.kind === 'place' ? commits.place(item) : commits.end(item));
}

/** On MySQL with a connection for each that is in flight, as a gateway without batches would have. */
function single({ database, ledger, owner, connections, mode }: Bed): Write {
  const alone = (item: LedgerItem) => ({ id: newId(), items: [item] });
  if (database.kind === 'sqlite') return (item) => ledger.store.write(alone(item));
  const way = mode === 'single' ? oneByOne : (exchange: Exchange) => exchange;
  return (item) => connections.use((exchange) => writeBatch(way(exchange), prepareBatch(alone(item), owner, systemClock.now())));
}

/** As clients of a database usually send the statements of a transaction. */
function oneByOne(exchange: Exchange): Exchange {
  return async (statements) => {
    const answers: Answer[] = [];
    for (const statement of statements) answers.push(...(await exchange([statement])));
    return answers;
  };
}

// Copies of one item, because composing one from its parts costs more than the ledger does.
const somePlace = place('acme', 1_000_000n);
const someEnd = end(somePlace, 714_000n);

function placeOf(): PlaceHold {
  return { ...somePlace, holdId: newId(), request: { ...somePlace.request, requestId: newId() } };
}

function endOf({ holdId, walletId, amount, placedAt, request }: PlaceHold): EndRequest {
  const receipt = { ...someEnd.receipt, requestId: request.requestId, holdId };
  return { ...someEnd, hold: { holdId, walletId, amount, placedAt, settles: true }, receipt, transferId: newId() };
}

/** One request; notes how long its hold took. */
async function request(write: Write, waits: number[]): Promise<void> {
  const hold = placeOf();
  const from = performance.now();
  await write(hold);
  waits.push(performance.now() - from);
  await write(endOf(hold));
}

/** As many at once as there are lanes, each as soon as the one before it has ended. */
async function atFullSpeed(write: Write, lanes: number, durationMs: number): Promise<number[]> {
  const waits: number[] = [];
  const stopAt = performance.now() + durationMs;
  const client = async () => {
    while (performance.now() < stopAt) await request(write, waits);
  };
  await Promise.all(Array.from({ length: lanes }, client));
  return waits;
}

/** So many a second, whether the ones before have ended or not. */
async function atAPace(write: Write, durationMs: number): Promise<number[]> {
  const waits: number[] = [];
  const running: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let elapsed = 0; elapsed < durationMs; elapsed = performance.now() - startedAt) {
    while (running.length < (elapsed / 1_000) * PACE_PER_SECOND) running.push(request(write, waits));
    await systemClock.sleep(TICK_MS);
  }
  await Promise.all(running);
  return waits;
}

async function measure(database: TestDatabase, lanes: number, durationMs: number, mode: string): Promise<string> {
  const owner = newId();
  const ledger = await open(database, owner);
  const connections = new MysqlConnections(database.url, lanes);
  try {
    const bed = { database, ledger, owner, connections, mode };
    const write = mode === 'single' || mode === 'at-once' ? single(bed) : grouped(ledger);
    const startedAt = performance.now();
    const cpu = process.cpuUsage();
    const waits = mode === 'paced' ? await atAPace(write, durationMs) : await atFullSpeed(write, lanes, durationMs);
    const took = (performance.now() - startedAt) / 1_000;
    const used = process.cpuUsage(cpu);
    waits.sort((a, b) => a - b);
    const at = (share: number) => waits[Math.floor(waits.length * share)]?.toFixed(1);
    const perPair = ((used.user + used.system) / waits.length).toFixed(0);
    const how = mode === 'paced' ? `${PACE_PER_SECOND} a second` : `${lanes} in flight`;
    return `${database.kind} ${mode} ${how}: ${(waits.length / took).toFixed(0)} pairs/s, hold p50 ${at(0.5)} ms p99 ${at(0.99)} ms, ${perPair} µs CPU a pair`;
  } finally {
    await connections.close();
    await ledger.close();
  }
}

/** A wallet that does not run dry, and one finished request to copy from. */
async function begin(database: TestDatabase): Promise<void> {
  await addWallets(database, 'acme');
  const ledger = await open(database, newId());
  const write = grouped(ledger);
  await write(move('acme', 10n ** 18n));
  await request(write, []);
  await ledger.close();
}

async function main(): Promise<void> {
  const [kind = 'sqlite', inFlight = '256', seconds = '5', mode = 'grouped', entries = '0'] = process.argv.slice(2);
  const database = await freshDatabase(kind as DatabaseKind);
  try {
    await begin(database);
    if (entries !== '0') console.log(await preload(database, Number(entries)));
    console.log(await measure(database, Number(inFlight), Number(seconds) * 1_000, mode));
  } finally {
    await database.drop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
