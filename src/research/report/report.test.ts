import { fc } from '../../../test/support/properties';
import { briefingWith, reportWith, risingBars } from '../../../test/support/section-answers';
import { nano } from '../../kernel/money';
import type { Briefing } from '../market-data';
import { dataText } from '../sections/briefing-text';
import { RESEARCH_NOTICE, reportMarkdown } from './report';
import { reportHtml } from './report-html';

const TAGS = /<(\/?)([a-zA-Z][\w-]*)((?:"[^"]*"|[^>"])*)>/g;
const ALLOWED = new Set(
  'html head meta title style body main header footer h1 h2 p span dl dt dd div figure figcaption svg path rect i b small strong em ul ol li table thead tbody tr th td a code blockquote pre hr br s'.split(
    ' ',
  ),
);
const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '![x](https://evil.example/pixel.png)',
  '[click](javascript:alert(1))',
  '[click](data:text/html,<script>alert(1)</script>)',
  '<https://evil.example>',
  '[a]: javascript:alert(1)\n\n[a]',
  '\\<script>alert(1)\\</script>',
  '# Receipt\n\n- Charged: **0**',
  '```\n</style><script>alert(1)</script>\n```',
  '| a | b |\n| --- | --- |\n| 1 | 2 |',
  '"><svg onload=alert(1)>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '1. one\n2. two',
  '---\n\n> quote',
];

/** What is wrong with a page that must do nothing. */
function dangersOf(html: string): string[] {
  const found: string[] = [];
  for (const [tag, , name = '', attributes = ''] of html.matchAll(TAGS)) {
    if (!ALLOWED.has(name.toLowerCase())) found.push(`tag ${tag}`);
    if (/\son\w+\s*=/i.test(attributes)) found.push(`handler ${tag}`);
    const address = /(?:href|src)="([^"]*)"/.exec(attributes)?.[1];
    if (address !== undefined && !/^https?:\/\//.test(address)) found.push(`address ${tag}`);
    if (/\ssrc=/.test(attributes)) found.push(`loads ${tag}`);
  }
  return found;
}

/** What a model reads of indicators and prices. */
function figuresGiven(briefing: Briefing) {
  const [indicators = '', prices = ''] = dataText(briefing, ['indicators', 'prices']).slice(1);
  return {
    values: [...indicators.matchAll(/^\w+: ([-\d.]+)$/gm)].map(([, value]) => value),
    unknown: indicators.split('not known').length - 1,
    rows: (prices.match(/^20\d\d.*$/gm) ?? []).map((row) => row.replaceAll(',', ' | ')),
  };
}

/** The cells of a page as Markdown has them. */
function cellsOf(html: string): string {
  return html.replaceAll(/<\/t[dh]>\s*<t[dh][^>]*>/g, ' | ');
}

describe('a report', () => {
  it('tells prices of a fraction of a cent apart, in the chart and beside it', () => {
    const bars = risingBars(30).map(({ date, ...rest }) => ({
      ...{ date, volume: rest.volume },
      ...{ open: rest.open * 1e-8, high: rest.high * 1e-8, low: rest.low * 1e-8, close: rest.close * 1e-8 },
    }));
    const page = reportHtml(reportWith('text', { briefing: briefingWith({ bars }) }));
    expect(page).toContain('<dt>Last close, USD</dt><dd>0.00000129</dd>');
    const ticks = [...page.matchAll(/class="y"[^>]*>([^<]*)</g)].map(([, tick]) => tick);
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  it('says in every form, at every state, that it is research only', () => {
    for (const input of [reportWith('text'), reportWith('text', { briefing: null, sections: [], estimate: null })]) {
      expect(reportMarkdown(input)).toContain(RESEARCH_NOTICE);
      expect(reportHtml(input)).toContain(RESEARCH_NOTICE);
    }
  });

  it('begins with the summary, and has a heading for each section', () => {
    const headings = [...reportMarkdown(reportWith('text')).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(headings[0]).toBe('Summary');
    expect(headings).toHaveLength(10 + 5);
  });

  it('shows the receipt: sums, sections, models, the estimate, and the currencies apart', () => {
    const text = reportMarkdown(reportWith('text'));
    expect(text).toContain('Charged: **0.0825 CNY (RMB)**');
    expect(text).toContain('Estimated before: 0.08 CNY (RMB), at most 0.25 CNY (RMB)');
    expect(text).toContain('| Market snapshot | COMPLETED | gpt-5-mini | 1 | 0.0015 CNY (RMB) |');
    expect(text).toContain('| gpt-5-mini | RMB | 11 | 0.0825 CNY |');
  });

  it('says why a section is not there', () => {
    const { sections } = reportWith('text');
    const [first, second, ...rest] = sections;
    if (first === undefined || second === undefined) throw new Error('a deep report has sections');
    const text = reportMarkdown(
      reportWith('text', {
        sections: [
          { ...first, status: 'FAILED', content: null, tries: 3, error: 'the answer is not JSON' },
          { ...second, status: 'PENDING', content: null },
          ...rest,
        ],
      }),
    );
    expect(text).toContain('*This section could not be written after 3 tries: the answer is not JSON*');
    expect(text).toContain('*This section is not written yet.*');
  });

  it.each([260, 30])('has each figure that a model was given of %i days, as it was given it, with its day and unit', (days) => {
    const briefing = briefingWith({ bars: risingBars(days) });
    const given = figuresGiven(briefing);
    expect(given.values.length).toBeGreaterThan(10);
    const report = reportWith('text', { briefing });
    for (const text of [reportMarkdown(report), cellsOf(reportHtml(report))]) {
      const tables = text.slice(text.search(/At 20\d\d-/));
      expect(tables.slice(0, 13)).toBe(`At ${briefing.bars.at(-1)?.date}`);
      for (const value of given.values) expect(tables).toMatch(new RegExp(`\\| ${value} \\| (USD|%)?`));
      for (const row of given.rows) expect(tables).toContain(row);
      expect(tables.split('not known').length - 1).toBe(given.unknown);
      expect(tables).toContain('Revenue | 4.1 billion | 2025');
    }
  });

  it('tells prices of every size to the cent, where they have six digits or more', () => {
    const closes = [38_123.45, 745_321.5, 16_836_572.13, 1_234.56, 0.0000123456];
    const bars = risingBars(closes.length).map((bar, at) => {
      const close = closes[at] ?? 0;
      return { ...bar, open: close, high: close, low: close, close };
    });
    const briefing = briefingWith({ bars });
    for (const text of [reportMarkdown(reportWith('text', { briefing })), dataText(briefing, ['prices']).join().replaceAll(',', ' | ')]) {
      for (const close of ['38123.45', '745321.5', '16836572.13', '1234.56', '0.0000123456'])
        expect(text).toContain(`| ${close} | ${close} | ${close} |`);
    }
  });

  it('names at its head and in a part of its own what a model wrote that stands in none of the data', () => {
    const { sections } = reportWith('text');
    const written = (summary: string) => {
      const input = {
        sections: sections.map((each) => (each.spec.name === 'news' ? { ...each, content: { summary } } : { ...each, content: null })),
      };
      return [reportMarkdown(reportWith('text', input)), cellsOf(reportHtml(reportWith('text', input)))];
    };
    for (const text of written('A margin of 71.35 %, and revenue of 4.1 billion.')) {
      expect(text).toContain('One figure, day, headline or citation of this report stands in none of the data that the models were given');
      expect(text).toMatch(/Figure \| 71.35 % \| News \| A margin of 71.35 %, and revenue/);
    }
    for (const text of written('Revenue is 4.1 billion, says the [wire](https://news.example).')) {
      expect(text).not.toContain('stands in none');
      expect(text).toContain('Nothing: the one that could be looked for is there. Looked for were');
    }
    for (const text of written('Nothing much.')) expect(text).toContain('No figure was written that could be looked for.');
  });

  it('names nothing of data that was not read yet', () => {
    expect(reportMarkdown(reportWith('It is 71.35 %.', { briefing: null }))).not.toContain('Not in the data');
  });

  it('tells what its sections cost together with the calls that clients attached, so that the lines add up to the charge', () => {
    const whole = reportWith('text');
    expect(reportMarkdown(whole)).not.toContain('attached');
    const charges = [{ bucket: 'RMB', amount: nano(90_000_000n) }] as const;
    const text = reportMarkdown({ ...whole, receipt: { ...whole.receipt, charges } });
    expect(text).toContain('| Calls that clients attached to the run | – | – | – | 0.0075 CNY (RMB) |');
  });

  it('shows notices, sources with their days, and news with links', () => {
    const text = reportMarkdown(reportWith('text', { briefing: briefingWith({ bars: risingBars(30), fundamentals: null }) }));
    expect(text).toContain('- There are only 30 daily bars');
    expect(text).toContain('- Daily prices: csv, 2026-01-01 to 2026-01-30, 30 days');
    expect(text).toContain('- 2026-09-01 [Acme opens](<https://news.example/acme>), Wire');
  });

  it.each([
    'https://news.example/go?to=https%3A%2F%2Fother.example%2Fa%26b&id=7',
    'https://news.example/%E4%BA%BA/100%25?q=a%20b#c%2Fd',
    'https://news.example/a?x=1&copy;=2&#38;y=3',
    'https://news.example/a?x=\\*y*',
  ])('links to %s where the news says so, and nowhere else', (url) => {
    const news = [{ date: '2026-09-01', headline: 'Acme opens', publisher: null, url, excerpt: null }];
    const html = reportHtml(reportWith('text', { briefing: briefingWith({ news }) }));
    const address = /<a href="([^"]*)"[^>]*>Acme opens</.exec(html)?.[1]?.replaceAll('&amp;', '&');
    expect(new URL(address ?? '').href).toBe(new URL(url.replaceAll('\\', '%5C')).href);
  });

  it('marks synthetic data where nobody can miss it', () => {
    const input = reportWith('text', { briefing: briefingWith({ synthetic: true }) });
    expect(reportMarkdown(input)).toContain('**Synthetic data.**');
    expect(reportHtml(input)).toContain('Synthetic data:');
  });

  it('has charts, and draws no line over days without prices', () => {
    const bars = risingBars(90).filter((_, index) => index < 40 || index > 60);
    const html = reportHtml(reportWith('text', { briefing: briefingWith({ bars }) }));
    const line = /class="line price" d="([^"]*)"/.exec(html)?.[1] ?? '';
    expect([line.match(/M/g)?.length, line.match(/L/g)?.length]).toEqual([2, bars.length - 2]);
    expect(html.match(/class="spend"/g)).toHaveLength(10);
    expect(reportHtml(reportWith('text', { briefing: briefingWith({ bars: risingBars(1) }) }))).toContain('too few days for a chart');
  });

  it('needs nothing but itself: no script, no picture, no address but those of links', () => {
    const html = reportHtml(reportWith('See [the source](https://news.example/a) and **mind** it.'));
    expect(dangersOf(html)).toEqual([]);
    expect(html).toContain('<a href="https://news.example/a" rel="noopener noreferrer nofollow" target="_blank">the source</a>');
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/@import|url\(/);
  });

  it.each(HOSTILE)('keeps %p text, in every place that others write', (text) => {
    const news = [{ date: '2026-09-01', headline: text, publisher: text, url: 'https://news.example/">\')<x', excerpt: text }];
    const hostile = reportWith(text, {
      briefing: briefingWith({ name: text, currency: text, news, fundamentals: null, troubles: [text] }),
    });
    const { run } = hostile;
    const input = { ...hostile, run: { ...run, symbol: text, statusReason: text } };
    expect(dangersOf(reportHtml(input))).toEqual([]);
    const plain = reportMarkdown(reportWith('text', { briefing: hostile.briefing }));
    const headings = (markdown: string) => markdown.match(/^#+ .*$/gm)?.length;
    expect(headings(reportMarkdown(hostile))).toBe(headings(plain));
    expect(reportMarkdown(input)).not.toMatch(/<(?!https?:)[a-z/]/i);
  });

  it('keeps any mixture of hostile text text', () => {
    const mixture = fc.array(
      fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 12 }), fc.constantFrom('\n', '\n\n', '`', '\\', '*', '[')),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(mixture, (parts) => {
        expect(dangersOf(reportHtml(reportWith(parts.join(''))))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
