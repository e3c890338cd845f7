/** Two accounts with long histories of everything that is read by pages. What is read of the other account shows. */
import { newId } from '../../src/kernel/ids';
import { addBulkHistory } from './bulk-history';
import { addNumberedRows, numberedId, numberedIds } from './bulk-rows';
import type { TestDatabase } from './databases';
import { addWallets, end, move, place } from './ledger-items';
import { openLedger } from './open-ledger';

/** Of each account, at the same times. */
export const REQUESTS = 20_000;
export const STEP_MS = 1_000;
/** What lists are read from. */
export const PAGED_TABLES = [
  'receipt',
  'hold',
  'attempt',
  'transfer',
  'wallet_change',
  'ledger_batch',
  'alert',
  'audit_log',
  'run',
  'research_event',
];
/** The rule of every alert, and the run that every line of the log of research is of. */
export const RUN = numberedId(0, '0000');

const tenth = (few: string, otherwise: string) => `CASE WHEN n % 10 = 0 THEN ${few} ELSE ${otherwise} END`;
/** Of every ten requests one is unusual in every way. */
const VARIETY = {
  receipt: {
    requested_model: tenth("'few'", "'usual'"),
    status: tenth("'FAILED'", "'SUCCEEDED'"),
    route_type: tenth("'OFFICIAL'", "'ORDINARY'"),
    fallback_count: tenth('n % 3 + 1', '0'),
    project_id: tenth("'few'", "'usual'"),
    run_id: tenth("'few'", 'NULL'),
    api_key_id: tenth("'few'", "'usual'"),
  },
};

/** Tables with next to nothing in them: one request of each account. Gives the time at which it was received. */
export async function addFirstRequests(database: TestDatabase): Promise<number> {
  const ledger = await openLedger(database);
  let start = 0;
  for (const account of ['acme', 'other']) {
    await addWallets(database, account);
    const hold = place(account, 10n);
    for (const item of [move(account, 10n ** 12n), hold, end(hold, 7n)]) await ledger.store.write({ id: newId(), items: [item] });
    start = hold.request.createdAt;
  }
  await ledger.close();
  return start;
}

/** Behind those. Ids of rows that are no requests are `numberedIds` of the series 0000. */
export async function addLongHistories(database: TestDatabase): Promise<void> {
  const history = { requests: REQUESTS, stepMs: STEP_MS };
  await addBulkHistory(database, { ...history, walletId: 'acme:RMB', variety: VARIETY });
  const others = { receipt: { ...VARIETY.receipt, project_id: "'other'", run_id: 'NULL', api_key_id: "'other'" } };
  await addBulkHistory(database, { ...history, walletId: 'other:RMB', variety: others, series: 1 });
  const [id, account, every] = [numberedIds(database, '0000'), "CASE WHEN n % 2 = 0 THEN 'acme' ELSE 'other' END", REQUESTS];
  const whose = { id, account_id: account };
  const told = { message: "'m'", value: '0', threshold: '0', raised_at: 'n' };
  await addNumberedRows(database, 'alert', every, { ...whose, seq: 'n + 1', rule_id: `'${RUN}'`, metric: "'BALANCE'", ...told });
  const done = { at: 'n', request_id: id, actor_kind: "'OPERATOR'", action: "'topUp'", outcome: "'DONE'" };
  await addNumberedRows(database, 'audit_log', every, { ...whose, ...done });
  const run = { kind: "'AGENT'", api_key_id: "'few'", name: "'n'", status: "'COMPLETED'", budget: "'[]'", created_at: 'n' };
  await addNumberedRows(database, 'run', every, { ...whose, ...run });
  const line = { run_id: `'${RUN}'`, seq: 'n + 1', at: 'n', kind: "'RUN_STARTED'", spent_rmb: '0', spent_credit: '0' };
  await addNumberedRows(database, 'research_event', every, line);
}
