/**
 * What becomes of the open holds of a process that died: settled at what is certain to have been delivered, or released,
 * with a receipt that says so.
 */
import { Fault } from '../../kernel/fault';
import { newId } from '../../kernel/ids';
import type { EndRequest, LedgerStore } from '../../ledger/ledger-store';
import { abandonedEnd, type HoldValues, holdOf, LOST, recoveredEnd, STOPPED } from './abandoned-end';
import { checkpointOf } from './checkpoint-text';

const SWEEP_BATCH = 256;

export interface SweepLog {
  warn(facts: Record<string, unknown>, message: string): void;
  error(facts: Record<string, unknown>, message: string): void;
}

export interface SweepPorts {
  /** Holds that nobody living will end, the oldest first, at most `limit`, and none of `except`. */
  readonly orphans: (limit: number, except: readonly string[]) => Promise<readonly HoldValues[]>;
  /** The checkpoints of these holds as they are kept, by hold. */
  readonly progressOf: (holdIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly store: Pick<LedgerStore, 'write'>;
  readonly now: () => number;
  readonly log: SweepLog;
  /** What could not be ended before, and is left alone; what cannot be ended now is added. Left out: none yet. */
  readonly stuck?: Set<string>;
  /** Those of them whose request ended once, of which the database knows nothing any more. Left out: none. */
  readonly lost?: readonly string[];
}

export interface Swept {
  /** Charged for what was delivered. */
  readonly settled: number;
  readonly released: number;
}

const NOTHING: Swept = { settled: 0, released: 0 };

/**
 * Ends every orphaned hold: settled at its checkpoint, or released and its wallet credited back; its receipt ABANDONED.
 * Safe to run twice and in two processes at once: whoever comes second finds the hold ended. A checkpoint that cannot be
 * used is logged and charges nothing. A hold that cannot be ended, such as one that was altered by hand, is logged and left,
 * and keeps no other one: this comes to its end whatever the rows say.
 */
export async function endOrphans(ports: SweepPorts): Promise<Swept> {
  const stuck = ports.stuck ?? new Set<string>();
  const tried = new Set<string>();
  let swept = NOTHING;
  for (;;) {
    const found = await ports.orphans(SWEEP_BATCH, [...stuck]);
    const rows = triedOnce(ports, found, tried, stuck);
    if (rows.length === 0) return swept;
    const progress = await ports.progressOf(rows.map((row) => holdOf(row).holdId));
    swept = sum(
      swept,
      await endAll(
        ports,
        rows.map((row) => orphanOf(ports, row, progress)),
        stuck,
      ),
    );
  }
}

/** Which of these were not tried yet. One that was is open although it was ended: what it is found by is not what its row says. */
function triedOnce({ log }: SweepPorts, found: readonly HoldValues[], tried: Set<string>, stuck: Set<string>): readonly HoldValues[] {
  return found.filter((row) => {
    const { holdId } = holdOf(row);
    if (!tried.has(holdId)) return tried.add(holdId);
    stuck.add(holdId);
    log.error({ holdId }, 'a hold of a dead process is still open after it was ended: its row is damaged');
    return false;
  });
}

interface Orphan {
  readonly row: HoldValues;
  readonly end: EndRequest;
}

function orphanOf({ now, log, lost = [] }: SweepPorts, row: HoldValues, progress: ReadonlyMap<string, string>): Orphan {
  const hold = holdOf(row);
  const why = lost.includes(hold.holdId) ? LOST : STOPPED;
  const end = abandonedEnd(row, now(), why);
  const text = progress.get(hold.holdId);
  if (text === undefined) return { row, end };
  try {
    return { row, end: recoveredEnd(end, hold, checkpointOf(text, hold), why) };
  } catch (err) {
    log.error({ err, holdId: hold.holdId }, 'the checkpoint of a dead process cannot be used: its hold is released');
    return { row, end };
  }
}

async function endAll(ports: SweepPorts, orphans: readonly Orphan[], stuck: Set<string>): Promise<Swept> {
  try {
    const verdicts = await ports.store.write({ id: newId(), items: orphans.map(({ end }) => end) });
    const done = orphans.filter((_, at) => verdicts[at]?.verdict === 'done');
    const settled = done.filter(({ end }) => end.hold?.settles === true).length;
    return { settled, released: done.length - settled };
  } catch (error) {
    // The database's own trouble is not the item's: the next sweep tries again.
    if (error instanceof Fault) throw error;
    const [only] = orphans;
    if (only === undefined || orphans.length > 1) return await endHalves(ports, orphans, stuck);
    return await endBare(ports, only, stuck, error);
  }
}

async function endHalves(ports: SweepPorts, orphans: readonly Orphan[], stuck: Set<string>): Promise<Swept> {
  const middle = orphans.length >> 1;
  const first = await endAll(ports, orphans.slice(0, middle), stuck);
  return sum(first, await endAll(ports, orphans.slice(middle), stuck));
}

/** What the database refuses of a checkpoint must not keep the hold: it is released without. */
async function endBare(ports: SweepPorts, { row, end }: Orphan, stuck: Set<string>, error: unknown): Promise<Swept> {
  const holdId = end.hold?.holdId ?? '';
  if (end.hold?.settles === true) {
    ports.log.error({ err: error, holdId }, 'the hold of a dead process could not be settled at its checkpoint: it is released');
    return await endAll(ports, [{ row, end: abandonedEnd(row, ports.now()) }], stuck);
  }
  ports.log.error({ err: error, holdId }, 'a hold of a dead process could not be released');
  stuck.add(holdId);
  return NOTHING;
}

function sum(a: Swept, b: Swept): Swept {
  return { settled: a.settled + b.settled, released: a.released + b.released };
}
