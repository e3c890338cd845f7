import { eventLine, picture, type Standing, standingAfter } from './progress-text';
import type { EventView, SectionView } from './queries';

const yuan = (amount: string) => [{ bucket: 'RMB', currency: 'CNY', amount } as const];
const section = (name: string, changes: Partial<SectionView> = {}): SectionView => ({
  ...{ name, title: name, status: 'PENDING', tries: 0, charge: [], error: null },
  ...changes,
});
const standing: Standing = {
  run: { id: 'r1', symbol: 'AAPL', mode: 'QUICK', spent: yuan('0'), left: yuan('5') },
  sections: [section('news'), section('summary')],
  note: 'Run r1',
};
const event: EventView = {
  ...{
    cursor: 'c',
    at: '2026-11-28T10:11:12.345Z',
    kind: 'SECTION_RETRIED',
    message: 'the answer\nis not JSON',
    spent: yuan('0.25'),
    left: yuan('4.75'),
  },
  section: section('news', { status: 'RETRYING', tries: 2, charge: yuan('0.25') }),
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of terminals begin so
const plain = (lines: readonly string[]) => lines.map((line) => line.replaceAll(/\u001b\[\d+m/g, ''));

describe('the progress of a run', () => {
  it('is one line for each event where there is no terminal', () => {
    expect(eventLine(event)).toBe('10:11:12 news: retried (the answer is not JSON) · spent 0.25 CNY, left 4.75 CNY');
    expect(eventLine({ ...event, kind: 'RUN_ENDED', message: null, section: null })).toBe(
      '10:11:12 Run: ended · spent 0.25 CNY, left 4.75 CNY',
    );
  });

  it('takes section, money and what is left from each event', () => {
    expect(plain(picture(standingAfter(standing, event), 80))).toEqual([
      'AAPL QUICK  0/2  spent 0.25 CNY, left 4.75 CNY',
      '↻ news     retrying, 2 tries, 0.25 CNY',
      '· summary  pending',
      'news: retried (the answer is not JSON)',
    ]);
  });

  it('draws nothing of what others wrote that would steer the terminal', () => {
    const steering = { ...event, message: 'bad \u001b]0;mine\u0007 \u001b[2J \u202Eend' };
    expect(plain(picture(standingAfter(standing, steering), 80)).at(-1)).toBe('news: retried (bad  ]0;mine   [2J  end)');
  });

  it('never draws a line that is wider than the terminal, so that it can be drawn over', () => {
    for (const columns of [20, 40, 80]) {
      for (const line of plain(picture(standingAfter(standing, event), columns))) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });
});
