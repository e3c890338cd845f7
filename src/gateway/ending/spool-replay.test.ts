import { end, place } from '../../../test/support/ledger-items';
import { MemoryLedger } from '../../../test/support/memory-ledger';
import { MemorySpool } from '../../../test/support/memory-spool';
import { CountedAlarms } from '../../kernel/alarms';
import { Fault } from '../../kernel/fault';
import { GroupCommit } from '../../ledger/group-commit';
import type { EndRequest, LedgerBatch } from '../../ledger/ledger-store';
import { ReplayedSpool, replaySpool } from './spool-replay';

function opened() {
  const ledger = new MemoryLedger();
  ledger.fund('acme:RMB', 1_000n);
  const said: string[] = [];
  const say = (_: object, message: string) => void said.push(message);
  const log = { info: say, warn: say, error: say };
  const spool = new MemorySpool();
  return { ledger, said, spool, ports: { spool, ledger: new GroupCommit(ledger), log, alarms: new CountedAlarms(log) } };
}

/** An end whose hold is open, waiting in the spool. */
async function waiting({ ledger, spool }: ReturnType<typeof opened>, charge = 30n): Promise<EndRequest> {
  const hold = place('acme', 100n);
  await ledger.write({ id: 'holds', items: [hold] });
  const item = end(hold, charge);
  await spool.keep(item);
  return item;
}

const away = () => {
  throw new Fault('temporarily_unavailable', 'down');
};

describe('replaying the spool', () => {
  it('settles everything that waits, once, and forgets it', async () => {
    const set = opened();
    for (let i = 0; i < 3; i += 1) await waiting(set);
    expect(await replaySpool(set.ports)).toBe(3);
    expect(await replaySpool(set.ports)).toBe(0);
    expect(set.ledger.wallets.get('acme:RMB')).toEqual({ posted: 910n, held: 0n });
    expect(set.ledger.ends).toHaveLength(3);
    expect(set.spool.kept.size).toBe(0);
  });

  it('forgets nothing while the ledger is away', async () => {
    const set = opened();
    await waiting(set);
    set.ledger.beforeWrite = away;
    await expect(replaySpool(set.ports)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(set.spool.kept.size).toBe(1);
  });

  it('forgets what was settled also when the rest was not', async () => {
    const set = opened();
    const [first, second] = [await waiting(set), await waiting(set)];
    set.ledger.beforeWrite = ({ items }: LedgerBatch) => {
      if (items.length > 1) throw new Error('one of them');
      if (items[0] === second) away();
    };
    await expect(replaySpool(set.ports)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(set.ledger.ends).toEqual([first]);
    expect([...set.spool.kept.values()]).toEqual([second]);
  });

  it('changes nothing for a hold that was swept meanwhile, says so, and keeps the trace', async () => {
    const set = opened();
    const { receipt } = await waiting(set);
    set.ledger.open.clear();
    await replaySpool(set.ports);
    expect(set.ledger.ends).toEqual([]);
    expect(set.said.join()).toMatch(/late settlement/);
    expect([...set.spool.aside.keys()]).toEqual([receipt.requestId]);
  });

  it('gives the hold back where the ledger refuses what is in the settlement', async () => {
    const set = opened();
    await waiting(set);
    set.ledger.beforeWrite = ({ items }: LedgerBatch) => {
      if (items.some((item) => item.kind === 'end' && item.attempts.length > 0)) throw new Error('data too long');
    };
    await replaySpool(set.ports);
    expect(set.ledger.wallets.get('acme:RMB')).toEqual({ posted: 1_000n, held: 0n });
    expect(set.spool.kept.size).toBe(0);
  });

  it('settles at the charge, without the kept answer, where the ledger refuses that alone', async () => {
    const set = opened();
    const item = { ...(await waiting(set)), answer: { id: 'id', sealed: 'too long', expiresAt: 1 } };
    set.ledger.beforeWrite = ({ items }: LedgerBatch) => {
      if (items.some((each) => each.kind === 'end' && each.answer !== null)) throw new Error('data too long');
    };
    set.spool.kept.clear();
    await set.spool.keep(item);
    await replaySpool(set.ports);
    expect(set.ledger.wallets.get('acme:RMB')).toEqual({ posted: 970n, held: 0n });
    expect(set.spool.kept.size).toBe(0);
  });

  it('sets aside what the ledger takes in no form, and goes on with the rest', async () => {
    const set = opened();
    const [bad, good] = [await waiting(set), await waiting(set)];
    set.ledger.beforeWrite = ({ items }: LedgerBatch) => {
      if (items.some((item) => item.kind === 'end' && item.receipt.requestId === bad.receipt.requestId)) throw new Error('no');
    };
    await replaySpool(set.ports);
    expect(set.ledger.ends).toEqual([good]);
    expect([...set.spool.aside.keys()]).toEqual([bad.receipt.requestId]);
  });
});

describe('the spool of a running gateway', () => {
  it('replays what it keeps as soon as the ledger is back, and takes a ledger that is away for no fault of the spool', async () => {
    const set = opened();
    let tries = 0;
    const sleep = async () => {
      tries += 1;
    };
    const spool = new ReplayedSpool({ ...set.ports, clock: { now: () => 0, monotonic: () => 0, sleep } });
    const item = await waiting(set);
    set.spool.kept.clear();
    set.ledger.beforeWrite = () => (tries < 3 ? away() : undefined);
    await spool.keep(item);
    await spool.idle();
    expect(set.ledger.ends).toEqual([item]);
    expect(tries).toBe(3);
    expect(set.said.join()).not.toMatch(/could not be replayed/);
  });

  it('tries once more when it stops, and leaves the rest on the disk', async () => {
    const set = opened();
    const spool = new ReplayedSpool({
      ...set.ports,
      clock: { now: () => 0, monotonic: () => 0, sleep: () => new Promise(() => undefined) },
    });
    const item = await waiting(set);
    set.ledger.beforeWrite = away;
    await spool.keep(item);
    await spool.stop();
    expect(set.spool.kept.size).toBe(1);
    set.ledger.beforeWrite = () => undefined;
    await spool.stop();
    expect(set.ledger.ends).toEqual([item]);
  });
});
