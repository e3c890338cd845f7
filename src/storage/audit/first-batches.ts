import type { Cell } from './read';

/** What is written of them is one transaction, for which the ledger's own may have to wait: it is kept short. */
const ITEMS_MAX = 4_096n;

/** The ids of the first batches, one at least, that together have so many items at most. Rows of an id and a number of items. */
export function firstBatches(rows: readonly (readonly Cell[])[]): string[] {
  let items = 0n;
  const ids: string[] = [];
  for (const [id, count] of rows) {
    items += BigInt(count ?? 0);
    if (ids.length > 0 && items > ITEMS_MAX) break;
    ids.push(String(id));
  }
  return ids;
}
