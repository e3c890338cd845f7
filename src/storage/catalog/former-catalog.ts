/** Whether a database was made with another catalog than the one that is about to be applied. */
import type { DataSource } from 'typeorm';
import type { DeclaredCatalog } from '../../routing/declared-catalog';
import { rowsOf } from '../sql/query';
import { textOf } from '../sql/row-values';
import { readApplied } from './catalog-state';

/** An account of a catalog has the token that was declared for it, or none at all; one that was made through the graph always has one of its own. */
const OF_A_CATALOG = `SELECT id FROM account WHERE id IN (SELECT account_id FROM account_token)
  OR id NOT IN (SELECT account_id FROM management_token) ORDER BY id`;

const NAMED = 10;

/** What is there and is not declared: the first few of each. */
export interface Strangers {
  readonly accounts: readonly string[];
  /** Of the catalog that was applied last: out of use once another one is applied. */
  readonly channels: readonly string[];
}

/** Reads what a catalog left that declared other accounts or channels; null: none did. Call it before a catalog is applied. */
export async function strangersIn(
  dataSource: DataSource,
  declared: { readonly routing: DeclaredCatalog; readonly accounts: readonly { readonly id: string }[] },
): Promise<Strangers | null> {
  const accounts = (await rowsOf(dataSource, OF_A_CATALOG, [])).map((row) => textOf(row['id']));
  const channels = (await readApplied(dataSource)).channels.map(({ id }) => id);
  const strangers = { accounts: others(accounts, declared.accounts), channels: others(channels, declared.routing.channels) };
  return strangers.accounts.length + strangers.channels.length === 0 ? null : strangers;
}

function others(ids: readonly string[], known: readonly { readonly id: string }[]): string[] {
  return ids.filter((id) => !known.some((each) => each.id === id)).slice(0, NAMED);
}
