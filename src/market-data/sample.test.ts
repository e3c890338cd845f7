import { SampleMarketData } from './sample';
import { SAMPLES } from './samples';

const sampleAt = (now: number) => new SampleMarketData({ now: () => now });

describe('the sample market data', () => {
  it.each(['DEMO', 'AAPL'])('has a year of days, figures and news of %s, all marked as synthetic', async (symbol) => {
    const briefing = await sampleAt(0).briefing(symbol);
    expect(briefing.bars).toHaveLength(260);
    expect(briefing.synthetic).toBe(true);
    expect(briefing.name).toContain('(synthetic)');
    expect(briefing.notices).toEqual(['All data of "sample" is synthetic: made up for demonstration, of no real instrument.']);
    expect(briefing.fundamentals?.every(({ period }) => period?.endsWith('synthetic'))).toBe(true);
    expect(briefing.news?.every(({ headline, url }) => headline.startsWith('[synthetic]') && url === null)).toBe(true);
    expect(Object.values(briefing.indicators)).not.toContain(null);
  });

  it('is the same at every time, but for the instant of fetching', async () => {
    const [one, other] = await Promise.all([sampleAt(0).briefing('demo'), sampleAt(Date.UTC(2030, 0)).briefing('DEMO')]);
    expect({ ...one, fetchedAt: '' }).toEqual({ ...other, fetchedAt: '' });
  });

  it('is plain JSON', async () => {
    for (const symbol of SAMPLES.keys()) {
      const briefing = await sampleAt(0).briefing(symbol);
      expect(JSON.parse(JSON.stringify(briefing))).toEqual(briefing);
    }
  });

  it('shows with NEWCO what poor data looks like', async () => {
    const { indicators, notices, fundamentals, news } = await sampleAt(0).briefing('NEWCO');
    expect([indicators.sma200, indicators.high52Weeks, fundamentals, news]).toEqual([null, null, null, null]);
    expect(notices.join('\n')).toMatch(/only 59 daily bars[\s\S]*no prices between[\s\S]*no fundamentals[\s\S]*no news/);
  });

  it('refuses other symbols and says which it has and where others come from', async () => {
    await expect(sampleAt(0).briefing('MSFT')).rejects.toMatchObject({
      code: 'invalid_request',
      publicMessage: expect.stringMatching(/has no MSFT\. It knows DEMO, AAPL, NEWCO; .*research\.marketData/),
    });
  });
});
