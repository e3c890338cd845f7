/**
 * How many requests (hold, then settlement with receipt and one attempt) the ledger takes in a second, on one wallet.
 * `node -r ./scripts/register.cjs test/bench/ledger.ts [sqlite|mysql] [in flight] [seconds]`
 */
import 'reflect-metadata';
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { GroupCommit } from '../../src/ledger/group-commit';
import type { EndRequest, PlaceHold } from '../../src/ledger/ledger-store';
import { openMysqlLedger } from '../../src/storage/ledger/mysql-ledger';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { openSqliteLedger } from '../../src/storage/ledger/sqlite-ledger';
import { type DatabaseKind, freshDatabase, type TestDatabase } from '../support/databases';
import { addWallets, end, move, place } from '../support/ledger-items';

const [kind = 'sqlite', inFlight = '256', seconds = '5'] = process.argv.slice(2);

function open(database: TestDatabase): Promise<OpenLedger> {
  const log = { warn: () => undefined, error: () => undefined };
  const options = { owner: newId(), clock: systemClock, log };
  return database.kind === 'sqlite'
    ? openSqliteLedger({ ...options, file: database.file })
    : openMysqlLedger({ ...options, url: database.url, onFenced: () => undefined });
}

// Copies of one item, because composing one from its parts costs more than the ledger does.
const somePlace = place('acme', 1_000_000n);
const someEnd = end(somePlace, 714_000n);

function endOf({ holdId, walletId, amount, request }: PlaceHold): EndRequest {
  const receipt = { ...someEnd.receipt, requestId: request.requestId, holdId };
  return { ...someEnd, hold: { holdId, walletId, amount, settles: true }, receipt, transferId: newId() };
}

async function measure(database: TestDatabase, lanes: number, durationMs: number): Promise<string> {
  await addWallets(database, 'acme');
  const ledger = await open(database);
  const commits = new GroupCommit(ledger.store);
  await commits.end(move('acme', 10n ** 18n));
  const stopAt = performance.now() + durationMs;
  const waits: number[] = [];
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const client = async () => {
    while (performance.now() < stopAt) {
      const hold = { ...somePlace, holdId: newId(), request: { ...somePlace.request, requestId: newId() } };
      const from = performance.now();
      await commits.place(hold);
      waits.push(performance.now() - from);
      await commits.end(endOf(hold));
    }
  };
  await Promise.all(Array.from({ length: lanes }, client));
  const took = (performance.now() - startedAt) / 1_000;
  const used = process.cpuUsage(cpu);
  await ledger.close();
  waits.sort((a, b) => a - b);
  const at = (share: number) => waits[Math.floor(waits.length * share)]?.toFixed(1);
  const perPair = ((used.user + used.system) / waits.length).toFixed(0);
  return `${database.kind} ${lanes} in flight: ${(waits.length / took).toFixed(0)} pairs/s, hold p50 ${at(0.5)} ms p99 ${at(0.99)} ms, ${perPair} µs CPU a pair`;
}

async function main(): Promise<void> {
  const database = await freshDatabase(kind as DatabaseKind);
  try {
    console.log(await measure(database, Number(inFlight), Number(seconds) * 1_000));
  } finally {
    await database.drop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
