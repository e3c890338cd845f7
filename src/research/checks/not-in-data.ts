/**
 * What a report says that stands in none of the data that its models were given: figures, days, headlines and citations. By rules alone, the
 * same every time. What is named here is certainly not there; what is not named may still be wrong, or put to the wrong use.
 */
import type { Briefing } from '../market-data';
import { dataText } from '../sections/briefing-text';
import type { SectionContent } from '../sections/read-section';
import type { SectionSpec } from '../sections/section';
import { type FigureInText, figuresIn } from './figures-in-text';
import { GivenNumbers } from './given-numbers';
import { plainWords, sharedWords, standsIn } from './words';

export type ClaimKind = 'figure' | 'day' | 'headline' | 'citation';

export interface ClaimNotInData {
  readonly kind: ClaimKind;
  /** As it is written. */
  readonly written: string;
  /** The words around it; null: it is not a part of others. */
  readonly around: string | null;
  /** The titles of the sections that say so. */
  readonly sections: readonly string[];
}

export interface WrittenSection {
  readonly spec: Pick<SectionSpec, 'name' | 'title'>;
  /** null: not written. */
  readonly content: SectionContent | null;
}

export interface DataCheck {
  /** How many figures, days, headlines and citations were looked for. */
  readonly looked: number;
  readonly claims: readonly ClaimNotInData[];
}

/** A text of a section, and the members that lead to it: `items.headline`. */
interface Leaf {
  readonly title: string;
  readonly path: string;
  readonly text: string;
  /** What stands beside it in the same entry. */
  readonly entry: SectionContent;
}

type Found = Omit<ClaimNotInData, 'sections'>;

const DAY = /(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/g;
const QUOTED = /“([^“”]{10,400})”|"([^"]{10,400})"|«([^«»]{10,400})»/g;
/** Shorter ones are terms: "overbought", "risk on". */
const QUOTED_WORDS = 5;
/** Nobody quotes more often; each is looked for in all that was written. */
const CITATIONS_MAX = 200;
/** A headline that was shortened or put into other tenses keeps most of its words. */
const SAME_HEADLINE = 0.7;
const AROUND = 60;
/** Members that are a number of the data and nothing else, so that a whole number of them is no count. */
const VALUES = ['signals.reading', 'levels.price'];
const VALUE_ALONE = /^[-+]?[\p{Sc}\d.,\s]+%?$/u;

export function checkAgainstData(briefing: Briefing, sections: readonly WrittenSection[]): DataCheck {
  const leaves = sections.flatMap(({ spec, content }) => (content === null ? [] : leavesOf(spec.title, content)));
  const check = new Checker(briefing, leaves);
  const found = leaves.flatMap((leaf) => check.notInData(leaf).map((claim) => ({ ...claim, title: leaf.title })));
  const claims = new Map<string, ClaimNotInData>();
  for (const { title, ...claim } of found) {
    const key = `${claim.kind} ${plainWords(claim.written)}`;
    const before = claims.get(key) ?? { ...claim, sections: [] };
    claims.set(key, { ...before, sections: [...new Set([...before.sections, title])] });
  }
  return { looked: check.looked, claims: [...claims.values()] };
}

function leavesOf(title: string, content: SectionContent, path = ''): Leaf[] {
  return Object.entries(content).flatMap(([name, value]) => {
    const here = path === '' ? name : `${path}.${name}`;
    return (Array.isArray(value) ? value : [value]).flatMap((each: unknown) => {
      if (typeof each === 'string' || typeof each === 'number') return [{ title, path: here, text: `${each}`, entry: content }];
      return typeof each === 'object' && each !== null ? leavesOf(title, each as SectionContent, here) : [];
    });
  });
}

class Checker {
  looked = 0;
  private readonly numbers: GivenNumbers;
  private readonly given: string;
  private readonly days: ReadonlySet<string>;
  private readonly names: readonly string[];
  private readonly news: readonly { readonly date: string; readonly headline: string; readonly whole: string }[];
  /** By the title of a section: what it says in its own words. */
  private readonly own = new Map<string, string>();
  private quoted = 0;

  constructor(
    private readonly briefing: Briefing,
    leaves: readonly Leaf[],
  ) {
    const given = dataText(briefing, ['prices', 'indicators', 'fundamentals', 'news']).join('\n');
    this.numbers = new GivenNumbers(briefing);
    this.given = plainWords(given);
    this.days = new Set([...(given.match(DAY) ?? []), briefing.fetchedAt.slice(0, 10), ...briefing.bars.map(({ date }) => date)]);
    this.news = (briefing.news ?? []).map(({ date, headline, publisher, excerpt }) => {
      return { date, headline: plainWords(headline), whole: plainWords(`${headline} ${publisher ?? ''} ${excerpt ?? ''}`) };
    });
    for (const { title, text } of leaves) this.own.set(title, `${this.own.get(title) ?? ''}${plainWords(text.replaceAll(QUOTED, ' '))}`);
    this.names = [briefing.symbol, briefing.name ?? ''].filter((name) => /\d/.test(name));
  }

  notInData(leaf: Leaf): Found[] {
    // What it says stands in the entry of its headline.
    if (leaf.path === 'items.date' && typeof leaf.entry['headline'] === 'string') return this.dateOf(leaf, leaf.entry['headline']);
    if (leaf.path === 'items.headline') return this.headline(leaf);
    const citations = this.citations(leaf);
    return [...citations, ...this.figures(leaf), ...this.daysIn(leaf)];
  }

  private headline({ text }: Leaf): Found[] {
    this.looked += 1;
    return this.daysOf(text).length > 0 ? [] : [{ kind: 'headline', written: text, around: null }];
  }

  /** A headline that is not given has no date that could be. */
  private dateOf({ text }: Leaf, headline: string): Found[] {
    const days = this.daysOf(headline);
    const [day] = text.match(DAY) ?? [];
    if (day === undefined || days.length === 0) return [];
    this.looked += 1;
    return days.includes(day) ? [] : [{ kind: 'day', written: day, around: headline }];
  }

  /** The days of the news that may have that headline. */
  private daysOf(headline: string): string[] {
    const plain = plainWords(headline);
    return this.news.flatMap((item) => {
      const isSame = plain.includes(item.headline) || standsIn(headline, item.whole) || sharedWords(headline, item.whole) >= SAME_HEADLINE;
      return isSame ? [item.date] : [];
    });
  }

  private figures({ text, path }: Leaf): Found[] {
    const bare = this.names.reduce((rest, name) => rest.replaceAll(name, ' '.repeat(name.length)), text);
    const isValue = VALUES.includes(path) && VALUE_ALONE.test(text.trim());
    const measures = figuresIn(bare).filter(({ isMeasure }) => isMeasure || isValue);
    this.looked += measures.length;
    const strange = measures.filter(({ meanings }) => !meanings.some((meaning) => this.numbers.has(meaning)));
    return strange.map(({ written, at }) => ({ kind: 'figure', written, around: around(text, at, written) }));
  }

  private daysIn({ text }: Leaf): Found[] {
    const { bars } = this.briefing;
    const [first = '', last = ''] = [bars[0]?.date, bars.at(-1)?.date];
    const found = [...text.matchAll(DAY)];
    this.looked += found.length;
    const strange = found.filter(([day]) => !this.days.has(day) && (day < first || day > last));
    return strange.map(({ 0: written, index }) => ({ kind: 'day', written, around: around(text, index, written) }));
  }

  private citations(leaf: Leaf): Found[] {
    const quoted = [...leaf.text.matchAll(QUOTED)].map(([, one, two, three]) => one ?? two ?? three ?? '');
    const long = quoted
      .filter((text) => plainWords(text).trim().split(' ').length >= QUOTED_WORDS)
      .slice(0, Math.max(0, CITATIONS_MAX - this.quoted));
    this.quoted += long.length;
    this.looked += long.length;
    return long
      .filter((text) => !standsIn(text, this.given) && !this.isOfAnother(leaf, text))
      .map((written) => ({ kind: 'citation', written, around: null }));
  }

  /** Sections quote each other: what another one says in its own words. */
  private isOfAnother({ title }: Leaf, text: string): boolean {
    return [...this.own].some(([other, words]) => other !== title && standsIn(text, words));
  }
}

function around(text: string, at: number, written: FigureInText['written']): string | null {
  if (text.trim() === written) return null;
  const [from, to] = [Math.max(0, at - AROUND), Math.min(text.length, at + written.length + AROUND)];
  return `${from > 0 ? '…' : ''}${text.slice(from, to).trim()}${to < text.length ? '…' : ''}`;
}
