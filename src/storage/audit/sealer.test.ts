import { leastIdAt } from '../../kernel/ids';
import type { SealedBlock, SealRange } from './seal-batches';
import { Sealer } from './sealer';

const NOW = 1_790_000_000_000;

function sealerOver(blocks: (SealedBlock | Error)[]) {
  const ranges: SealRange[] = [];
  const said: string[] = [];
  const clock = { time: NOW, now: () => clock.time, monotonic: () => 0, sleep: async () => undefined };
  const seal = async (range: SealRange) => {
    ranges.push(range);
    const next = blocks.shift() ?? null;
    if (next instanceof Error) throw next;
    return next;
  };
  const note = (_fields: object, message: string) => void said.push(message);
  const sealer = new Sealer({ seal, clock, log: { info: note, warn: note, error: note } });
  return { sealer, ranges, said, clock };
}

const block = (seq: bigint): SealedBlock => ({ seq, hash: 'h', batches: 1, facts: 0, lastId: `last-of-${seq}` });

describe('the sealer', () => {
  it('seals block after block, each from where the last one ended, until nothing is left that is half a minute old', async () => {
    const { sealer, ranges, said } = sealerOver([block(1n), block(2n)]);
    sealer.start();
    await sealer.look();
    sealer.stop();
    expect(ranges.map(({ after }) => after)).toEqual(['', 'last-of-1', 'last-of-2']);
    expect(new Set(ranges.map(({ before }) => before))).toEqual(new Set([leastIdAt(NOW - 30_000)]));
    expect(said).toEqual(['sealed', 'sealed']);
  });

  it('looks back from where it looked before, and at everything now and then', async () => {
    const { sealer, ranges, clock } = sealerOver([]);
    for (let look = 0; look < 361; look++) {
      clock.time = NOW + look * 10_000;
      await sealer.look();
    }
    expect(ranges[0]?.after).toBe('');
    expect(ranges[1]?.after).toBe(leastIdAt(NOW - 30_000 - 600_000));
    expect(ranges[359]?.after).toBe(leastIdAt(NOW + 358 * 10_000 - 30_000 - 600_000));
    expect(ranges[360]?.after).toBe('');
  });

  it('says once that it fails, tries the same again, and never rejects', async () => {
    const { sealer, ranges, said } = sealerOver([new Error('away'), new Error('away')]);
    await sealer.look();
    await sealer.look();
    await sealer.look();
    expect(said).toEqual(['batches could not be sealed']);
    expect(ranges.map(({ after }) => after)).toEqual(['', '', '']);
  });

  it('begins one look at a time, and goes on to no further block when it is stopped', async () => {
    const { sealer, ranges } = sealerOver([block(1n), block(2n)]);
    const looks = [sealer.look(), sealer.look()];
    sealer.stop();
    await Promise.all(looks);
    expect(ranges).toHaveLength(1);
  });
});
