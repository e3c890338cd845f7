/**
 * What is written once, outside of the ledger's batches, and must stay as it was: it is sealed as a fact of its own. Columns that a gateway
 * changes are no part of it; where a row comes to an end that is final, that end is a further fact. A column may be added to a kind where
 * older rows have nothing in it.
 */
import { leastIdAt } from '../../kernel/ids';
import { digestOfFact } from '../../ledger/audit/seal';
import type { Cell, Read } from './read';

export interface FactKind {
  /** What its names begin with. */
  readonly kind: string;
  readonly table: string;
  readonly key: string;
  readonly columns: readonly string[];
  /** Which rows are facts; left out: all. */
  readonly where?: string;
  /** The column that tells which rows are new: an instant, or an id that begins with one. Left out: all are looked at each time. */
  readonly since?: string;
  /** Only looked for now and then: no row of a long table tells when it became one. */
  readonly rarely?: true;
}

const PRICE_COLUMNS = ['currency', 'input', 'cached_input', 'cache_write', 'output', 'per_request', 'classes', 'effective_from'];

const FACT_KINDS: readonly FactKind[] = [
  {
    kind: 'price_version',
    table: 'price_version',
    key: 'id',
    columns: ['id', 'route_id', 'channel_id', 'version', 'multiplier', ...PRICE_COLUMNS],
  },
  { kind: 'cost_version', table: 'cost_version', key: 'id', columns: ['id', 'channel_id', 'upstream_model', 'version', ...PRICE_COLUMNS] },
  {
    kind: 'redemption_code',
    table: 'redemption_code',
    key: 'id',
    columns: ['id', 'code_hash', 'bucket', 'amount', 'memo', 'created_at', 'expires_at'],
    since: 'id',
  },
  {
    kind: 'revoked_redemption_code',
    table: 'redemption_code',
    key: 'id',
    columns: ['id', 'revoked_at'],
    where: 'revoked_at IS NOT NULL',
    rarely: true,
  },
  { kind: 'account', table: 'account', key: 'id', columns: ['id', 'created_at'], since: 'created_at' },
  { kind: 'project', table: 'project', key: 'id', columns: ['id', 'account_id', 'created_at'], since: 'created_at' },
  { kind: 'api_key', table: 'api_key', key: 'id', columns: ['id', 'account_id', 'created_at'], since: 'created_at' },
  { kind: 'revoked_api_key', table: 'api_key', key: 'id', columns: ['id', 'status'], where: "status = 'REVOKED'", rarely: true },
  { kind: 'key_secret', table: 'key_secret', key: 'hash', columns: ['hash', 'key_id', 'created_at'], since: 'created_at' },
  { kind: 'account_token', table: 'account_token', key: 'hash', columns: ['hash', 'account_id', 'created_at'], since: 'created_at' },
  {
    kind: 'revoked_account_token',
    table: 'account_token',
    key: 'hash',
    columns: ['hash', 'revoked_at'],
    where: 'revoked_at IS NOT NULL',
    since: 'revoked_at',
  },
  {
    kind: 'management_token',
    table: 'management_token',
    key: 'id',
    columns: ['id', 'hash', 'account_id', 'name', 'role', 'created_at', 'expires_at'],
    since: 'created_at',
  },
  {
    kind: 'revoked_management_token',
    table: 'management_token',
    key: 'id',
    columns: ['id', 'revoked_at'],
    where: 'revoked_at IS NOT NULL',
    since: 'revoked_at',
  },
  {
    kind: 'audit_log',
    table: 'audit_log',
    key: 'id',
    columns: [
      'id',
      'at',
      'request_id',
      'actor_kind',
      'actor_id',
      'account_id',
      'action',
      'target',
      'outcome',
      'fault_code',
      'state_before',
      'state_after',
    ],
    where: "outcome <> 'BEGUN'",
    since: 'id',
  },
];

const FACTS_MAX = 500;

export interface Fact {
  readonly name: string;
  readonly digest: string;
}

/** Facts that are not sealed yet, of those that became one since then (0: whenever they did), at most a few hundred. */
export async function unsealedFacts(read: Read, since: number): Promise<readonly Fact[]> {
  const found: Fact[] = [];
  for (const fact of FACT_KINDS) {
    if (found.length >= FACTS_MAX) break;
    if (fact.rarely !== true || since === 0) found.push(...(await unsealedOf(read, fact, since, FACTS_MAX - found.length)));
  }
  return found;
}

async function unsealedOf(read: Read, fact: FactKind, since: number, limit: number): Promise<readonly Fact[]> {
  const { kind, table, key, where } = fact;
  const recent = fact.since === undefined || since === 0 ? null : fact.since;
  const conditions = ['s.name IS NULL', ...(where === undefined ? [] : [`x.${where}`]), ...(recent === null ? [] : [`x.${recent} >= ?`])];
  const values = recent === null ? [] : [recent === 'id' ? leastIdAt(since) : BigInt(since)];
  const sql = `SELECT ${listOf(fact)} FROM ${table} x LEFT JOIN seal_fact s ON s.name = CONCAT('${kind} ', x.${key})
    WHERE ${conditions.join(' AND ')} ORDER BY x.${key} LIMIT ${limit}`;
  return (await read(sql, values)).map((cells) => factOf(fact, cells));
}

/** The digest that each of these facts would have now, by name; of those that are not there any more, none. */
export async function digestsNow(read: Read, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  for (const fact of FACT_KINDS) {
    const keys = names.flatMap((name) => (kindOf(name) === fact ? [keyOf(name)] : []));
    if (keys.length === 0) continue;
    const rows = await read(`SELECT ${listOf(fact)} FROM ${fact.table} x WHERE x.${fact.key} IN (${keys.map(() => '?').join(', ')})`, keys);
    for (const { name, digest } of rows.map((cells) => factOf(fact, cells))) digests.set(name, digest);
  }
  return digests;
}

export function kindOf(name: string): FactKind | undefined {
  return FACT_KINDS.find(({ kind }) => name.startsWith(`${kind} `));
}

/** The key of its row. */
export function keyOf(name: string): string {
  return name.slice(name.indexOf(' ') + 1);
}

function listOf({ columns }: FactKind): string {
  return columns.map((column) => `x.${column}`).join(', ');
}

function factOf({ kind, key, columns }: FactKind, cells: readonly Cell[]): Fact {
  const held = columns.flatMap((column, at) => (cells[at] == null ? [] : [[column, String(cells[at])] as const]));
  const name = `${kind} ${cells[columns.indexOf(key)]}`;
  return { name, digest: digestOfFact(name, held) };
}
