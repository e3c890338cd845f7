/** The prices of a briefing with their averages, band and volume. The drawing stretches with the page; its labels do not. */
import { DAY_MS } from '../../kernel/times';
import type { Bar } from '../bar';
import { indicatorSeries } from '../indicators/indicators';
import type { Briefing } from '../market-data';
import { linearScale, monthTicks, roundTicks, type Scale, WHOLE } from './price-scale';
import { escapeHtml } from './safe-html';

/** Days further apart than this are not joined by a line. */
const GAP_MS = 5 * DAY_MS;
/** The part of the height that volume may take, and the room above and below the prices. */
const VOLUME_PART = 0.16;
const ROOM = 0.06;
const LINES = [
  ['sma20', 'Average of 20 days'],
  ['sma50', 'Average of 50 days'],
  ['sma200', 'Average of 200 days'],
] as const;

interface Plot {
  readonly days: readonly number[];
  readonly x: Scale;
  readonly y: Scale;
}

type Values = readonly (number | null)[];

/** HTML. With one bar only there is nothing to draw, and it says so. */
export function priceChart({ bars, symbol, currency }: Pick<Briefing, 'bars' | 'symbol' | 'currency'>): string {
  if (bars.length < 2) return '<p class="muted">There are too few days for a chart.</p>';
  const series = indicatorSeries(bars);
  const closes = bars.map(({ close }) => close);
  const plot = plotOf(bars, [...series.bollingerLower, ...series.bollingerUpper]);
  const drawn = LINES.filter(([name]) => series[name].some((value) => value !== null));
  const lines = [...drawn.map(([name]) => linePath(plot, series[name], name)), linePath(plot, closes, 'price')];
  const label = `Closing prices of ${symbol} from ${bars[0]?.date} to ${bars.at(-1)?.date}`;
  return [
    '<figure class="chart">',
    '<div class="plot">',
    `<svg viewBox="0 0 ${WHOLE} ${WHOLE}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(label)}">`,
    ...plot.y.ticks.map((tick) => `<path class="grid" d="M0 ${at(plot.y.place(tick))}H${WHOLE}"/>`),
    bandPath(plot, series.bollingerLower, series.bollingerUpper),
    volumePath(plot, bars),
    ...lines,
    '</svg>',
    ...plot.y.ticks.map((tick) => `<span class="y" style="top:${percent(plot.y.place(tick))}">${price(tick)}</span>`),
    ...plot.x.ticks.map((tick) => `<span class="x" style="left:${percent(plot.x.place(tick))}">${month(tick)}</span>`),
    '</div>',
    `<figcaption>${legend('price', `Close${currency === null ? '' : `, ${escapeHtml(currency)}`}`, closes)}`,
    ...drawn.map(([name, title]) => legend(name, title, series[name])),
    '<span><i class="key band"></i>Bollinger band (20, 2)</span><span><i class="key volume"></i>Volume</span></figcaption>',
    '</figure>',
  ].join('\n');
}

function plotOf(bars: readonly Bar[], others: Values): Plot {
  const days = bars.map(({ date }) => Date.parse(date));
  const [first = 0, last = 0] = [days[0], days.at(-1)];
  const values = [...bars.flatMap(({ high, low }) => [high, low]), ...others.filter((value) => value !== null)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || high) * ROOM;
  const bottom = low - room - (high - low) * VOLUME_PART;
  return {
    days,
    x: linearScale(first, last, monthTicks(first, last), false),
    y: linearScale(bottom, high + room, roundTicks(low, high), true),
  };
}

function linePath({ days, x, y }: Plot, values: Values, name: string): string {
  const steps = values.flatMap((value, index) => {
    if (value === null) return [];
    const [day = 0, before = Number.NEGATIVE_INFINITY] = [days[index], days[index - 1]];
    const joined = values[index - 1] !== null && day - before <= GAP_MS;
    return [`${joined ? 'L' : 'M'}${at(x.place(day))} ${at(y.place(value))}`];
  });
  return `<path class="line ${name}" d="${steps.join('')}"/>`;
}

function bandPath({ days, x, y }: Plot, lower: Values, upper: Values): string {
  const points = (values: Values) =>
    values.flatMap((value, index) => (value === null ? [] : [`${at(x.place(days[index] ?? 0))} ${at(y.place(value))}`]));
  const outline = [...points(upper), ...points(lower).reverse()];
  return outline.length === 0 ? '' : `<path class="band" d="M${outline.join('L')}Z"/>`;
}

function volumePath({ days, x }: Plot, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ volume }) => volume));
  if (most === 0) return '';
  const bar = ({ volume }: Bar, index: number) =>
    `M${at(x.place(days[index] ?? 0))} ${WHOLE}V${at(WHOLE - (volume / most) * VOLUME_PART * WHOLE)}`;
  return `<path class="volume" d="${bars.map(bar).join('')}"/>`;
}

function legend(name: string, title: string, values: Values): string {
  const last = values.at(-1) ?? null;
  return `<span><i class="key ${name}"></i>${title}${last === null ? '' : ` <b>${price(last)}</b>`}</span>`;
}

/** Cents for prices of everyday size, more for small ones. */
export function price(value: number): string {
  const digits = Math.abs(value) >= 1 ? { maximumFractionDigits: 2 } : { maximumSignificantDigits: 6 };
  return value.toLocaleString('en-US', digits);
}

function month(ms: number): string {
  return new Date(ms).toLocaleDateString('en-US', { month: 'short', year: '2-digit', timeZone: 'UTC' });
}

function at(place: number): string {
  return `${Math.round(place * 10) / 10}`;
}

function percent(place: number): string {
  return `${Math.round(place) / 10}%`;
}
