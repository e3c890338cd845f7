/**
 * What a counter begins with when the first ceiling names it: everything that its key, project or run has spent and holds in
 * its window. To be read while the wallet is locked: every settlement changes the wallet before the counters, so that one
 * that is not in the sums yet finds the counter, and one that is does not.
 *
 * What a key or a project has spent comes from the sums of usage by day, and from the receipts of batches that are not in
 * them yet: a wallet is not locked for as long as a history is.
 */
import type { SpendWindow } from '../../kernel/words';
import { type CounterRef, countable, counterRef, nextWindow } from '../../ledger/spend-counter';
import type { CounterState } from '../../ledger/spend-room';
import { accountOfWallet } from '../../ledger/wallet';
import { exactSum, keptInParts } from '../sql/exact-sums';
import { big, type Row } from '../sql/row-values';
import { UnwritableItem } from './prepare';
import type { SqlValue } from './sql-values';

/** What the two databases say differently, and how values get into the text. */
export interface SumsText {
  /** Puts a value into the text; the values are asked for in the order of the text. */
  readonly value: (value: SqlValue) => string;
  /** A join that reads its left table first. */
  readonly join: string;
  /** After the name of a table: that it is read along this index. */
  readonly along: (index: string) => string;
}

export const SQLITE_SUMS: Omit<SumsText, 'value'> = { join: 'CROSS JOIN', along: (index) => `INDEXED BY ${index}` };
export const MYSQL_SUMS: Omit<SumsText, 'value'> = { join: 'STRAIGHT_JOIN', along: (index) => `FORCE INDEX (${index})` };

const COLUMN = { key: 'api_key_id', project: 'project_id', run: 'run_id' } as const;
const INDEX = { key: 'receipt_key_time', project: 'receipt_project', run: 'receipt_run' } as const;
/** Of a receipt that counts, as of sums of them. */
const CHARGE = 'r.charge, 0 AS charge_high, 1 AS times';
/** A request is received before its hold is placed, by this much at most; a hold in the place of another one says when that was placed. */
const BEFORE_HOLD_MS = 600_000;

/** A window of the calendar: whole days. Null: all time. */
type Window = { readonly from: number; readonly to: number } | null;

interface Counted extends CounterRef {
  readonly accountId: string;
  readonly span: Window;
}

/** One statement that answers what is spent, in the two parts of `exactSum`, and `held`. @throws UnwritableItem */
export function counterSums(counterId: string, walletId: string, text: SumsText): string {
  const ref = counterRef(counterId);
  if (ref === undefined) throw new UnwritableItem(`There is no counter of spend with the id "${counterId}".`);
  const counted = { ...ref, accountId: accountOfWallet(walletId) ?? '', span: windowOf(ref.window, ref.from) };
  const spent = counted.scope === 'run' ? [chargesOfRun(counted, text)] : chargesIn(counted, text);
  const held = `SELECT COALESCE(SUM(h.amount), 0) AS held FROM hold h
    WHERE h.state = 'OPEN' AND ${whose('h', counted, text)}${within('h.placed_at', counted.span, ' AND ')}`;
  const counting = (part: string) => `CAST(${part} AS SIGNED) * c.times`;
  return `SELECT s.high_part, s.low_part, o.held
    FROM (SELECT ${keptInParts('c.charge', counting)} FROM (${spent.join(' UNION ALL ')}) c) s ${text.join} (${held}) o`;
}

/** What a counter begins with, from the answer to `counterSums`. */
export function counterOf(row: Row): CounterState {
  return { spent: countable(exactSum(row)), held: big(row['held']) };
}

/** Both ends: where the clocks of two processes differ, a hold of the next window may be there first. */
function windowOf(window: SpendWindow, from: number | null): Window {
  const to = nextWindow(window, from);
  return from === null || to === null ? null : { from, to };
}

/** A run has a budget from its beginning, as a rule, and is in no sums. */
function chargesOfRun(counted: Counted, text: SumsText): string {
  return `SELECT ${CHARGE} FROM receipt r ${text.along(INDEX.run)} WHERE ${whose('r', counted, text)}`;
}

function chargesIn(counted: Counted, text: SumsText): string[] {
  const { span } = counted;
  // The sums of a project are found among those of its account.
  const found = counted.scope === 'key' ? text.along('usage_rollup_key') : '';
  const summed = `SELECT u.charge, u.charge_high, 1 AS times FROM usage_rollup u ${found}
    WHERE u.span = 'DAY' AND ${whose('u', counted, text)}${within('u.start', span, ' AND ')}`;
  const waiting = `SELECT ${CHARGE} FROM ledger_batch b ${text.join} receipt r ${text.along('receipt_batch')} ON r.batch_id = b.id
    WHERE b.usage_state = 'PENDING' AND ${whose('r', counted, text)}${within('r.created_at', span, ' AND ')}`;
  const ends = span === null ? [] : [span.from, span.to].map((end) => acrossEnd(end, span, counted, text));
  return [summed, waiting, ...ends];
}

/** Usage goes by the time at which a request was received, a counter by that of its hold: the two may be in different windows. */
function acrossEnd(end: number, span: NonNullable<Window>, counted: Counted, text: SumsText): string {
  const one = (time: string) => `CASE WHEN ${within(time, span)} THEN 1 ELSE 0 END`;
  return `SELECT r.charge, 0 AS charge_high, ${one('h.placed_at')} - ${one('r.created_at')} AS times
    FROM receipt r ${text.along(INDEX[counted.scope])} ${text.join} hold h ON h.id = r.hold_id
    WHERE ${whose('r', counted, text)} AND r.created_at >= ${end - BEFORE_HOLD_MS} AND r.created_at < ${end + BEFORE_HOLD_MS}`;
}

function whose(table: string, { scope, scopeId, bucket, accountId }: Counted, { value }: SumsText): string {
  return `${table}.account_id = ${value(accountId)} AND ${table}.${COLUMN[scope]} = ${value(scopeId)} AND ${table}.bucket = ${value(bucket)}`;
}

function within(time: string, span: Window, before = ''): string {
  return span === null ? '' : `${before}${time} >= ${span.from} AND ${time} < ${span.to}`;
}
