/** Wallets' histories, forwards: what a tail of spend reads. */
import type { DataSource } from 'typeorm';
import type { HistoryStep, WalletHistory } from '../../ledger/wallet-history';
import { Conditions, rowsOf } from '../sql/query';
import { amount, text } from '../sql/stored-values';
import { LINK_COLUMNS, linkOf } from './entry-rows';
import { entriesOfLinks } from './read-entries';

/** Two statements for up to 150 steps. */
export class SqlWalletHistory implements WalletHistory {
  constructor(private readonly dataSource: DataSource) {}

  async heads(accountId: string | null): Promise<ReadonlyMap<string, bigint>> {
    const asked = new Conditions().is('w.account_id', accountId ?? undefined);
    const rows = await rowsOf(this.dataSource, `SELECT w.id, w.seq FROM wallet w WHERE ${asked.sql} ORDER BY w.id`, asked.values);
    return new Map(rows.map((row) => [text(row, 'id'), amount(row, 'seq')]));
  }

  async after(walletId: string, seq: bigint, limit: number): Promise<readonly HistoryStep[]> {
    const asked = new Conditions().is('c.wallet_id', walletId).and('c.seq > ?', seq);
    const sql = `SELECT ${LINK_COLUMNS}, c.seq, c.held_after FROM wallet_change c WHERE ${asked.sql} ORDER BY c.seq LIMIT ?`;
    const rows = await rowsOf(this.dataSource, sql, [...asked.values, BigInt(limit)]);
    const entries = await entriesOfLinks(this.dataSource, rows.map(linkOf));
    return rows.map((row) => {
      const { batchId } = linkOf(row);
      const ofStep = entries.filter((entry) => entry.batchId === batchId).reverse();
      return { walletId, seq: amount(row, 'seq'), entries: ofStep, heldAfter: amount(row, 'held_after') };
    });
  }
}
