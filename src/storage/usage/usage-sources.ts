/** Where what a question about usage counts is to be found: in the sums of days and hours, and where it cuts an hour, in receipts. */
import { DAY_MS, HOUR_MS } from '../../kernel/times';
import type { UsageQuestion } from '../../ledger/usage-report';

/** A stretch of time, its end exclusive, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface Source extends Stretch {
  /** Which sums; null: the receipts themselves. */
  readonly span: 'HOUR' | 'DAY' | null;
}

/** Ascending, without gaps, and none of them empty. */
export function sourcesOf({ interval, ...asked }: Pick<UsageQuestion, 'from' | 'to' | 'interval'>): Source[] {
  const [from, to] = [Math.max(0, Math.ceil(asked.from)), Math.max(0, Math.ceil(asked.to))];
  const hours = whole(HOUR_MS, { from, to });
  if (hours === null) return [{ span: null, from, to }];
  return notEmpty({ span: null, from, to: hours.from }, ...summed(interval, hours), { span: null, from: hours.to, to });
}

/** Whole hours: from the sums of days where there are whole days, unless hours were asked for. */
function summed(interval: UsageQuestion['interval'], hours: Stretch): Source[] {
  const days = interval === 'HOUR' ? null : whole(DAY_MS, hours);
  if (days === null) return [{ span: 'HOUR', ...hours }];
  return [
    { span: 'HOUR', from: hours.from, to: days.from },
    { span: 'DAY', ...days },
    { span: 'HOUR', from: days.to, to: hours.to },
  ];
}

/** Null: the stretch holds no whole one. */
function whole(ms: number, { from, to }: Stretch): Stretch | null {
  const inner = { from: Math.ceil(from / ms) * ms, to: Math.floor(to / ms) * ms };
  return inner.from < inner.to ? inner : null;
}

function notEmpty(...sources: readonly Source[]): Source[] {
  return sources.filter(({ from, to }) => from < to);
}
