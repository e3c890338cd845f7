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
      publicMessage: expect.stringContaining('more than 4 MiB'),
    });
    put('ACME.csv', `${HEADER}\n${row}`);
    put('ACME.news.json', `[${' '.repeat(9_000_000)}]`);
    expect((await briefingOf('ACME')).notices).toContain('ACME.news.json was left out: it has more than 4 MiB.');
  });

  it('leaves out days that no calendar has, and says of days to come that they cannot be', async () => {
    const rows = ['2026-02-29,10,11,9,10,5', '2026-02-30,10,11,9,10,5', '2026-11-26,10,11,9,10,5', '2027-01-04,10,11,9,10,5'];
    put('ACME.csv', [HEADER, ...rows].join('\n'));
    put('ACME.news.json', '[{ "date": "2026-13-45", "headline": "Acme opens" }]');
    const { bars, notices, news } = await briefingOf('ACME');
    expect([bars.map(({ date }) => date), news]).toEqual([['2026-11-26', '2027-01-04'], null]);
    expect(notices).toEqual(
      expect.arrayContaining([
        '2 days were left out because the date or the prices are incomplete or impossible.',
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
      '2 days were left out because the date or the prices are incomplete or impossible.',
      'The prices are stale: the last day is 2026-09-20, 68 days before this report.',
      'There are only 2 daily bars: indicators that need more, such as the average of 200 days, are not known.',
      'There are no prices between 2026-09-01 and 2026-09-20, for 18 days with weekends.',
      'On 2026-09-20 the close moved by 200 %: perhaps a split that the prices are not adjusted for.',
      'The provider gives no volume.',
      '"csv" has no fundamentals of this symbol.',
      '"csv" has no news of this symbol.',
    ]);
  });

  it('says that a day contradicts itself, and takes its last row', async () => {
    put('ACME.csv', `${HEADER}\n2026-11-26,10,11,9,10,5\n2026-11-25,10,11,9,10,5\n2026-11-25,10,11,9,10,5\n2026-11-26,10,12,9,11,5\n`);
    const { bars, notices } = await briefingOf('ACME');
    expect(bars.map(({ date, close }) => [date, close])).toEqual([
      ['2026-11-25', 10],
      ['2026-11-26', 11],
    ]);
    expect(notices).toContain('1 day stands there more than once, with different prices: the last row of a day is taken.');
  });

  it('says of the day of the report that it may not be over', async () => {
    put('ACME.csv', `${HEADER}\n2026-11-26,10,11,9,10,5\n2026-11-27,10,11,9,10,5\n`);
    const note = 'The last day, 2026-11-27, is the day of this report: where trading goes on, its prices and indicators still change.';
    expect((await briefingOf('ACME')).notices).toContain(note);
    put('ACME.csv', `${HEADER}\n2026-11-26,10,11,9,10,5\n`);
    expect((await briefingOf('ACME')).notices.join()).not.toContain('is the day of this report');
  });

  it('says of news that they are old, or dated wrongly', async () => {
    put('ACME.csv', `${HEADER}\n2026-11-26,10,11,9,10,5\n`);
    const noticesWith = async (...dates: string[]) => {
      put('ACME.news.json', JSON.stringify(dates.map((date) => ({ date, headline: 'Acme opens' }))));
      return (await briefingOf('ACME')).notices.filter((notice) => notice.includes('news'));
    };
    expect(await noticesWith('2026-10-01', '2026-09-01')).toEqual(['The news are old: the newest is 57 days before this report.']);
    expect(await noticesWith('2026-10-01', '2026-12-01')).toEqual([
      '1 item of the news is dated after this report: their dates are wrong.',
    ]);
    expect(await noticesWith('2026-11-20', '2019-01-01')).toEqual([]);
  });

  it('takes no more words than a report can use, and says so: every section that reads them pays for them', async () => {
    put('ACME.csv', `${HEADER}\n2026-11-26,10,11,9,10,5\n`);
    const item = (day: number) => ({ date: `2026-11-${day}`, headline: 'h'.repeat(10_000), excerpt: 'e'.repeat(100_000) });
    put('ACME.news.json', JSON.stringify(Array.from({ length: 17 }, (_, at) => [item(10 + at), { ...item(10), headline: 'old' }]).flat()));
    put('ACME.fundamentals.json', JSON.stringify(Array.from({ length: 500 }, (_, at) => ({ label: `Figure ${at}`, value: at }))));
    const { news, fundamentals, notices } = await briefingOf('ACME');
    expect([news?.length, news?.[0]?.date, fundamentals?.length]).toEqual([20, '2026-11-26', 60]);
    expect(Buffer.byteLength(JSON.stringify(news))).toBeLessThan(20_000);
    expect(news?.[0]).toMatchObject({ headline: expect.stringMatching(/^h+…$/), excerpt: expect.stringMatching(/^e+…$/) });
    expect(notices).toEqual(
      expect.arrayContaining([
        'Of 500 figures the first 60 are used.',
        'Of 34 news the newest 20 are used.',
        '37 texts of the provider are too long, and cut where it says "…".',
      ]),
    );
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

  it.each(['11/26/2026', '26.11.2026', '2026-11-26 00:00:00', '20261126'])(
    'says how days are written where they stand there as %s',
    async (day) => {
      put('ACME.csv', `${HEADER}\n${day},1,2,1,2,3\n`);
      await expect(briefingOf('ACME')).rejects.toMatchObject({
        publicMessage: `symbol: ACME.csv of the market data has no day with usable prices: days must be written as 2026-11-27, not as "${day}".`,
      });
    },
  );

  it.each(['ﬁ', 'ı', 'ß', 'ſ', 'ＦＩ'])(
    'refuses the symbol %p, and does not take it for the one that its capitals spell',
    async (symbol) => {
      for (const other of ['FI', 'I', 'SS', 'S']) put(`${other}.csv`, `${HEADER}\n2026-11-26,11,12,10,11.5,200\n`);
      await expect(briefingOf(symbol)).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'symbol' } });
    },
  );

  it.each(['NOPE', '../NOPE', '.hidden', 'A/B', '', 'X'.repeat(21)])('refuses the symbol %p without leaving the folder', async (symbol) => {
    await expect(briefingOf(symbol)).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'symbol' } });
  });
});
