/**
 * What research runs say of money, against the receipts of their calls. What a run cost is the sum over its receipts, what a
 * section cost the sum over its calls: they agree as long as each call that was charged is of the run that its receipt names.
 */
import type { Search } from './search';

const CHARGED = (bucket: string) => `SUM(CASE WHEN r.bucket = '${bucket}' THEN r.charge ELSE 0 END)`;

/** By run. Settlements can still be on their way when a line is written, so that a line may say less. */
const CHARGED_TO_RUNS = `SELECT r.run_id, ${CHARGED('RMB')} AS rmb, ${CHARGED('CREDIT')} AS credit
  FROM research_run o JOIN receipt r ON r.run_id = o.id AND r.run_id IS NOT NULL GROUP BY r.run_id`;

const LINE = "CONCAT('research_event ', x.run_id, ' #', x.seq), NULL FROM research_event x";

/** Of no wallet: the calls of a run may be paid from both. */
export const RESEARCH_SEARCHES: readonly Search[] = [
  {
    rule: 'I21',
    problem: 'it says that more was spent than the receipts of its run were charged',
    sql: `SELECT ${LINE} LEFT JOIN (${CHARGED_TO_RUNS}) p ON p.run_id = x.run_id
      WHERE (x.spent_rmb > COALESCE(p.rmb, 0) OR x.spent_credit > COALESCE(p.credit, 0))`,
    ofWallet: null,
  },
  {
    rule: 'I21',
    problem: 'it says that less was spent than the line before it',
    sql: `SELECT ${LINE} JOIN research_event b ON b.run_id = x.run_id AND b.seq = x.seq - 1
      WHERE (x.spent_rmb < b.spent_rmb OR x.spent_credit < b.spent_credit)`,
    ofWallet: null,
  },
  {
    rule: 'I21',
    problem: 'what it was charged, or its section, is of another run',
    sql: `SELECT CONCAT('research_call ', x.receipt_id), NULL FROM research_call x LEFT JOIN research_section s ON s.id = x.section_id
      LEFT JOIN receipt r ON r.id = x.receipt_id
      WHERE (s.run_id IS NULL OR s.run_id <> x.run_id OR (r.charge > 0 AND (r.run_id IS NULL OR r.run_id <> x.run_id)))`,
    ofWallet: null,
  },
  {
    rule: 'I21',
    problem: 'the call whose answer it shows is none of its own',
    sql: `SELECT CONCAT('research_section ', x.id), NULL FROM research_section x LEFT JOIN research_call c
      ON c.receipt_id = x.call_id AND c.section_id = x.id WHERE x.call_id IS NOT NULL AND c.receipt_id IS NULL`,
    ofWallet: null,
  },
];
