/** Rows of every table that no batch of the ledger writes: some written out, the others made up. */
import { newId } from '../../src/kernel/ids';
import { UNSEEN } from './audit-decisions';
import type { TestDatabase } from './databases';
import { insertText, type TableSchema } from './edited-rows';

const AT = 1_790_000_000_000n;
const NO_RATES = { requests_per_minute: null, tokens_per_minute: null, concurrency: null };
const hash = (of: string) => of.padEnd(64, '0');

/** Two rows of each: one that is in force, and one that was revoked or is of somebody else. */
export async function addControlRows(database: TestDatabase, schema: ReadonlyMap<string, TableSchema>): Promise<void> {
  for (const account of ['acme', 'globex']) for (const [table, row] of rowsOf(account)) await database.query(insertText(table, row));
  for (const [table, [reason]] of Object.entries(UNSEEN)) {
    if (reason === 'schema' || reason === 'research') continue;
    const columns = schema.get(table)?.columns ?? [];
    // Short texts fit everywhere, and SQLite and MySQL make numbers of them where numbers are wanted.
    const made = (nth: number) => Object.fromEntries(columns.map(({ name }) => [name, `${nth}`]));
    for (const nth of [1, 5]) await database.query(insertText(table, made(nth)));
  }
}

function rowsOf(account: string): (readonly [table: string, row: Record<string, string | bigint | null>])[] {
  const revoked = account === 'globex';
  const price = { currency: 'CNY', input: 7n, cached_input: null, cache_write: null, output: 9n, per_request: null, classes: null };
  const code = { id: newId(), code_hash: hash(account), bucket: 'RMB', amount: 5n, memo: null, created_at: AT, expires_at: null };
  const token = { id: newId(), hash: hash(account), account_id: account, name: 'all', role: 'OWNER', created_at: AT, expires_at: null };
  const key = {
    id: `${account}-key`,
    account_id: account,
    project_id: 'bots',
    name: 'chat',
    prefix: 'sk-tf',
    route_policy: 'ORDINARY_ONLY',
  };
  const logged = { id: newId(), at: AT, request_id: newId(), actor_kind: 'OPERATOR', actor_id: null, account_id: account, action: 'topUp' };
  return [
    ['account', { id: account, name: account, created_at: AT, suspended_at: null, ...NO_RATES }],
    ['project', { id: `${account}-bots`, account_id: account, name: 'Bots', created_at: AT, spend_limits: null }],
    [
      'api_key',
      {
        ...{ ...key, status: revoked ? 'REVOKED' : 'ACTIVE', cross_bucket_fallback: 0n, allowed_models: null, limits: '{}' },
        ...{ created_at: AT, expires_at: null, policies: null },
      },
    ],
    ['key_secret', { hash: hash(account), key_id: `${account}-key`, created_at: AT, valid_until: null }],
    ['account_token', { hash: hash(account), account_id: account, created_at: AT, revoked_at: revoked ? AT : null }],
    ['management_token', { ...token, revoked_at: revoked ? AT : null }],
    ['redemption_code', { ...code, revoked_at: revoked ? AT : null }],
    ['audit_log', { ...logged, target: account, outcome: 'DONE', fault_code: null, state_before: null, state_after: '{}' }],
    ['cost_version', { ...price, id: `${account}/small#1`, channel_id: account, upstream_model: 'small', version: 1n, effective_from: AT }],
  ];
}
