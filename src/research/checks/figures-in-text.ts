/** The figures in a text that somebody wrote: numbers with what they are counted in, and without those that are names, days and counts. */

/** What was written can mean this number, to that step: of `1.2 billion` 1,200,000,000, to 100,000,000. */
export interface Meaning {
  /** `bare`: without the unit that stands beside it, as a table has it whose title names the unit. */
  readonly of: 'percent' | 'amount' | 'bare';
  readonly value: number;
  readonly step: number;
}

type Reading = Omit<Meaning, 'of'>;

export interface FigureInText {
  /** With its unit, as it stands there. */
  readonly written: string;
  /** Where it begins in the text. */
  readonly at: number;
  /** One at least: a comma can begin a fraction or part thousands, and "5 m" can be millions or metres. */
  readonly meanings: readonly Meaning[];
  /** With a fraction, a unit or thousands: a measure. The others are counts more often, such as 20 days or the 30 of an RSI. */
  readonly isMeasure: boolean;
}

/** Days and times are no figures. A day of the calendar is looked for by itself. */
const DAYS_AND_TIMES =
  /\d{4}-\d{2}-\d{2}(?:T[\d:.]+)?|\d{4}\/\d{1,2}\/\d{1,2}|\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{1,2}:\d{2}(?::\d{2})?/g;
const LINKS = /https?:\/\/\S+/g;
/** A number that stands alone: not the 50 of SMA50 and not the 2 of 1.2.3. Blanks part thousands only where three digits follow each of them. */
const NUMBER = /(?<![\p{L}\p{N}_]|\d[.,])(?:\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d+(?:[.,'’\u00A0\u202F]\d+)*)(?![\d_])/gu;
const MONEY_BEFORE = /(?:[$€£¥₹]|(?<!\p{L})(?:USD|EUR|GBP|CNY|JPY|CHF|HKD|INR|KRW|CAD|AUD|RMB))\s?$/u;
const MONEY_BEHIND = /^\s?(?:[€$£¥₹]|(?:USD|EUR|GBP|CNY|JPY|CHF|HKD|INR|KRW|CAD|AUD|RMB)(?!\p{L}))/u;
/** Also of the first of two: 3.1 to 3.4 %. */
const PERCENT_RANGE = /^\s?(?:-|–|to|and)\s?[-+]?[\d.,]{1,9}\s?%/u;
const PERCENT = /^[\s-]?(?:%|per ?cent(?!\p{L})|percentage|pp(?!\p{L}))/iu;
const BASIS_POINTS = /^[\s-]?(?:bps?(?!\p{L})|basis points?)/iu;
const MAGNITUDE = /^[\s-]?(thousand|million|billion|trillion|mn|mm|bn|tn|[kmbt])(?![\p{L}\p{N}])/iu;
const MAGNITUDES: Readonly<Record<string, number>> = { t: 1e12, b: 1e9, m: 1e6, k: 1e3 };
/** A ticker such as 0700.HK, or a word of which it is the first part, such as 200DMA. */
const NAME_BEHIND = /^\.?\p{L}/u;
const YEARS = [1_900, 2_100] as const;
/** What says nothing of an instrument: half and all. */
const COMMON_PERCENTS = [0, 50, 100];
const DIGITS_MAX = 15;

export function figuresIn(text: string): FigureInText[] {
  const bare = text.replaceAll(LINKS, blanked).replaceAll(DAYS_AND_TIMES, blanked);
  return [...bare.matchAll(NUMBER)].flatMap((match) => figureAt(bare, match[0], match.index));
}

function blanked(found: string): string {
  return ' '.repeat(found.length);
}

function figureAt(text: string, number: string, at: number): FigureInText[] {
  const read = readingsOf(number);
  if (read.length === 0) return [];
  const before = text.slice(Math.max(0, at - 5), at);
  const behind = text.slice(at + number.length, at + number.length + 20);
  const isWhole = /^\d+$/.test(number);
  const unit = unitOf(behind);
  if (isWhole && unit === null && NAME_BEHIND.test(behind) && !MONEY_BEHIND.test(behind)) return [];
  const isMoney = MONEY_BEFORE.test(before) || MONEY_BEHIND.test(behind);
  const written = `${number}${unit?.written ?? ''}`;
  return [
    { written, at, meanings: meaningsOf(read, unit), isMeasure: isMeasure({ number, isWhole, isMoney, unit, value: read[0]?.value ?? 0 }) },
  ];
}

function meaningsOf(read: readonly Reading[], unit: Unit | null): Meaning[] {
  const of = unit?.isPercent === true ? 'percent' : 'amount';
  const { times = 1 } = unit ?? {};
  const meant = read.map(({ value, step }): Meaning => ({ of, value: value * times, step: step * times }));
  return times < 1_000 ? meant : [...meant, ...read.map((each): Meaning => ({ of: 'bare', ...each }))];
}

interface Unit {
  readonly written: string;
  readonly times: number;
  readonly isPercent: boolean;
}

function unitOf(behind: string): Unit | null {
  const percent = PERCENT.exec(behind)?.[0];
  if (percent !== undefined) return { written: percent, times: 1, isPercent: true };
  if (PERCENT_RANGE.test(behind)) return { written: '', times: 1, isPercent: true };
  const points = BASIS_POINTS.exec(behind)?.[0];
  if (points !== undefined) return { written: points, times: 0.01, isPercent: true };
  const magnitude = MAGNITUDE.exec(behind);
  if (magnitude === null) return null;
  return { written: magnitude[0], times: MAGNITUDES[magnitude[1]?.slice(0, 1).toLowerCase() ?? ''] ?? 1e3, isPercent: false };
}

interface Looked {
  readonly number: string;
  readonly isWhole: boolean;
  readonly isMoney: boolean;
  readonly unit: Unit | null;
  readonly value: number;
}

function isMeasure({ number, isWhole, isMoney, unit, value }: Looked): boolean {
  if (value === 0) return false;
  if (unit?.isPercent === true) return !isWhole || !COMMON_PERCENTS.includes(value);
  if (!isWhole || unit !== null || isMoney) return true;
  return value >= 1_000 && !(number.length === 4 && value >= YEARS[0] && value <= YEARS[1]);
}

/** What the digits can mean; none: it is no number. */
function readingsOf(number: string): Reading[] {
  if (number.replaceAll(/\D/g, '').length > DIGITS_MAX) return [];
  if (/^\d+$/.test(number)) return [reading(number)];
  const found: Reading[] = [];
  if (/^\d{1,3}(?:[,'’ \u00A0\u202F]\d{2,3})+(?:\.\d+)?$/.test(number)) found.push(reading(number.replaceAll(/[^\d.]/g, '')));
  if (/^\d{1,3}(?:[.' \u00A0\u202F]\d{3})+(?:,\d+)?$/.test(number)) found.push(reading(number.replaceAll(/[^\d,]/g, '').replace(',', '.')));
  if (/^\d+[.,]\d+$/.test(number)) found.push(reading(number.replace(',', '.')));
  // Two numbers beside each other look like thousands that are parted by a blank.
  if (/ \d+[.,]/.test(number)) found.push(...readingsOf(number.slice(number.lastIndexOf(' ') + 1)));
  return found.filter(({ value }, index) => found.findIndex((other) => other.value === value) === index);
}

function reading(digits: string): Reading {
  const value = +digits;
  const fraction = digits.split('.')[1];
  if (fraction !== undefined) return { value, step: 10 ** -fraction.length };
  const zeros = /0*$/.exec(digits)?.[0].length ?? 0;
  // A round number is a rounded one; of a power of ten it is not known how far.
  return { value, step: Math.max(1, Math.min(10 ** zeros, value / 10)) };
}
