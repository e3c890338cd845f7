/** Everything that is read by pages, over two long histories. */
import type { EntryFilter, ReceiptFilter, Scope } from '../../src/ledger/ledger-reader';
import { SqlAlertLog } from '../../src/storage/alerts/alert-log';
import { SqlSnapshot } from '../../src/storage/audit/sql-snapshot';
import { SqlAuditLog } from '../../src/storage/audit-log-store';
import { SqlWalletHistory } from '../../src/storage/ledger-reader/wallet-history';
import { SqlResearchStore } from '../../src/storage/research/research-store';
import { SqlRunStore } from '../../src/storage/runs/run-store';
import { entryCursor, receiptCursor, rowCursor } from '../../src/storage/sql/cursors';
import { numberedId } from './bulk-rows';
import type { TestDatabase } from './databases';
import { REQUESTS, RUN, STEP_MS } from './long-histories';
import type { OpenReader } from './open-reader';

/** So many are on a page. */
export const FIRST = 5;

/** `read` gives the page that begins after the row with that number; null: the newest. `along`: what SQLite says of a deep one. */
export interface PagedList {
  readonly what: string;
  readonly read: (after: number | null) => Promise<{ readonly length: number }>;
  readonly along: string;
}

/** `start`: when the first request of each account was received. */
export function pagedLists(open: OpenReader, database: TestDatabase, start: number): PagedList[] {
  return [...receiptLists(open, start), auditWalk(open, database, start), ...entryLists(open, database), ...otherLists(open)];
}

const ACME: Scope = { accountId: 'acme' };

function receiptLists({ reader }: OpenReader, start: number): PagedList[] {
  const cursor = (n: number) => receiptCursor({ createdAt: BigInt(start + (n + 1) * STEP_MS), id: numberedId(0, '0000') });
  const pageAt = (after: number | null) => ({ first: FIRST, ...(after !== null && { after: cursor(after) }) });
  const list = (what: string, scope: Scope, filter: ReceiptFilter, along: string): PagedList => ({
    what: `receipts of ${what}`,
    read: async (after) => (await reader.receipts(scope, pageAt(after), filter)).items,
    along,
  });
  const byAccount = 'receipt_account_time (account_id=? AND created_at<?)';
  const byKey = 'receipt_key_time (api_key_id=? AND created_at<?)';
  const byTime = 'receipt_time (created_at<?)';
  return [
    list('an account', ACME, {}, byAccount),
    list('an account, of a time', ACME, { from: start, to: start + REQUESTS * STEP_MS }, 'created_at>? AND created_at<?)'),
    list('an account, by model', ACME, { model: 'few' }, 'receipt_model (account_id=? AND requested_model=? AND created_at<?)'),
    list('an account, by the usual model', ACME, { model: 'usual' }, 'receipt_model (account_id=? AND requested_model=? AND created_at<?)'),
    list('an account, that failed', ACME, { status: 'FAILED' }, 'receipt_status (account_id=? AND status=? AND created_at<?)'),
    list('an account, that succeeded', ACME, { status: 'SUCCEEDED' }, byAccount),
    list('an account, official', ACME, { routeType: 'OFFICIAL' }, 'receipt_route_type (account_id=? AND route_type=? AND created_at<?)'),
    list('an account, ordinary', ACME, { routeType: 'ORDINARY' }, byAccount),
    list('an account, with a fallback', ACME, { withFallback: true }, 'receipt_fallback (account_id=? AND created_at<?)'),
    list('an account, without one', ACME, { withFallback: false }, byAccount),
    list('an account, by project', ACME, { projectId: 'few' }, 'receipt_project (project_id=? AND created_at<?)'),
    list('an account, by run', ACME, { runId: 'few' }, 'receipt_run (run_id=? AND created_at<?)'),
    list('an account, by key', ACME, { apiKeyId: 'usual' }, byKey),
    list('a key', { apiKeyId: 'usual' }, {}, byKey),
    list('a key, by model', { apiKeyId: 'usual' }, { model: 'usual' }, byKey),
    list('everybody', null, {}, byTime),
    list('everybody, by key', null, { apiKeyId: 'usual' }, byKey),
    list('everybody, by project', null, { projectId: 'few' }, 'receipt_project (project_id=? AND created_at<?)'),
    list('everybody, by model', null, { model: 'few' }, byTime),
    list('everybody, that failed', null, { status: 'FAILED' }, byTime),
    list('everybody, with a fallback', null, { withFallback: true }, byTime),
    {
      what: 'receipts of keys',
      read: async (after) => (await reader.receiptsOfKeys(['usual'], pageAt(after), {})).get('usual')?.items ?? [],
      along: byKey,
    },
  ];
}

function auditWalk({ dataSource }: OpenReader, { kind }: TestDatabase, start: number): PagedList {
  const read = async (sql: string, values: readonly unknown[]) => (await dataSource.query(sql, [...values])).map(Object.values);
  const snapshot = new SqlSnapshot(read, (index) => (kind === 'sqlite' ? `INDEXED BY ${index}` : `FORCE INDEX (${index})`));
  const placeOf = (n: number) => ({ createdAt: BigInt(start + n * STEP_MS), id: '' });
  return {
    what: 'receipts of an account, for an audit',
    read: (after) => snapshot.receiptsOfAccount('acme', after === null ? null : placeOf(after), FIRST),
    along: 'receipt_account_time (account_id=? AND created_at>?)',
  };
}

function entryLists({ reader, dataSource }: OpenReader, database: TestDatabase): PagedList[] {
  const history = new SqlWalletHistory(dataSource);
  /** An entry has to be there. */
  const pageAt = async (after: number | null) => {
    if (after === null) return { first: FIRST };
    const [row] = await database.query(
      `SELECT c.at_us, t.id FROM wallet_change c JOIN transfer t ON t.batch_id = c.batch_id WHERE c.wallet_id = 'acme:RMB' AND c.seq = ${after}`,
    );
    return { first: FIRST, after: entryCursor({ atUs: BigInt(row?.['at_us'] ?? 0), walletId: 'acme:RMB', id: String(row?.['id']) }) };
  };
  const list = (what: string, scope: Scope, filter: EntryFilter, along: string): PagedList => ({
    what: `entries of ${what}`,
    read: async (after) => (await reader.entries(scope, await pageAt(after), filter)).items,
    along,
  });
  const byWallet = 'sqlite_autoindex_wallet_change_1 (wallet_id=? AND seq<?)';
  return [
    list('an account', ACME, {}, byWallet),
    list('a wallet', ACME, { walletId: 'acme:RMB' }, byWallet),
    list('an account, charges', ACME, { kind: 'CHARGE' }, byWallet),
    list('everybody', null, {}, 'wallet_change_at (at_us<?)'),
    list('everybody, charges', null, { kind: 'CHARGE' }, 'wallet_change_at (at_us<?)'),
    {
      what: 'the history of a wallet, forwards',
      read: (after) => history.after('acme:RMB', BigInt(after ?? 0), FIRST),
      along: 'sqlite_autoindex_wallet_change_1 (wallet_id=? AND seq>?)',
    },
  ];
}

function otherLists({ dataSource }: OpenReader): PagedList[] {
  const [alerts, auditLog] = [new SqlAlertLog(dataSource), new SqlAuditLog(dataSource)];
  const [runs, research] = [new SqlRunStore(dataSource), new SqlResearchStore(dataSource)];
  const pageAt = (after: number | null) => ({ first: FIRST, ...(after !== null && { after: rowCursor(numberedId(after, '0000')) }) });
  const bySequence = 'alert_account (account_id=? AND seq<?)';
  return [
    { what: 'alerts', read: async (at) => (await alerts.page('acme', pageAt(at), undefined)).items, along: bySequence },
    { what: 'alerts of a rule', read: async (at) => (await alerts.page('acme', pageAt(at), RUN)).items, along: bySequence },
    {
      what: 'alerts, forwards',
      read: (at) => alerts.after('acme', BigInt(at ?? 0), FIRST),
      along: 'alert_account (account_id=? AND seq>?)',
    },
    {
      what: 'the audit log',
      read: async (at) => (await auditLog.page('acme', pageAt(at), {})).items,
      along: 'audit_log_account (account_id=? AND id<?)',
    },
    {
      what: 'runs',
      read: async (at) => (await runs.page(ACME, 'AGENT', pageAt(at))).items,
      along: 'run_account (account_id=? AND kind=? AND id<?)',
    },
    {
      what: 'runs of a key',
      read: async (at) => (await runs.page({ apiKeyId: 'few' }, 'AGENT', pageAt(at))).items,
      along: 'run_key (api_key_id=? AND kind=? AND id<?)',
    },
    {
      what: 'runs of everybody',
      read: async (at) => (await runs.page(null, 'AGENT', pageAt(at))).items,
      along: 'sqlite_autoindex_run_1 (id<?)',
    },
    {
      what: 'the log of a research run, forwards',
      read: (at) => research.events(RUN, BigInt(at ?? 0), FIRST),
      along: 'sqlite_autoindex_research_event_1 (run_id=? AND seq>?)',
    },
  ];
}
