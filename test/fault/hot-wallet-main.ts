/**
 * One of several processes that write to one wallet of one ledger, as gateways do: `node -r ./scripts/register.cjs
 * test/fault/hot-wallet-main.ts <url of the database> <account>`. Says line by line what the ledger told it, as JSON, until
 * a line comes in; then it ends what it has begun, and leaves in good order.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/kernel/clock';
import { Fault } from '../../src/kernel/fault';
import { newId } from '../../src/kernel/ids';
import { GroupCommit } from '../../src/ledger/group-commit';
import type { EndRequest, LedgerVerdict, MoveMoney, PlaceHold } from '../../src/ledger/ledger-store';
import { countersOf } from '../../src/ledger/spend-counter';
import { openMysqlLedger } from '../../src/storage/ledger/mysql/mysql-ledger';
import { end, move, place } from '../support/ledger-items';
import { silentLog } from '../support/open-ledger';
import { type SeededRandom, seededRandom } from '../support/seeded-random';
import { CEILING, type Told } from './hot-wallet-told';

const AT_ONCE = 24;
const FENCED = 75;
const PAUSE_MS = 100;

interface Writing {
  readonly commit: GroupCommit;
  readonly account: string;
  readonly random: SeededRandom;
  /** What may be given back. */
  readonly charged: { readonly receiptId: string; readonly charge: bigint }[];
}

async function request(writing: Writing): Promise<void> {
  const { commit, random, charged } = writing;
  const hold = holdOf(writing);
  const placed = await unlessAway(() => commit.place(hold));
  if (placed?.verdict !== 'granted') return say({ told: 'refused', holdId: hold.holdId });
  const charge = (placed.amount * BigInt(random.between(0, 4))) / 4n;
  const item = end(hold, charge, {}, placed.amount);
  const { requestId: receiptId } = item.receipt;
  const { verdict } = await until(commit, item);
  if (verdict !== 'done') throw new Error(`An end of this process's own hold was told ${verdict}.`);
  say({ told: 'ended', receiptId, charge: String(charge) });
  if (charge > 0n) charged.push({ receiptId, charge });
}

function holdOf({ account, random }: Writing): PlaceHold {
  const hold = place(account, BigInt(random.between(1, 60)), { placedAt: Date.now() });
  const limited = countersOf(hold.request, 'RMB', hold.placedAt).find((id) => id.startsWith('key/') && id.endsWith('/LIFETIME')) ?? '';
  return { ...hold, ceilings: [{ counterId: limited, ceiling: CEILING }] };
}

async function refund(writing: Writing): Promise<void> {
  const { account, charged, random } = writing;
  const one = charged[random.between(0, charged.length - 1)];
  if (one === undefined) return;
  const amount = BigInt(random.between(1, Number(one.charge)));
  await moving(writing, move(account, amount, { entryKind: 'REFUND', receiptId: one.receiptId }));
}

async function adjust(writing: Writing): Promise<void> {
  const amount = BigInt(writing.random.between(1, 30));
  await moving(writing, move(writing.account, writing.random.chance(0.7) ? amount : -amount));
}

async function moving({ commit }: Writing, item: MoveMoney): Promise<void> {
  const verdict = await until(commit, item);
  // A try that was given up may have moved it after all: the next one is told so, and of nothing else.
  if (verdict.verdict === 'duplicate' && verdict.transferId !== item.transferId) throw new Error('A movement has become another one.');
  const moved = verdict.verdict === 'done' || verdict.verdict === 'duplicate';
  say({ told: moved ? 'moved' : 'not moved', transferId: item.transferId, amount: String(item.amount) });
}

/** What was begun is tried until the ledger says what became of it. */
async function until(commit: GroupCommit, item: EndRequest | MoveMoney): Promise<LedgerVerdict> {
  for (;;) {
    const verdict = await unlessAway(() => commit.end(item));
    if (verdict !== null) return verdict;
    await systemClock.sleep(PAUSE_MS);
  }
}

/** null: the ledger could not be written. */
async function unlessAway(write: () => Promise<LedgerVerdict>): Promise<LedgerVerdict | null> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** At once, so that what was said stands when the process is killed. */
function say(told: Told): void {
  writeSync(1, `${JSON.stringify(told)}\n`);
}

async function work(writing: Writing, goesOn: () => boolean): Promise<void> {
  const { random } = writing;
  const deeds = [request, request, request, request, request, request, refund, adjust];
  while (goesOn()) await deeds[random.between(0, deeds.length - 1)]?.(writing);
}

async function main([url = '', account = '']: readonly string[]): Promise<void> {
  let ending = false;
  process.stdin.once('data', () => {
    ending = true;
  });
  const fenced = () => process.exit(FENCED);
  const ledger = await openMysqlLedger({ url, owner: newId(), clock: systemClock, log: silentLog, onFenced: fenced });
  const writing: Writing = { commit: new GroupCommit(ledger.store), account, random: seededRandom(), charged: [] };
  await Promise.all(Array.from({ length: AT_ONCE }, () => work(writing, () => !ending)));
  await writing.commit.idle();
  await ledger.close();
  say({ told: 'all' });
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    writeSync(2, `${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
);
