import { briefingWith } from '../../test/support/section-answers';
import { Fault } from '../kernel/fault';
import { MINUTE_MS } from '../kernel/times';
import type { Briefing } from './market-data';
import { RecentBriefings } from './recent-briefings';

function world() {
  const asked: string[] = [];
  let now = 0;
  let answer: () => Promise<Briefing> = async () => briefingWith();
  const briefing = (symbol: string) => {
    asked.push(symbol);
    return answer();
  };
  const source = { provider: 'csv', briefing };
  const recent = new RecentBriefings(source, { monotonic: () => now });
  return { recent, asked, pass: (ms: number) => (now += ms), answers: (as: () => Promise<Briefing>) => (answer = as) };
}

describe('recent market data', () => {
  it('is the same for an estimate and the start that follows it, and asked for anew a minute later', async () => {
    const { recent, asked, pass } = world();
    const first = await recent.briefing('A');
    pass(MINUTE_MS - 1);
    expect(await recent.briefing('A')).toBe(first);
    expect(asked).toEqual(['A']);
    pass(1);
    await recent.briefing('A');
    expect(asked).toEqual(['A', 'A']);
    expect(recent.provider).toBe('csv');
  });

  it('is asked for again where it could not be had', async () => {
    const { recent, asked, answers } = world();
    answers(() => Promise.reject(new Fault('temporarily_unavailable', 'It is away.')));
    await expect(recent.briefing('A')).rejects.toThrow('It is away.');
    answers(async () => briefingWith());
    await recent.briefing('A');
    expect(asked).toEqual(['A', 'A']);
  });

  it('is kept of twenty symbols: those that were asked for last', async () => {
    const { recent, asked } = world();
    for (let n = 0; n < 21; n += 1) await recent.briefing(`S${n}`);
    await recent.briefing('S1');
    expect(asked).toHaveLength(21);
    await recent.briefing('S0');
    expect(asked).toHaveLength(22);
  });
});
