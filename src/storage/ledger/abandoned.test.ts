import { place } from '../../../test/support/ledger-items';
import { Fault } from '../../kernel/fault';
import type { LedgerBatch, LedgerItem, PlaceHold } from '../../ledger/ledger-store';
import { endOrphans } from './abandoned';
import { holdRow } from './rows';

const holdOf = (item: LedgerItem) => (item.kind === 'end' ? String(item.hold?.holdId) : '');

/** Holds of a dead process, and a ledger that ends each but those that `refuses` throws for. */
function deadProcess(holds: readonly PlaceHold[], refuses: (holdIds: readonly string[]) => void) {
  const open = new Map(holds.map((hold) => [hold.holdId, holdRow(hold, 'the dead')]));
  const said: string[] = [];
  const tries: number[] = [];
  const write = async ({ items }: LedgerBatch) => {
    tries.push(items.length);
    refuses(items.map(holdOf));
    return items.map((item) => ({ verdict: open.delete(holdOf(item)) ? 'done' : 'not_open' }) as const);
  };
  const ports = {
    orphans: async (limit: number, except: readonly string[]) =>
      [...open]
        .filter(([id]) => !except.includes(id))
        .flatMap(([, row]) => [row])
        .slice(0, limit),
    progressOf: async () => new Map<string, string>(),
    store: { write },
    now: () => 1,
    log: { warn: () => undefined, error: (facts: Record<string, unknown>) => said.push(String(facts['holdId'])) },
  };
  return { ports, open, said, tries };
}

describe('open holds of a dead process', () => {
  it('are ended but for those that nothing can end, which are named once and left', async () => {
    const holds = Array.from({ length: 300 }, () => place('acme', 5n));
    const stuck = [holds[7], holds[256]].map((hold) => String(hold?.holdId));
    const { ports, open, said } = deadProcess(holds, (ids) => {
      if (ids.some((id) => stuck.includes(id))) throw new Error('a row of it cannot be written');
    });
    expect(await endOrphans(ports)).toEqual({ settled: 0, released: 298 });
    expect([...open.keys()]).toEqual(stuck);
    expect(said).toEqual(stuck);
  });

  it('are left alone by the next sweep where nothing could end them before', async () => {
    const holds = Array.from({ length: 4 }, () => place('acme', 5n));
    const broken = String(holds[1]?.holdId);
    const { ports, said, tries } = deadProcess(holds, (ids) => {
      if (ids.includes(broken)) throw new Error('a row of it cannot be written');
    });
    const stuck = new Set<string>();
    await endOrphans({ ...ports, stuck });
    const before = tries.length;
    expect(await endOrphans({ ...ports, stuck })).toEqual({ settled: 0, released: 0 });
    expect([said, [...stuck], tries.length]).toEqual([[broken], [broken], before]);
  });

  it('keep none of the others where one is found again after it was ended', async () => {
    const holds = Array.from({ length: 300 }, () => place('acme', 5n));
    const ghost = holdRow(place('acme', 5n), 'the dead');
    const { ports, open, said } = deadProcess(holds, () => undefined);
    const orphans = async (limit: number, except: readonly string[]) => [ghost, ...(await ports.orphans(limit - 1, except))];
    expect(await endOrphans({ ...ports, orphans })).toEqual({ settled: 0, released: 300 });
    expect([open.size, new Set(said)]).toEqual([0, new Set([ghost[0]])]);
  });

  it('are left to the next sweep where the database is in trouble, and are not tried one by one', async () => {
    const holds = Array.from({ length: 4 }, () => place('acme', 5n));
    const away = new Fault('temporarily_unavailable', 'The ledger cannot be written now.');
    const { ports, open, said, tries } = deadProcess(holds, () => {
      throw away;
    });
    await expect(endOrphans(ports)).rejects.toBe(away);
    expect([open.size, said, tries]).toEqual([4, [], [4]]);
  });

  it('count as ended by whoever ended them', async () => {
    const holds = Array.from({ length: 3 }, () => place('acme', 5n));
    const dead = deadProcess(holds, () => dead.open.delete(String(holds[1]?.holdId)));
    expect(await endOrphans(dead.ports)).toEqual({ settled: 0, released: 2 });
  });
});
