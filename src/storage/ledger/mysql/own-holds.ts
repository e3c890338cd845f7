/**
 * The holds that this process answers for: they are being placed, or were granted and have not ended. One that the database has open beside
 * these was ended once, and the database does not know of it any more: a replica took over that had not heard of it. Nobody else
 * ends it, because this process lives.
 */
import type { LedgerVerdict } from '../../../ledger/ledger-store';
import type { SweepLog } from '../abandoned';
import type { PreparedItem } from '../prepare';

const LOOK_EVERY_MS = 10_000;

export class OwnHolds {
  private readonly ids = new Set<string>();
  /** Open and nobody's when they were looked at last. */
  private suspected: ReadonlySet<string> = new Set();
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly log: Pick<SweepLog, 'error'>) {}

  /** Runs what writes these items, and knows what became of their holds. */
  async during(items: readonly PreparedItem[], write: () => Promise<readonly LedgerVerdict[]>): Promise<readonly LedgerVerdict[]> {
    for (const item of items) if (item.kind === 'place') this.ids.add(item.holdId);
    let verdicts: readonly LedgerVerdict[] = [];
    try {
      verdicts = await write();
      return verdicts;
    } finally {
      for (const [at, item] of items.entries()) for (const id of goneWith(item, verdicts[at]?.verdict)) this.ids.delete(id);
    }
  }

  /** Which of its holds that the database has open ended once. Never at the first look: one may have been placed or ended beside it. */
  async lostEnds(now: number, open: () => Promise<readonly string[]>): Promise<readonly string[]> {
    if (now - this.lookedAt < LOOK_EVERY_MS) return [];
    this.lookedAt = now;
    const nobodys = (await open()).filter((id) => !this.ids.has(id));
    const lost = nobodys.filter((id) => this.suspected.has(id));
    this.suspected = new Set(nobodys);
    if (lost.length > 0) this.log.error({ holds: lost.length }, 'the database has lost how requests ended: their holds are being ended');
    return lost;
  }
}

/** The holds that nobody answers for from then on. Without a verdict nothing was written: batches in doubt are ended apart. */
function goneWith(item: PreparedItem, verdict: LedgerVerdict['verdict'] | undefined): readonly string[] {
  if (item.kind === 'place') {
    if (verdict !== 'granted') return [item.holdId];
    return item.replaces === null ? [] : [item.replaces.holdId];
  }
  return item.kind === 'end' && item.hold !== null && (verdict === 'done' || verdict === 'not_open') ? [item.hold.holdId] : [];
}
