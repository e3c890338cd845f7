/** Wallets' histories, forwards: what a tail of spend reads. */
import type { DataSource } from 'typeorm';
import type { HistoryStep, WalletHead, WalletHistory } from '../../ledger/wallet-history';
import { Conditions, rowsOf } from '../sql/query';
import { amount, text } from '../sql/stored-values';
import { LINK_COLUMNS, linkOf } from './entry-rows';
import { entriesOfLinks } from './read-entries';
import { sequenceAt } from './sequence-at';

/** Two statements for up to 150 steps. */
export class SqlWalletHistory implements WalletHistory {
  constructor(private readonly dataSource: DataSource) {}

  async heads(accountId: string | null): Promise<ReadonlyMap<string, WalletHead>> {
    const asked = new Conditions().is('w.account_id', accountId ?? undefined);
    const rows = await rowsOf(
      this.dataSource,
      `SELECT w.id, w.seq, w.changed_at_us FROM wallet w WHERE ${asked.sql} ORDER BY w.id`,
      asked.values,
    );
    return new Map(rows.map((row) => [text(row, 'id'), { seq: amount(row, 'seq'), atUs: amount(row, 'changed_at_us') }]));
  }

  sequenceAt(walletId: string, atUs: bigint): Promise<bigint> {
    return sequenceAt(this.dataSource, walletId, atUs);
  }

  async after(walletId: string, seq: bigint, limit: number): Promise<readonly HistoryStep[]> {
    const asked = new Conditions().is('c.wallet_id', walletId).and('c.seq > ?', seq);
    const sql = `SELECT ${LINK_COLUMNS}, c.seq, c.held_after FROM wallet_change c WHERE ${asked.sql} ORDER BY c.seq LIMIT ?`;
    const rows = await rowsOf(this.dataSource, sql, [...asked.values, BigInt(limit)]);
    const entries = await entriesOfLinks(this.dataSource, rows.map(linkOf));
    return rows.map((row) => {
      const { batchId } = linkOf(row);
      const ofStep = entries.filter((entry) => entry.batchId === batchId).reverse();
      return { walletId, seq: amount(row, 'seq'), atUs: amount(row, 'at_us'), entries: ofStep, heldAfter: amount(row, 'held_after') };
    });
  }
}
