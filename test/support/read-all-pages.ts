import type { Page } from '../../src/ledger/ledger-reader';

const PAGES_MAX = 1_000;

/** Follows a list by its cursors to the end. `between` runs after each page. */
export async function readAllPages<T>(
  read: (after: string | undefined) => Promise<Page<T>>,
  between?: () => Promise<unknown>,
): Promise<T[]> {
  const nodes: T[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const page = await read(after);
    nodes.push(...page.items.map((item) => item.node));
    if (!page.hasNextPage) return nodes;
    after = page.items.at(-1)?.cursor;
    await between?.();
  }
  throw new Error(`the list does not end after ${PAGES_MAX} pages`);
}
