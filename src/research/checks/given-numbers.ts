/** The numbers that the models were given, and those that follow from two of them: what a figure of a report can rest on. */
import type { Briefing } from '../market-data';
import { asGiven, barsGiven, dataText } from '../sections/briefing-text';
import { figuresIn, type Meaning } from './figures-in-text';
import { followingOfRows } from './following-of-rows';
import { SortedNumbers } from './sorted-numbers';
import { type Following, NOTHING_FOLLOWS, ofPair, together } from './two-numbers';

const PRICE = /^(?:sma|ema|bollinger|atr|high|low)/;
/** Whoever has more of them has tables in its figures. */
const FIGURES_MAX = 120;
/** A table of figures can be in thousands or millions, as its title says. */
const TABLE_UNITS = [1e3, 1e6, 1e9];

/** Looks a figure up among the numbers of its own kind: a percentage among percentages. */
export class GivenNumbers {
  private readonly inWords: SortedNumbers;
  private readonly percents: SortedNumbers;
  private readonly amounts: SortedNumbers;

  constructor(briefing: Briefing) {
    const { rows, amounts, percents, prices } = ofPrices(briefing);
    const { inWords, figures } = ofTexts(briefing);
    const following = together([pairsOf(prices), pairsOf(figures), followingOfRows(briefing)]);
    const parts = figures.flatMap((figure) => [figure * 100, 100 - figure]);
    const differences = percents.flatMap((one) => percents.map((other) => one - other));
    const inUnits = figures.flatMap((figure) => TABLE_UNITS.map((unit) => figure * unit));
    this.inWords = new SortedNumbers(inWords);
    this.percents = new SortedNumbers([...inWords, ...percents, ...following.percents, ...parts, ...differences]);
    this.amounts = new SortedNumbers([...inWords, ...rows, ...amounts, ...percents, ...following.amounts, ...inUnits]);
  }

  has(meaning: Meaning): boolean {
    if (meaning.of === 'percent') return this.percents.has(meaning);
    return meaning.of === 'amount' ? this.amounts.has(meaning) : this.inWords.has(meaning);
  }
}

/** `prices`: those that are compared with each other. */
function ofPrices({ bars, indicators }: Briefing) {
  const named = Object.entries(indicators).flatMap(([name, value]: [string, number | null]) =>
    value === null ? [] : [{ name, value: +asGiven(value) }],
  );
  const valuesOf = (is: (name: string) => boolean) => named.filter(({ name }) => is(name)).map(({ value }) => value);
  const isPercent = (name: string) => name.endsWith('Percent') || name === 'rsi14';
  const rows = barsGiven({ bars }).flatMap(({ open, high, low, close, volume }) => [
    ...[open, high, low, close].map((price) => +asGiven(price)),
    volume,
  ]);
  return {
    rows: [...rows, bars.length],
    percents: valuesOf(isPercent),
    amounts: valuesOf((name) => !isPercent(name)),
    prices: [...valuesOf((name) => PRICE.test(name)), +asGiven(bars.at(-1)?.close ?? 0)],
  };
}

/** What stands in words: notices, figures and news. Of figures also what follows from two of them. */
function ofTexts(briefing: Briefing) {
  const numbersIn = (text: string) => figuresIn(text).flatMap(({ meanings }) => meanings.map(({ value }) => value));
  return {
    inWords: dataText(briefing, ['fundamentals', 'news']).flatMap(numbersIn),
    figures: (briefing.fundamentals ?? []).flatMap(({ value }) => numbersIn(value)).slice(0, FIGURES_MAX),
  };
}

function pairsOf(numbers: readonly number[]): Following {
  return together(numbers.flatMap((one) => numbers.map((other) => (one === other ? NOTHING_FOLLOWS : ofPair(one, other)))));
}
