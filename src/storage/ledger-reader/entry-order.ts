/** The order of the entries that one batch wrote on one wallet. */
import { invariant } from '../../kernel/invariant';
import { groupBy } from '../../kernel/lists';
import type { LedgerEntry } from '../../ledger/wallet';
import type { Link } from './entry-rows';

/**
 * Sorts all entries of one link from new to old, so that each begins at the balance at which the one below it ended.
 * Ids do not tell that order: a settlement that had to wait is written after younger ones. The balances do: the entries
 * are the steps of one walk from the balance before the batch to the one after it. Where the walk could be taken in
 * several ways the same one is taken every time.
 * @throws InvariantBroken when the entries are no such walk
 */
export function newestFirst(entries: readonly LedgerEntry[], link: Link): LedgerEntry[] {
  const oldestFirst = [...entries].sort((a, b) => (a.id < b.id ? -1 : 1));
  const endingAt = groupBy<LedgerEntry, bigint>(oldestFirst, ({ balanceAfter }) => balanceAfter);
  const walk = walkBack(endingAt, link.postedAfter);
  const chained = walk.every((entry, at) => entry.balanceAfter === (walk[at - 1]?.balanceBefore ?? link.postedAfter));
  const whole = walk.length === entries.length && walk.at(-1)?.balanceBefore === link.postedBefore;
  invariant(chained && whole, `the entries of batch ${link.batchId} on ${link.walletId} do not add up to what it changed`);
  return walk;
}

/** Takes every entry once. A way that ends too early is put in later, as a loop at the balance where it began. */
function walkBack(endingAt: ReadonlyMap<bigint, LedgerEntry[]>, from: bigint): LedgerEntry[] {
  const way: LedgerEntry[] = [];
  const walk: LedgerEntry[] = [];
  for (;;) {
    const here = way.at(-1);
    const next = endingAt.get(here?.balanceBefore ?? from)?.pop();
    if (next !== undefined) way.push(next);
    else if (here === undefined) return walk.reverse();
    else {
      walk.push(here);
      way.pop();
    }
  }
}
