/** Wallets, as the ledger keeps them. */
import type { DataSource } from 'typeorm';
import { invariant } from '../../kernel/invariant';
import { BUCKETS } from '../../kernel/words';
import { type Wallet, walletId } from '../../ledger/wallet';
import { Conditions, rowsOf, rowsOfIds } from '../sql/query';
import type { Row } from '../sql/row-values';
import { amount, text, wordIn } from '../sql/stored-values';

const WALLETS = 'SELECT id, account_id, bucket, posted, held FROM wallet';

/** The wallets of one account, RMB first, or of all accounts. */
export async function readWallets(dataSource: DataSource, accountId: string | null): Promise<readonly Wallet[]> {
  const { sql, values } = new Conditions().is('account_id', accountId ?? undefined);
  const rows = await rowsOf(dataSource, `${WALLETS} WHERE ${sql} ORDER BY account_id, bucket DESC`, values);
  return rows.map(walletOf);
}

export async function readWalletsById(dataSource: DataSource, ids: readonly string[]): Promise<ReadonlyMap<string, Wallet>> {
  const rows = await rowsOfIds(dataSource, ids, (list) => `${WALLETS} WHERE id IN (${list})`);
  return new Map(rows.map(walletOf).map((wallet) => [wallet.id, wallet]));
}

function walletOf(row: Row): Wallet {
  const id = text(row, 'id');
  const accountId = text(row, 'account_id');
  const bucket = wordIn(BUCKETS, row, 'bucket');
  const posted = amount(row, 'posted');
  const held = amount(row, 'held');
  invariant(id === walletId(accountId, bucket), `the wallet ${id} is stored as the one of ${accountId} in ${bucket}`);
  invariant(held <= posted, `the wallet ${id} holds more than it has`);
  return { id, accountId, bucket, posted, held };
}
