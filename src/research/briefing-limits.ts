/**
 * How much of a provider's words a briefing takes. Each section that reads them pays for every one, and what a call reserves is worked out
 * for so much. What is left out is said.
 */
import { counted } from '../kernel/counted';
import { clipped } from '../kernel/shown';
import type { Figure, MarketRecord, NewsItem } from './market-data';

const NEWS_MAX = 20;
const FIGURES_MAX = 60;
const LINE_MAX = 200;
const EXCERPT_MAX = 500;

type Words = Pick<MarketRecord, 'fundamentals' | 'news'>;

/** The newest news and the first figures, none of them longer than a report can use; null where there are none. */
export function withinLimits({ fundamentals, news }: Words): Words & { readonly notices: readonly string[] } {
  const newest = (news ?? []).toSorted((one, other) => other.date.localeCompare(one.date));
  let cut = 0;
  const upTo = (most: number, text: string) => {
    if (text.length <= most) return text;
    cut += 1;
    return clipped(text, most);
  };
  const orNull = (most: number, text: string | null) => (text === null ? null : upTo(most, text));
  const figures = (fundamentals ?? []).slice(0, FIGURES_MAX).map(
    ({ label, value, period }): Figure => ({
      label: upTo(LINE_MAX, label),
      value: upTo(LINE_MAX, value),
      period: orNull(LINE_MAX, period),
    }),
  );
  const items = newest.slice(0, NEWS_MAX).map(
    ({ headline, publisher, excerpt, ...item }): NewsItem => ({
      ...item,
      headline: upTo(LINE_MAX, headline),
      publisher: orNull(LINE_MAX, publisher),
      excerpt: orNull(EXCERPT_MAX, excerpt),
    }),
  );
  return {
    fundamentals: figures.length === 0 ? null : figures,
    news: items.length === 0 ? null : items,
    notices: [
      ...leftOut(fundamentals?.length ?? 0, FIGURES_MAX, 'figures', 'first'),
      ...leftOut(newest.length, NEWS_MAX, 'news', 'newest'),
      ...(cut === 0
        ? []
        : [`${counted(cut, 'text of the provider is', 'texts of the provider are')} too long, and cut where it says "…".`]),
    ],
  };
}

function leftOut(all: number, most: number, what: string, which: string): string[] {
  return all <= most ? [] : [`Of ${all} ${what} the ${which} ${most} are used.`];
}
