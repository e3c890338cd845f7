/**
 * Every column of every table, edited by hand on a real history: the audit names the row, or it is written down why it cannot
 * (`test/support/audit-decisions.ts`). A column that nobody decided on fails here.
 */
import { newId } from '../../src/kernel/ids';
import { lineOf } from '../../src/ledger/audit/finding';
import { type AuditDatabase, openAuditDatabase } from '../../src/storage/audit/audit-database';
import { auditDatabase } from '../../src/storage/audit/audit-work';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { AUDITED, type Decision, UNSEEN } from '../support/audit-decisions';
import { addPrice, addUpUsage, fillLedger, locationOf, seal } from '../support/audited-ledger';
import { addControlRows } from '../support/control-rows';
import { type DatabaseKind, freshDatabase, isServed, type Row, type TestDatabase, whereServed } from '../support/databases';
import { replaced, schemaOf, swapped, type TableSchema, withOther } from '../support/edited-rows';
import { openLedger } from '../support/open-ledger';

const AT = 1_790_000_900_000;
/** Of each table the row that is edited: one that has come to its end. */
const SAMPLES: Readonly<Record<string, string>> = {
  ledger_batch: "id IN (SELECT batch_id FROM transfer WHERE kind = 'CHARGE')",
  transfer: "kind = 'CHARGE'",
  receipt: 'charge > 0',
  attempt: 'charge > 0',
  hold: "state = 'SETTLED'",
  wallet: 'posted > 0',
  wallet_change: 'seq > 1',
  spend_counter: 'spent > 0',
};

describe.each<DatabaseKind>(['sqlite', 'mysql'])('a row edited by hand, on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let ledger: OpenLedger;
  let audited: AuditDatabase;
  let schema: ReadonlyMap<string, TableSchema>;

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    ledger = await openLedger(database);
    await addPrice(database);
    await fillLedger(database, ledger, 'acme');
    await fillLedger(database, ledger, 'globex');
    schema = await schemaOf(database);
    await addControlRows(database, schema);
    await addUpUsage(database);
    while ((await seal(database)) !== null);
    audited = await openAuditDatabase(locationOf(database));
  });

  afterAll(async () => {
    await audited?.close();
    await ledger?.close();
    await database?.drop();
  });

  const findings = async () => (await auditDatabase(audited, AT, null)).findings.map(lineOf);
  const promise = whereServed(() => served);

  promise('is decided on, whatever its column', async () => {
    const decided = new Map(Object.entries(UNSEEN).map(([table, [, columns]]) => [table, columns.split(' ')]));
    for (const [table, [, columns]] of Object.entries(AUDITED)) decided.set(table, Object.keys(columns));
    const inOrder = (names: Iterable<string>) => [...names].sort();
    expect(inOrder(schema.keys())).toEqual(inOrder(decided.keys()));
    for (const [table, { columns }] of schema) {
      expect([table, inOrder(columns.map(({ name }) => name))]).toEqual([table, inOrder(decided.get(table) ?? [])]);
    }
  });

  promise('finds the books in order before', async () => {
    expect(await findings()).toEqual([]);
  });

  it.each(Object.keys(AUDITED))('is named wherever it is said to be, and nowhere else: %s', async (table) => {
    if (!served) return;
    const [rows, columns] = AUDITED[table] ?? ([] as never);
    const wrong: string[] = [];
    for (const { name, nullable } of schema.get(table)?.columns ?? []) {
      wrong.push(...(await wrongOfColumn(table, { name, nullable, decision: columns[name] ?? 'words' })));
    }
    const [sample] = await sampleOf(table);
    wrong.push(...(await judged(`${table} deleted`, rows.deleted, await told(table, [[sample], []]))));
    wrong.push(...(await judged(`${table} copied`, rows.copied, await told(table, [[], [copyOf(table, sample)]]))));
    expect(wrong).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  promise('is told of in no table of which it is said that it is not', async () => {
    for (const table of Object.keys(UNSEEN).filter((each) => each !== 'migrations' && UNSEEN[each]?.[0] !== 'research')) {
      const [sample] = await sampleOf(table);
      const other = Object.keys(sample).reduce((row, column) => (row[column] === null ? row : withOther(row, column)), sample);
      expect([table, await told(table, [[sample], [other]])]).toEqual([table, { lines: [], about: expect.anything() }]);
    }
  });

  async function wrongOfColumn(table: string, column: { name: string; nullable: boolean; decision: Decision }): Promise<string[]> {
    const { name, nullable, decision } = column;
    const [seen, where] = Array.isArray(decision) ? (decision as [Decision, string]) : [decision as Decision, undefined];
    const [sample, ...others] = await sampleOf(table, where);
    const partner = others.find((row) => row[name] !== sample[name]);
    const edits: [string, Row[], Row[]][] = [['other', [sample], [withOther(sample, name)]]];
    if (sample[name] === null) edits.push(['a number', [sample], [{ ...sample, [name]: 1n }]]);
    else if (nullable) edits.push(['nothing', [sample], [{ ...sample, [name]: null }]]);
    // Where the key alone is exchanged, everything else is.
    const isKey = schema.get(table)?.key.join() === name;
    if (partner !== undefined && !isKey) edits.push(['that of another row', [sample, partner], [...swapped(sample, partner, name)]]);
    const wrong: string[] = [];
    for (const [what, before, after] of edits)
      wrong.push(...(await judged(`${table}.${name} ${what}`, seen, await told(table, [before, after]))));
    return wrong;
  }

  /** The row that is edited first, then all others. */
  async function sampleOf(table: string, where = SAMPLES[table] ?? '1 = 1'): Promise<[Row, ...Row[]]> {
    const key = schema.get(table)?.key.join(', ');
    const [sample] = await database.query(`SELECT * FROM ${table} WHERE ${where} ORDER BY ${key}`);
    if (sample === undefined) throw new Error(`There is no row of ${table} to edit.`);
    const keyText = (row: Row) => (schema.get(table)?.key ?? []).map((name) => row[name]).join(' ');
    const all = await database.query(`SELECT * FROM ${table}`);
    return [sample, ...all.filter((row) => keyText(row) !== keyText(sample))];
  }

  function copyOf(table: string, sample: Row): Row {
    const keys = schema.get(table)?.key ?? [];
    const last = keys.at(-1) ?? '';
    // What is unique beside the key is another one, or nothing, too.
    const unique = Object.keys(sample).filter((name) => /hash|_key$|^hold_id$|^version$/.test(name) && !keys.includes(name));
    const others = unique.reduce((row, name) => (row[name] === null ? row : withOther(row, name)), sample);
    const moved = typeof sample[last] === 'bigint' ? { ...others, [last]: 99n } : { ...others, [last]: fresh(String(sample[last])) };
    return table === 'seal_batch' ? { ...moved, position: 99n } : table === 'wallet_change' ? { ...moved, batch_id: newId() } : moved;
  }

  /** What the audit says with these rows in the place of those, and the words that name them. */
  async function told(table: string, [before, after]: readonly [readonly Row[], readonly Row[]]) {
    const lines = await replaced(database, table, schema.get(table) as TableSchema, [before, after], findings);
    return { lines, about: [...before, ...after].map((row) => nameOf(table, row)) };
  }

  function nameOf(table: string, row: Row): string {
    const keys = (schema.get(table)?.key ?? []).map((name) => String(row[name]));
    if (table === 'wallet_change' || table === 'attempt') return `${table} ${keys[0]} #${keys[1]}`;
    return `${table} ${keys.join(' ')}`;
  }
});

function fresh(id: string): string {
  return `${id.slice(0, -2)}zz`;
}

/** Nothing where it is as decided. `lines` null: the database itself does not take such a row. */
async function judged(
  what: string,
  decision: Decision,
  { lines, about }: { readonly lines: readonly string[] | null; readonly about: readonly string[] },
): Promise<string[]> {
  if (lines === null) return [];
  const isNamed = lines.some((line) => about.some((name) => line.includes(`${name}:`) || line.includes(`${name} `)));
  const found = lines.length === 0 ? 'nothing' : isNamed ? 'named' : 'noticed';
  const wanted = decision === 'named' || decision === 'noticed' ? decision : 'nothing';
  return found === wanted || (wanted === 'noticed' && found === 'named')
    ? []
    : [`${what}: ${found} where ${wanted} is decided: ${lines.slice(0, 2).join(' | ')}`];
}
