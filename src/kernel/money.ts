/**
 * Money is a bigint of nano units: 10⁻⁹ of a yuan or a dollar. It is never a float and never a `Number`.
 * The brand carries the currency, so that adding yuan to dollars does not compile.
 */
import { type Bucket, type Currency, currencyOf } from './words';

declare const currencyBrand: unique symbol;
export type Nano<C extends Currency = Currency> = bigint & { readonly [currencyBrand]: C };

const NANO_DIGITS = 9;
/** One, in units of 10⁻⁹: of a currency, and of what is counted alike, multipliers and shares. */
export const ONE = 1_000_000_000n;
const DECIMAL = /^(-?)(\d{1,10})(?:\.(\d{1,9}))?$/;

/** The largest amount that any column or sum may hold: half of what a BIGINT can, so that one addition never overflows. */
export const NANO_MAX = 2n ** 62n;

/** Declares a bigint to be an amount in nano units of a currency. The only place that makes a `Nano`. */
export function nano<C extends Currency>(units: bigint): Nano<C> {
  return units as Nano<C>;
}

export function addNano<C extends Currency>(a: Nano<C>, b: Nano<NoInfer<C>>): Nano<C> {
  return nano<C>(a + b);
}

export function subtractNano<C extends Currency>(a: Nano<C>, b: Nano<NoInfer<C>>): Nano<C> {
  return nano<C>(a - b);
}

/**
 * Reads an exact decimal such as `"0.80"` as nano units: at most ten digits before the point and nine after it.
 * Exponents, signs other than a leading minus, and numbers that are not strings give `undefined`.
 */
export function parseDecimal(text: unknown): bigint | undefined {
  if (typeof text !== 'string') return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const units = BigInt(whole) * ONE + BigInt(fraction.padEnd(NANO_DIGITS, '0'));
  return sign === '-' ? -units : units;
}

/** Prints nano units as a decimal string without trailing zeros: `140000n` gives `"0.00014"`. */
export function formatDecimal(units: bigint): string {
  const magnitude = units < 0n ? -units : units;
  const whole = magnitude / ONE;
  const rest = magnitude % ONE;
  const sign = units < 0n ? '-' : '';
  if (rest === 0n) return `${sign}${whole}`;
  return `${sign}${whole}.${rest.toString().padStart(NANO_DIGITS, '0').replace(/0+$/, '')}`;
}

/** Integer division that rounds towards the operator: up. `numerator` must not be negative. */
export function divideUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/** An amount that prices, providers or sums can bring about, as a column keeps it: what is more than any amount may be is kept as the most that one is. */
export function storable<C extends Currency>(amount: Nano<C>): Nano<C> {
  return amount < NANO_MAX ? amount : nano<C>(NANO_MAX);
}

export function minNano<C extends Currency>(a: Nano<C>, b: Nano<NoInfer<C>>): Nano<C> {
  return a < b ? a : (b as Nano<C>);
}

/** An amount as people are told it: with the currency of its bucket. */
export function money(amount: bigint, bucket: Bucket): string {
  return `${formatDecimal(amount)} ${currencyOf(bucket)}`;
}
