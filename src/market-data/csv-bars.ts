/** Daily bars out of CSV: a header of `date,open,high,low,close` and, mostly, `volume`, in any order and case. */
import { parse } from 'csv-parse/sync';
import type { Fault } from '../kernel/fault';
import type { Bar } from '../research/bar';

export const PRICE_COLUMNS = ['date', 'open', 'high', 'low', 'close'] as const;

/**
 * A bar for each row, in the order of the text; NaN stands for what is no number.
 * @throws what `refuse` makes of a problem, such as `lacks the column open`
 */
export function barsOfCsv(text: string, columns: readonly string[], refuse: (problem: string) => Fault): Bar[] {
  const rows = rowsOf(text, refuse);
  const missing = columns.filter((column) => rows[0] !== undefined && !Object.hasOwn(rows[0], column));
  if (missing.length > 0) throw refuse(`lacks ${missing.length === 1 ? 'the column' : 'the columns'} ${missing.join(', ')}`);
  return rows.map((row) => ({
    date: row['date'] ?? '',
    open: numberOf(row['open']),
    high: numberOf(row['high']),
    low: numberOf(row['low']),
    close: numberOf(row['close']),
    volume: numberOf(row['volume']),
  }));
}

function rowsOf(text: string, refuse: (problem: string) => Fault): Record<string, string>[] {
  try {
    return parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      columns: (header: string[]) => header.map((name) => name.toLowerCase()),
    });
  } catch {
    throw refuse('is not CSV');
  }
}

function numberOf(text: string | undefined): number {
  return text === undefined || text === '' ? Number.NaN : Number(text);
}
