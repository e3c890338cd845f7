import { Fault } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { Interrupt } from '../kernel/interrupt';
import { placeOfResearchCursor, researchCursor, tailResearch } from './research-tail';
import type { ResearchEvent, ResearchEventKind } from './run';

const SPENT = { RMB: 0n, CREDIT: 0n };

function logOf(...kinds: ResearchEventKind[]): ResearchEvent[] {
  return kinds.map((kind, nth) => ({ runId: 'r', seq: BigInt(nth + 1), at: 1, kind, sectionId: null, message: null, spent: SPENT }));
}

/** What a client is told. A tail that waits although nothing can come any more is cut, and fails the test. */
async function told(log: readonly ResearchEvent[], after: bigint, ended: boolean): Promise<ResearchEventKind[]> {
  const signal = new Interrupt<string>();
  const doorbell = { rings: () => 0, next: async () => signal.happen('it waits'), ring: () => undefined };
  const research = { events: async (_id: string, seq: bigint, limit: number) => log.filter((each) => each.seq > seq).slice(0, limit) };
  const seen: ResearchEventKind[] = [];
  for await (const { kind } of tailResearch({ research, doorbell }, 'r', { after, ended }, signal)) seen.push(kind);
  expect(signal.reason).toBeNull();
  return seen;
}

describe('following a run', () => {
  it('ends behind the line that ended the run', async () => {
    expect(await told(logOf('RUN_QUEUED', 'RUN_STARTED', 'RUN_ENDED'), 0n, false)).toEqual(['RUN_QUEUED', 'RUN_STARTED', 'RUN_ENDED']);
    expect(await told(logOf('RUN_QUEUED', 'RUN_STARTED', 'RUN_ENDED'), 2n, true)).toEqual(['RUN_ENDED']);
  });

  it('goes on where the run was resumed after its end, and ends behind its last one', async () => {
    const log = logOf('RUN_QUEUED', 'RUN_STARTED', 'RUN_ENDED', 'RUN_RESUMED', 'RUN_STARTED', 'RUN_ENDED');
    expect(await told(log, 0n, true)).toEqual(log.map(({ kind }) => kind));
    expect(await told(log, 3n, false)).toEqual(['RUN_RESUMED', 'RUN_STARTED', 'RUN_ENDED']);
  });

  it('ends at once for whoever comes back with the cursor of that line', async () => {
    expect(await told(logOf('RUN_QUEUED', 'RUN_ENDED'), 2n, true)).toEqual([]);
  });

  it('refuses the cursor of a longer run: behind it nothing of this one would be told', async () => {
    for (const ended of [false, true]) {
      const follows = told(logOf('RUN_QUEUED', 'RUN_STARTED'), 3n, ended);
      await expect(follows).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'after' } });
    }
  });

  it('refuses the cursor of another run, whose lines have the same numbers', () => {
    const [mine, other] = [newId(), newId()];
    const cursor = researchCursor({ runId: mine, seq: 4n });
    expect(placeOfResearchCursor(cursor, mine)).toBe(4n);
    expect(placeOfResearchCursor('r4', mine)).toBe(4n);
    for (const text of [researchCursor({ runId: other, seq: 4n }), `${cursor}x`, 'r4.', 'r', '4', '']) {
      expect(() => placeOfResearchCursor(text, mine)).toThrow(Fault);
    }
  });
});
