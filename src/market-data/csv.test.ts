import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CsvMarketData } from './csv';

const NOW = Date.UTC(2026, 10, 27, 22);
const HEADER = 'Date,Open,High,Low,Close,Volume';

describe('market data from a folder', () => {
  let folder: string;
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const briefingOf = (symbol: string) => new CsvMarketData(folder, { now: () => NOW }).briefing(symbol);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prices-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads the days of a symbol in any order, and what stands beside them', async () => {
    put('ACME.csv', `${HEADER}\n2026-11-26,11,12,10,11.5,200\n\n2026-11-25,10,11,9,10.5,100\n`);
    put('ACME.fundamentals.json', '[{ "label": "Revenue", "value": 12 }]');
    put('ACME.news.json', '[{ "date": "2026-11-20", "headline": "Acme opens", "url": "file:///etc/passwd" }]');
    const briefing = await briefingOf(' acme ');
    expect(briefing.bars.map(({ date, close }) => [date, close])).toEqual([
      ['2026-11-25', 10.5],
      ['2026-11-26', 11.5],
    ]);
    expect(briefing.fundamentals).toEqual([{ label: 'Revenue', value: '12', period: null }]);
    expect(briefing.news).toMatchObject([{ headline: 'Acme opens', url: null }]);
    expect(briefing.sources.map(({ what, covers }) => `${what}: ${covers}`)).toEqual([
      'Daily prices: 2026-11-25 to 2026-11-26, 2 days',
      'Fundamentals: no period given',
      'News: 1 item, 2026-11-20 to 2026-11-20',
    ]);
  });

  it('does not read files that would keep the gateway waiting, and says so', async () => {
    const row = '2026-11-26,11,12,10,11.5,200\n';
    put('HUGE.csv', `${HEADER}\n${row.repeat(400_000)}`);
    await expect(briefingOf('HUGE')).rejects.toMatchObject({
      code: 'invalid_request',
      publicMessage: expect.stringContaining('more than 4 MB'),
    });
    put('ACME.csv', `${HEADER}\n${row}`);
    put('ACME.news.json', `[${' '.repeat(9_000_000)}]`);
    expect((await briefingOf('ACME')).notices).toContain('ACME.news.json was left out: it has more than 4 MB.');
  });

  it('leaves out days that no calendar has, and says of days to come that they cannot be', async () => {
    const rows = ['2026-02-29,10,11,9,10,5', '2026-02-30,10,11,9,10,5', '2026-11-26,10,11,9,10,5', '2027-01-04,10,11,9,10,5'];
    put('ACME.csv', [HEADER, ...rows].join('\n'));
    put('ACME.news.json', '[{ "date": "2026-13-45", "headline": "Acme opens" }]');
    const { bars, notices, news } = await briefingOf('ACME');
    expect([bars.map(({ date }) => date), news]).toEqual([['2026-11-26', '2027-01-04'], null]);
    expect(notices).toEqual(
      expect.arrayContaining([
        '2 days were left out because the prices are incomplete or impossible.',
        'The last day of the prices is 2027-01-04, after this report: their dates or the clock of the gateway are wrong.',
        'ACME.news.json was left out: 0.date is wrong or missing.',
      ]),
    );
  });

  it('says what is wrong with the data: days that cannot be, gaps, jumps, staleness, no volume', async () => {
    const rows = ['2026-09-01,10,11,9,10,0', '2026-09-02,10,9,11,10,0', '2026-09-03,n/a,11,9,10,0', '2026-09-20,30,31,29,30,0'];
    put('ACME.csv', [HEADER, ...rows].join('\n'));
    const { notices, bars } = await briefingOf('ACME');
    expect(bars).toHaveLength(2);
    expect(notices).toEqual([
      '2 days were left out because the prices are incomplete or impossible.',
      'The prices are stale: the last day is 2026-09-20, 68 days before this report.',
      'There are only 2 daily bars: indicators that need more, such as the average of 200 days, are not known.',
      'There are no prices between 2026-09-01 and 2026-09-20, for 18 days with weekends.',
      'On 2026-09-20 the close moved by 200 %: perhaps a split that the prices are not adjusted for.',
      'The provider gives no volume.',
      '"csv" has no fundamentals of this symbol.',
      '"csv" has no news of this symbol.',
    ]);
  });

  it('leaves out a file beside the prices that is wrong, and says so', async () => {
    put('ACME.csv', `${HEADER}\n2026-11-26,11,12,10,11.5,200\n`);
    put('ACME.fundamentals.json', '{ broken');
    put('ACME.news.json', '[{ "date": "yesterday", "headline": "x" }]');
    const { notices, fundamentals, news } = await briefingOf('ACME');
    expect([fundamentals, news]).toEqual([null, null]);
    expect(notices.slice(-2)).toEqual([
      'ACME.fundamentals.json was left out: it is no list of entries.',
      'ACME.news.json was left out: 0.date is wrong or missing.',
    ]);
  });

  it.each([
    ['lacks a column', 'date,open,high,low,close\n2026-11-26,1,2,1,2\n', 'lacks the column volume'],
    ['has nothing usable', `${HEADER}\n2026-11-26,0,0,0,0,0\n`, 'has no day with usable prices'],
    ['is no CSV', `${HEADER}\n"2026-11-26,1,2,1,2,3\n`, 'is not CSV'],
  ])('refuses a file that %s, and says what its header is', async (_, text, problem) => {
    put('ACME.csv', text);
    await expect(briefingOf('ACME')).rejects.toMatchObject({
      code: 'invalid_request',
      publicMessage: `symbol: ACME.csv of the market data ${problem}: its header is date,open,high,low,close,volume.`,
    });
  });

  it.each(['NOPE', '../NOPE', '.hidden', 'A/B', '', 'X'.repeat(21)])('refuses the symbol %p without leaving the folder', async (symbol) => {
    await expect(briefingOf(symbol)).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'symbol' } });
  });
});
