/**
 * One of several processes that write to one wallet of one ledger, as gateways do: `node -r ./scripts/register.cjs
 * test/fault/hot-wallet-writer.ts <url of the database> <account> <seed>`. Says line by line what the ledger told it, as
 * JSON, until a line comes in; then it ends what it has begun, and leaves in good order.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/kernel/clock';
import { Fault } from '../../src/kernel/fault';
import { newId } from '../../src/kernel/ids';
import { GroupCommit } from '../../src/ledger/group-commit';
import type { EndRequest, LedgerVerdict, MoveMoney } from '../../src/ledger/ledger-store';
import { countersOf } from '../../src/ledger/spend-counter';
import { openMysqlLedger } from '../../src/storage/ledger/mysql/mysql-ledger';
import { end, move, place } from '../support/ledger-items';
import { seededRandom } from '../support/seeded-random';
import { CEILING, type Told } from './hot-wallet-told';

const AT_ONCE = 24;
const FENCED = 75;
const PAUSE_MS = 100;

async function main([url = '', account = '']: readonly string[]): Promise<void> {
  const random = seededRandom();
  const charged: { readonly receiptId: string; readonly charge: bigint }[] = [];
  let ending = false;
  process.stdin.once('data', () => {
    ending = true;
  });
  const log = { warn: () => undefined, error: () => undefined };
  const ledger = await openMysqlLedger({ url, owner: newId(), clock: systemClock, log, onFenced: () => process.exit(FENCED) });
  const commit = new GroupCommit(ledger.store);

  /** What was begun is tried until the ledger says what became of it. */
  async function until(item: EndRequest | MoveMoney): Promise<LedgerVerdict> {
    for (;;) {
      try {
        return await commit.end(item);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        await systemClock.sleep(PAUSE_MS);
      }
    }
  }

  async function request(): Promise<void> {
    const plain = place(account, BigInt(random.between(1, 60)), { placedAt: Date.now() });
    const [lifetime = ''] = countersOf(plain.request, 'RMB', plain.placedAt).filter((id) => id.includes('/LIFETIME'));
    const ceilings = random.chance(0.5) ? [{ counterId: lifetime, ceiling: CEILING }] : [];
    const hold = { ...plain, ceilings };
    const placed = await commit.place(hold).catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error;
      return null;
    });
    if (placed?.verdict !== 'granted') {
      say({ told: 'refused', holdId: hold.holdId });
      return;
    }
    const charge = (placed.amount * BigInt(random.between(0, 4))) / 4n;
    const item = end(hold, charge, {}, placed.amount);
    const { verdict } = await until(item);
    if (verdict !== 'done') throw new Error(`An end of this process's own hold was told ${verdict}.`);
    say({ told: 'ended', receiptId: item.receipt.requestId, charge: String(charge) });
    if (charge > 0n) charged.push({ receiptId: item.receipt.requestId, charge });
  }

  async function refund(): Promise<void> {
    const one = charged[random.between(0, charged.length - 1)];
    if (one === undefined) return;
    const amount = BigInt(random.between(1, Number(one.charge)));
    await moving(move(account, amount, { entryKind: 'REFUND', receiptId: one.receiptId }));
  }

  async function moving(item: MoveMoney): Promise<void> {
    const verdict = await until(item);
    // A try that was given up may have moved it after all: the next one is told so, and of nothing else.
    if (verdict.verdict === 'duplicate' && verdict.transferId !== item.transferId) throw new Error('A movement has become another one.');
    const moved = verdict.verdict === 'done' || verdict.verdict === 'duplicate';
    say({ told: moved ? 'moved' : 'not moved', transferId: item.transferId, amount: String(item.amount) });
  }

  async function work(): Promise<void> {
    while (!ending) {
      if (random.chance(0.75)) await request();
      else if (random.chance(0.5)) await refund();
      else await moving(move(account, random.chance(0.7) ? BigInt(random.between(1, 30)) : -BigInt(random.between(1, 30))));
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await commit.idle();
  await ledger.close();
  say({ told: 'all' });
}

/** At once, so that what was said stands when the process is killed. */
function say(told: Told): void {
  writeSync(1, `${JSON.stringify(told)}\n`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    writeSync(2, `${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
);
