/** Follows a run: every line of its log once, in order, from a cursor on. Ends behind the line that ended the run, unless it was resumed. */
import { Fault } from '../kernel/fault';
import type { Interrupted } from '../kernel/interrupt';
import { placeIn, wholeText } from '../kernel/whole-text';
import type { Doorbell } from '../ledger/spend-tail';
import type { ResearchStore } from './research-store';
import type { ResearchEvent } from './run';

export interface ResearchTailPorts {
  readonly research: Pick<ResearchStore, 'events'>;
  readonly doorbell: Doorbell;
}

/** What is rung for a run. */
export function bellOf(runId: string): string {
  return `research:${runId}`;
}

/** How long a tail sleeps at most: what another process wrote is seen within it, also when nobody rings. */
const LOOK_AGAIN_MS = 1_000;
const AT_ONCE = 100;
/** Older ones stand there in plain text, and the oldest do not name their run. */
const CURSOR = /^r(\d{1,15})(?:\.([\x21-\x7e]{1,12}))?$/;

export interface TailStart {
  /** null: the first line of its log. */
  readonly after: bigint | null;
  /** Whether the run had ended before: then nothing comes behind its last line, which may have been seen already. */
  readonly ended: boolean;
}

/**
 * Ends behind the line that ended the run, where none came after it, and when `signal` happens.
 * @throws Fault `invalid_request` for a line that the run has not come to; whatever the store throws
 */
export async function* tailResearch(
  { research, doorbell }: ResearchTailPorts,
  runId: string,
  { after, ended }: TailStart,
  signal: Interrupted<unknown>,
): AsyncGenerator<ResearchEvent> {
  const bell = new Set([bellOf(runId)]);
  let place = after ?? 0n;
  let over = ended;
  await refuseBeyond(research, runId, place);
  while (signal.reason === null) {
    const rings = doorbell.rings();
    const found = await research.events(runId, place, AT_ONCE);
    for (const event of found) {
      place = event.seq;
      over = event.kind === 'RUN_ENDED';
      yield event;
    }
    if (found.length === 0 && over) return;
    if (found.length === 0) await doorbell.next(bell, rings, LOOK_AGAIN_MS);
  }
}

/** Whoever waits behind the end of a log would be told nothing that is written until the log is there. */
async function refuseBeyond(research: ResearchTailPorts['research'], runId: string, place: bigint): Promise<void> {
  const [line] = place === 0n ? [] : await research.events(runId, place - 1n, 1);
  if (place === 0n || line?.seq === place) return;
  throw new Fault('invalid_request', 'after is the cursor of another run: this one has no such line.', { param: 'after' });
}

/** Names its run by the end of the run's id, which is random: the lines of two runs have the same numbers. */
export function researchCursor({ runId, seq }: Pick<ResearchEvent, 'runId' | 'seq'>): string {
  return wholeText(`r${seq}.${endOf(runId)}`);
}

/** @throws Fault `invalid_request` for a text that is no cursor of that run */
export function placeOfResearchCursor(cursor: string, runId: string): bigint {
  const [, place, run] = CURSOR.exec(cursor) ?? CURSOR.exec(placeIn(cursor) ?? '') ?? [];
  if (place === undefined) throw new Fault('invalid_request', 'after is no cursor of a run.', { param: 'after' });
  if (run !== undefined && run !== endOf(runId))
    throw new Fault('invalid_request', 'after is the cursor of another run.', { param: 'after' });
  return BigInt(place);
}

function endOf(runId: string): string {
  return runId.slice(-12);
}
