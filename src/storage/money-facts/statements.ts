/** Statements from the wallets' chains. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { invariant } from '../../kernel/invariant';
import { type Nano, nano } from '../../kernel/money';
import { BUCKETS, ENTRY_KINDS, type EntryKind } from '../../kernel/words';
import { type KindTotal, type Period, type Statements, type StatementWallet, totalsInOrder } from '../../ledger/statement/statement';
import type { LedgerEntry } from '../../ledger/wallet';
import { sequenceAt } from '../ledger-reader/sequence-at';
import { SqlWalletHistory } from '../ledger-reader/wallet-history';
import { exactSum, summedInParts } from '../sql/exact-sums';
import { Conditions, joinInOrder, rowsOf } from '../sql/query';
import { amount, count, text, wordIn } from '../sql/stored-values';

const US_PER_MS = 1_000n;
/**
 * Links that are read, or summed, at once. One may hold as many entries as a batch has items; what takes long would keep
 * others from an embedded database.
 */
const PORTION = { read: 200, summed: 1_000 };

/** As the wallet sees it. */
const signed = (part: string) => `CASE WHEN t.credit = t.wallet_id THEN CAST(${part} AS SIGNED) ELSE -CAST(${part} AS SIGNED) END`;

const totalsOf = (join: string) => `SELECT t.kind, COUNT(*) AS entries, ${summedInParts('t.amount', signed)}
  FROM wallet_change c ${join} transfer t ON t.batch_id = c.batch_id AND t.wallet_id = c.wallet_id
  WHERE c.wallet_id = ? AND c.seq > ? AND c.seq <= ? GROUP BY t.kind`;

export class SqlStatements implements Statements {
  private readonly history: SqlWalletHistory;

  constructor(
    private readonly dataSource: DataSource,
    private readonly portion = PORTION,
  ) {
    this.history = new SqlWalletHistory(dataSource);
  }

  async wallets(accountId: string, period: Period): Promise<readonly StatementWallet[]> {
    const asked = new Conditions().is('account_id', accountId);
    const sql = `SELECT id, bucket FROM wallet WHERE ${asked.sql} ORDER BY bucket DESC`;
    const found: StatementWallet[] = [];
    for (const row of await rowsOf(this.dataSource, sql, asked.values)) {
      const walletId = text(row, 'id');
      const links = { before: await this.linksBefore(walletId, period.from), until: await this.linksBefore(walletId, period.to) };
      const [opening, closing] = [await this.balanceAfter(walletId, links.before), await this.balanceAfter(walletId, links.until)];
      found.push({ walletId, bucket: wordIn(BUCKETS, row, 'bucket'), opening, closing, links });
    }
    return found;
  }

  async *entries({ walletId, links }: StatementWallet): AsyncIterable<LedgerEntry> {
    let seq = links.before;
    while (seq < links.until) {
      const left = links.until - seq;
      const limit = left < BigInt(this.portion.read) ? Number(left) : this.portion.read;
      const steps = await this.history.after(walletId, seq, limit);
      invariant(steps.length === limit, `the chain of the wallet ${walletId} has a gap`);
      for (const step of steps) yield* step.entries;
      seq += BigInt(limit);
    }
  }

  async totals({ walletId, links }: StatementWallet): Promise<readonly KindTotal[]> {
    const sums = new Map<EntryKind, { entries: number; amount: bigint }>();
    const sql = totalsOf(joinInOrder(this.dataSource));
    const step = BigInt(this.portion.summed);
    for (let seq = links.before; seq < links.until; seq += step) {
      const end = seq + step < links.until ? seq + step : links.until;
      for (const row of await rowsOf(this.dataSource, sql, [walletId, seq, end])) {
        const kind = wordIn(ENTRY_KINDS, row, 'kind');
        const before = sums.get(kind) ?? { entries: 0, amount: 0n };
        sums.set(kind, { entries: before.entries + count(row, 'entries'), amount: before.amount + exactSum(row) });
      }
      await nextTurn();
    }
    return totalsInOrder(sums);
  }

  private linksBefore(walletId: string, ms: number): Promise<bigint> {
    return sequenceAt(this.dataSource, walletId, BigInt(ms) * US_PER_MS - 1n);
  }

  private async balanceAfter(walletId: string, seq: bigint): Promise<Nano> {
    if (seq === 0n) return nano(0n);
    const sql = 'SELECT posted_after FROM wallet_change WHERE wallet_id = ? AND seq = ?';
    const [row] = await rowsOf(this.dataSource, sql, [walletId, seq]);
    invariant(row !== undefined, `the chain of the wallet ${walletId} has a gap`);
    return amount(row, 'posted_after');
  }
}
