/**
 * Usage from its sums, and from the receipts that are not in them: those of batches that wait, and those of the hours that a
 * question cuts. All of a time is one statement, so that it is read at one moment: a batch that is added meanwhile is counted once.
 */
import type { DataSource } from 'typeorm';
import { Fault } from '../../kernel/fault';
import { addNano, nano } from '../../kernel/money';
import { BUCKETS } from '../../kernel/words';
import type {
  OutcomeQuestion,
  Outcomes,
  UsageInterval,
  UsagePoint,
  UsageQuestion,
  UsageReports,
  Use,
  UseQuestion,
} from '../../ledger/usage-report';
import { exactSum } from '../sql/exact-sums';
import { rowsOf } from '../sql/query';
import { big, type Row } from '../sql/row-values';
import { count, text, textOrNull, wordIn } from '../sql/stored-values';
import { type AtOnce, endOfSlice } from './usage-slices';
import { outcomesStatement, receivedBehind, usageStatement, useStatement } from './usage-statement';

const POINTS_MAX = 10_000;
/** On SQLite a statement keeps every request waiting until it ends: what is read of a busy account, or of years, is read in slices. */
const READ_AT_ONCE: AtOnce = { receipts: 2_000, sums: 10_000 };

export class SqlUsageReports implements UsageReports {
  private readonly readAtOnce: AtOnce;

  constructor(
    private readonly dataSource: DataSource,
    readAtOnce: Partial<AtOnce> = {},
  ) {
    this.readAtOnce = { ...READ_AT_ONCE, ...readAtOnce };
  }

  async usage(question: UsageQuestion): Promise<readonly UsagePoint[]> {
    const points = new Map<string, UsagePoint>();
    for await (const slice of this.slices(question)) {
      const { sql, values } = usageStatement(this.dataSource, slice);
      for (const row of await rowsOf(this.dataSource, `${sql} LIMIT ${POINTS_MAX + 1}`, values)) addPoint(points, pointOf(row));
      if (points.size > POINTS_MAX) throw tooMany(question.interval);
    }
    return [...points.values()].sort(inOrder);
  }

  async used(question: UseQuestion): Promise<Use> {
    let [charge, tokens] = [0n, 0n];
    for await (const slice of this.slices({ ...question, interval: 'MONTH' })) {
      const { sql, values } = useStatement(this.dataSource, slice);
      const [row = {}] = await rowsOf(this.dataSource, sql, values);
      charge += exactSum(row);
      tokens += big(row['tokens'] ?? 0n);
    }
    return { charge: nano(charge), tokens };
  }

  private async *slices<T extends Pick<UsageQuestion, 'scope' | 'from' | 'to' | 'interval'>>(question: T): AsyncGenerator<T> {
    for (let { from } = question; from < question.to; ) {
      const to = await endOfSlice(this.dataSource, { ...question, from }, this.readAtOnce);
      yield { ...question, from, to };
      from = to;
    }
  }

  async outcomes(question: OutcomeQuestion): Promise<Outcomes> {
    let all: Outcomes = { requests: 0, counted: 0, last: null };
    for (let { from } = question; from < question.to; ) {
      const to = await this.endOfSlice({ ...question, from });
      all = together(all, await this.outcomesOf({ ...question, from, to }));
      from = to;
    }
    return all;
  }

  /** At the end of the question at the latest. Receipts of one millisecond are never parted. */
  private async endOfSlice(question: OutcomeQuestion): Promise<number> {
    const { sql, values } = receivedBehind(this.dataSource, question, this.readAtOnce.receipts);
    const [row] = await rowsOf(this.dataSource, sql, values);
    return row === undefined ? question.to : Math.max(count(row, 'received'), question.from + 1);
  }

  private async outcomesOf(question: OutcomeQuestion): Promise<Outcomes> {
    const { sql, values } = outcomesStatement(this.dataSource, question);
    const [row = {}] = await rowsOf(this.dataSource, sql, values);
    return { requests: count(row, 'requests'), counted: count(row, 'counted'), last: textOrNull(row, 'last') };
  }
}

function together(one: Outcomes, other: Outcomes): Outcomes {
  const last = (one.last ?? '') > (other.last ?? '') ? one.last : other.last;
  return { requests: one.requests + other.requests, counted: one.counted + other.counted, last };
}

function tooMany(interval: UsageInterval): Fault {
  const wider = interval === 'HOUR' ? ', or for days instead of hours' : '';
  return new Fault('invalid_request', `That is more than ${POINTS_MAX} points: ask for a shorter time${wider}.`, { param: 'from' });
}

function pointOf(row: Row): UsagePoint {
  return {
    start: count(row, 'start'),
    group: text(row, 'of_group'),
    bucket: wordIn(BUCKETS, row, 'bucket'),
    requests: count(row, 'requests'),
    failed: count(row, 'failed'),
    fallbacks: count(row, 'fallbacks'),
    inputTokens: count(row, 'input_tokens'),
    outputTokens: count(row, 'output_tokens'),
    charge: nano(exactSum(row)),
  };
}

/** A month is in many slices. */
function addPoint(points: Map<string, UsagePoint>, point: UsagePoint): void {
  const key = `${point.start} ${point.bucket} ${point.group}`;
  const before = points.get(key);
  points.set(key, before === undefined ? point : sumOf(before, point));
}

function sumOf(one: UsagePoint, other: UsagePoint): UsagePoint {
  return {
    ...one,
    requests: one.requests + other.requests,
    failed: one.failed + other.failed,
    fallbacks: one.fallbacks + other.fallbacks,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    charge: addNano(one.charge, other.charge),
  };
}

function inOrder(a: UsagePoint, b: UsagePoint): number {
  if (a.start !== b.start) return a.start - b.start;
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return BUCKETS.indexOf(a.bucket) - BUCKETS.indexOf(b.bucket);
}
