/** Rows that refer to one which is not there, or that repeat what may be there once: found by the database itself. */
import type { Stray } from '../../ledger/audit/snapshot';
import { USAGE_SEARCHES } from '../usage/usage-strays';
import type { Read } from './read';
import { RESEARCH_SEARCHES } from './research-strays';
import type { Search } from './search';

const LIMIT = 100;

const SEARCHES: readonly Search[] = [
  {
    rule: 'I9',
    problem: 'the batch that it names is not there',
    sql: "SELECT CONCAT('transfer ', x.id), x.id FROM transfer x LEFT JOIN ledger_batch b ON b.id = x.batch_id WHERE b.id IS NULL",
    ofWallet: 'x.wallet_id = ?',
  },
  {
    rule: 'I9',
    problem: 'the batch that it names is not there',
    sql: "SELECT CONCAT('wallet_change ', x.wallet_id, ' #', x.seq), NULL FROM wallet_change x LEFT JOIN ledger_batch b ON b.id = x.batch_id WHERE b.id IS NULL",
    ofWallet: 'x.wallet_id = ?',
  },
  {
    rule: 'I7',
    problem: 'its wallet is not there',
    sql: "SELECT CONCAT('wallet_change ', x.wallet_id, ' #', x.seq), NULL FROM wallet_change x LEFT JOIN wallet w ON w.id = x.wallet_id WHERE w.id IS NULL",
    ofWallet: 'x.wallet_id = ?',
  },
  {
    rule: 'I9',
    problem: 'the batch that it names is not there',
    sql: "SELECT CONCAT('receipt ', x.id), x.transfer_id FROM receipt x LEFT JOIN ledger_batch b ON b.id = x.batch_id WHERE x.batch_id IS NOT NULL AND b.id IS NULL",
    ofWallet: "CONCAT(x.account_id, ':', x.bucket) = ?",
  },
  {
    rule: 'I2',
    problem: 'no link of the balance chain of its wallet contains it',
    sql: "SELECT CONCAT('transfer ', x.id), x.id FROM transfer x LEFT JOIN wallet_change c ON c.batch_id = x.batch_id AND c.wallet_id = x.wallet_id WHERE x.wallet_id IS NOT NULL AND c.seq IS NULL",
    ofWallet: 'x.wallet_id = ?',
  },
  {
    rule: 'I5',
    problem: 'its receipt is not there',
    sql: "SELECT CONCAT('attempt ', x.receipt_id, ' #', x.idx), NULL FROM attempt x LEFT JOIN receipt r ON r.id = x.receipt_id WHERE r.id IS NULL",
    ofWallet: null,
  },
  {
    rule: 'I17',
    problem: 'the transfer or the receipt that it names is not there, or says something else',
    sql: "SELECT CONCAT('refund ', x.receipt_id, ' ', x.transfer_id), t.id FROM refund x LEFT JOIN transfer t ON t.id = x.transfer_id AND t.receipt_id = x.receipt_id AND t.kind = 'REFUND' AND t.amount = x.amount LEFT JOIN receipt r ON r.id = x.receipt_id WHERE (t.id IS NULL OR r.id IS NULL)",
    ofWallet: "CONCAT(r.account_id, ':', r.bucket) = ?",
  },
  {
    rule: 'I19',
    problem: 'the batch that was sealed is not there',
    sql: "SELECT CONCAT('seal_batch ', x.batch_id), NULL FROM seal_batch x LEFT JOIN ledger_batch b ON b.id = x.batch_id WHERE b.id IS NULL",
    ofWallet: null,
  },
  {
    rule: 'I19',
    problem: 'the block that it names is not there',
    sql: "SELECT CONCAT('seal_batch ', x.batch_id), NULL FROM seal_batch x LEFT JOIN seal s ON s.seq = x.seal_seq WHERE s.seq IS NULL",
    ofWallet: null,
  },
  {
    rule: 'I8',
    problem: 'its external key has moved money more than once',
    sql: "SELECT CONCAT('transfer ', x.id), x.id FROM transfer x WHERE x.external_key IN (SELECT external_key FROM transfer WHERE external_key IS NOT NULL GROUP BY external_key HAVING COUNT(*) > 1)",
    ofWallet: 'x.wallet_id = ?',
  },
  ...RESEARCH_SEARCHES,
  ...USAGE_SEARCHES,
];

/** At most a hundred of each kind. */
export async function readStrays(read: Read, walletId: string | null): Promise<readonly Stray[]> {
  const found: Stray[] = [];
  for (const search of SEARCHES) found.push(...(await strayRows(read, search, walletId)));
  return found;
}

async function strayRows(read: Read, { rule, problem, sql, ofWallet }: Search, walletId: string | null): Promise<Stray[]> {
  if (walletId !== null && ofWallet === null) return [];
  const narrowed = walletId === null ? sql : `${sql} AND ${ofWallet}`;
  const rows = await read(`${narrowed} LIMIT ${LIMIT}`, walletId === null ? [] : [walletId]);
  return rows.map(([row, entryId = null]) => ({ rule, problem, row: String(row), entryId: entryId === null ? null : String(entryId) }));
}
