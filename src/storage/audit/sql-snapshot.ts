/** The rows of an audit in SQL that both databases understand. What differs, a connection and its snapshot, is handed in. */
import { inPortions } from '../../kernel/lists';
import type { LedgerSnapshot, ReceiptPlace, SealedFact, Stray, Within } from '../../ledger/audit/snapshot';
import { type ColumnOf, type Row, TABLES, type TableName } from '../../ledger/audit/tables';
import { accountOfWallet } from '../../ledger/wallet';
import { columnName } from '../sql/column-name';
import type { AuditDatabase } from './audit-database';
import { digestsNow, keyOf, kindOf } from './facts';
import type { Cell, Read } from './read';
import { readStrays } from './strays';

const VALUES_PER_STATEMENT = 500;

export class SqlSnapshot implements LedgerSnapshot {
  constructor(
    private readonly read: Read,
    private readonly alongIndex: AuditDatabase['alongIndex'],
  ) {}

  async page<T extends TableName>(table: T, after: string | bigint | null, limit: number, within?: Within<T>): Promise<readonly Row<T>[]> {
    const { key } = TABLES[table];
    const values: (string | bigint)[] = [];
    const conditions: string[] = [];
    if (within !== undefined) {
      conditions.push(`${columnName(within.column)} ${within.value === null ? 'IS NULL' : '= ?'}`);
      if (within.value !== null) values.push(within.value);
    }
    if (after !== null) {
      conditions.push(`${columnName(key)} > ?`);
      values.push(after);
    }
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    return this.rows(table, `${where} ORDER BY ${columnName(key)} LIMIT ${limit}`, values);
  }

  /** In the order of their ids each page would be sorted, or found among those of everybody. */
  receiptsOfAccount(accountId: string, after: ReceiptPlace | null, limit: number): Promise<readonly Row<'receipt'>[]> {
    const place = after === null ? [] : [after.createdAt, after.createdAt, after.id];
    const younger = after === null ? '' : ' AND created_at >= ? AND (created_at > ? OR id > ?)';
    const where = ` ${this.alongIndex('receipt_account_time')} WHERE account_id = ?${younger}`;
    return this.rows('receipt', `${where} ORDER BY created_at, id LIMIT ${limit}`, [accountId, ...place]);
  }

  async among<T extends TableName>(table: T, column: ColumnOf<T>, values: readonly (string | bigint | null)[]): Promise<readonly Row<T>[]> {
    const distinct = [...new Set(values)].filter((value) => value !== null);
    const found: Row<T>[] = [];
    for (const some of inPortions(distinct, VALUES_PER_STATEMENT)) {
      found.push(...(await this.rows(table, ` WHERE ${columnName(column)} IN (${some.map(() => '?').join(', ')})`, some)));
    }
    return found;
  }

  openHolds(walletId: string | null): Promise<readonly Row<'hold'>[]> {
    if (walletId === null) return this.rows('hold', " WHERE state = 'OPEN'", []);
    return this.rows('hold', " WHERE state = 'OPEN' AND account_id = ?", [accountOfWallet(walletId) ?? '']);
  }

  async sealedFacts(after: string | null, limit: number): Promise<readonly SealedFact[]> {
    const sealed = await this.page('sealedFact', after, limit);
    const now = await digestsNow(
      this.read,
      sealed.map(({ name }) => name),
    );
    return sealed.map(({ name, sealSeq, digest }) => ({
      name,
      table: kindOf(name)?.table ?? 'seal_fact',
      key: keyOf(name),
      sealSeq,
      digest,
      now: now.get(name) ?? null,
    }));
  }

  strays(walletId: string | null): Promise<readonly Stray[]> {
    return readStrays(this.read, walletId);
  }

  private async rows<T extends TableName>(table: T, rest: string, values: readonly (string | bigint)[]): Promise<readonly Row<T>[]> {
    const { name, columns } = TABLES[table];
    const list = Object.keys(columns).map(columnName).join(', ');
    const rows = await this.read(`SELECT ${list} FROM ${name}${rest}`, values);
    return rows.map((cells) => rowOf(columns, cells) as Row<T>);
  }
}

function rowOf(columns: Readonly<Record<string, string>>, cells: readonly Cell[]): Record<string, string | bigint | null> {
  const row: Record<string, string | bigint | null> = {};
  let at = 0;
  for (const column in columns) {
    const cell = cells[at++] ?? null;
    row[column] = cell === null ? null : columns[column]?.startsWith('whole') === true ? BigInt(cell) : String(cell);
  }
  return row;
}
