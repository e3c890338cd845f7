/** Sums of portions put together, in exact numbers. */
import { nano } from '../../kernel/money';
import { BUCKETS, type Bucket, CURRENCIES, type Currency } from '../../kernel/words';
import type { InBucket, InCurrency, MoneyOfGroup } from '../../ledger/money-facts';
import { exactSum } from '../sql/exact-sums';
import type { Row } from '../sql/row-values';
import { count, text, wordInOrNull } from '../sql/stored-values';

interface Sums {
  requests: number;
  attemptsWithoutCost: number;
  readonly charges: Map<Bucket, bigint>;
  readonly refunds: Map<Bucket, bigint>;
  readonly costs: Map<Currency, bigint>;
  readonly overages: Map<Currency, bigint>;
}

/** Rows of the statements in `sums-of-requests.ts`. */
export class GroupSums {
  private readonly groups = new Map<string, Sums>();

  addCharges(row: Row): void {
    const sums = this.of(row);
    sums.requests += count(row, 'requests');
    add(sums.charges, wordInOrNull(BUCKETS, row, 'bucket'), row);
  }

  addCosts(row: Row): void {
    const sums = this.of(row);
    sums.attemptsWithoutCost += count(row, 'without_cost');
    add(sums.costs, wordInOrNull(CURRENCIES, row, 'currency'), row);
  }

  addRefunds(row: Row): void {
    add(this.of(row).refunds, wordInOrNull(BUCKETS, row, 'bucket'), row);
  }

  addOverages(row: Row): void {
    add(this.of(row).overages, wordInOrNull(CURRENCIES, row, 'currency'), row);
  }

  /** By name. */
  all(): MoneyOfGroup[] {
    const names = [...this.groups.keys()].sort();
    return names.map((group) => {
      const { requests, attemptsWithoutCost, charges, refunds, costs, overages } = this.of({ of_group: group });
      return {
        group,
        requests,
        attemptsWithoutCost,
        charges: inBuckets(charges),
        refunds: inBuckets(refunds),
        costs: inCurrencies(costs),
        overages: inCurrencies(overages),
      };
    });
  }

  private of(row: Row): Sums {
    const group = text(row, 'of_group');
    const known = this.groups.get(group);
    if (known !== undefined) return known;
    const sums = { requests: 0, attemptsWithoutCost: 0, charges: new Map(), refunds: new Map(), costs: new Map(), overages: new Map() };
    this.groups.set(group, sums);
    return sums;
  }
}

function add<K>(sums: Map<K, bigint>, key: K | null, row: Row): void {
  const amount = exactSum(row);
  if (key !== null && amount !== 0n) sums.set(key, (sums.get(key) ?? 0n) + amount);
}

function inBuckets(sums: ReadonlyMap<Bucket, bigint>): InBucket[] {
  return BUCKETS.flatMap((bucket) => (sums.has(bucket) ? [{ bucket, amount: nano(sums.get(bucket) ?? 0n) }] : []));
}

function inCurrencies(sums: ReadonlyMap<Currency, bigint>): InCurrency[] {
  return CURRENCIES.flatMap((currency) => (sums.has(currency) ? [{ currency, amount: nano(sums.get(currency) ?? 0n) }] : []));
}
