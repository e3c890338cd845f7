/** The port for what an operator wants to know of money: what requests brought in, what they cost, and what was lost on them. */
import { sumOf } from '../kernel/lists';
import { type Nano, nano } from '../kernel/money';
import { type Bucket, type Currency, currencyOf } from '../kernel/words';
import type { Page, PageRequest } from './ledger-reader';

export const MARGIN_GROUPS = ['API_KEY', 'ROUTE', 'CHANNEL', 'ACCOUNT'] as const;
/** CHANNEL: requests, charges, refunds and overages count for the channel of the last try; each cost for its own channel. */
export type MarginGroup = (typeof MARGIN_GROUPS)[number];

export interface InBucket {
  readonly bucket: Bucket;
  readonly amount: Nano;
}

export interface InCurrency {
  readonly currency: Currency;
  readonly amount: Nano;
}

/** The requests of one key, route, channel or account. Amounts that are zero are left out. */
export interface MoneyOfGroup {
  readonly group: string;
  readonly requests: number;
  readonly charges: readonly InBucket[];
  /** What was given back of these charges, whenever it was. */
  readonly refunds: readonly InBucket[];
  /** What channels charge for the attempts, as far as it is known. */
  readonly costs: readonly InCurrency[];
  /** Attempts that used something for which the catalog named no cost. */
  readonly attemptsWithoutCost: number;
  /** What answers cost above their holds, at the price of the route: it was never charged, and is no part of the margin. */
  readonly overages: readonly InCurrency[];
}

/** An answer that cost more than its hold. The difference is the operator's loss. */
export interface Overage extends InCurrency {
  readonly id: string;
  readonly receiptId: string;
  readonly apiKeyId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface MoneyFacts {
  /** Of the requests that were received in the period (milliseconds since 1970; to exclusive) and have ended, by group. Exact sums. */
  moneyBy(group: MarginGroup, period: { readonly from: number; readonly to: number }): Promise<readonly MoneyOfGroup[]>;
  /** From new to old. @throws Fault `invalid_request` for a cursor that is none */
  overages(page: PageRequest): Promise<Page<Overage>>;
}

export type Margin = { readonly known: true; readonly margin: InCurrency } | { readonly known: false; readonly reason: string };

/** Charges less refunds less costs, where all are of one currency: no rate turns one into the other. */
export function marginOf({ charges, refunds, costs, attemptsWithoutCost }: MoneyOfGroup): Margin {
  if (attemptsWithoutCost > 0) {
    return { known: false, reason: `${attemptsWithoutCost} of the attempts used something for which the catalog names no cost.` };
  }
  const earned = [...charges.map(inCurrency), ...refunds.map(inCurrency).map(negative)];
  const all = [...earned, ...costs.map(negative)];
  const [currency, another] = new Set(all.map((each) => each.currency));
  if (currency === undefined) return { known: false, reason: 'Nothing was charged, and nothing was spent.' };
  if (another !== undefined) return { known: false, reason: 'Charges and costs are in two currencies, which are never added up.' };
  return { known: true, margin: { currency, amount: nano(sumOf(all.map((each) => each.amount))) } };
}

function inCurrency({ bucket, amount }: InBucket): InCurrency {
  return { currency: currencyOf(bucket), amount };
}

function negative({ currency, amount }: InCurrency): InCurrency {
  return { currency, amount: nano(-amount) };
}
