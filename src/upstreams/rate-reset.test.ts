import type { IncomingHttpHeaders } from 'node:http';
import { rateResetMs } from './rate-reset';

const NOW = Date.UTC(2026, 2, 1, 13);
const reset = (headers: Record<string, string>) => rateResetMs(headers, NOW);

describe('the reset of a rate limit', () => {
  it.each([
    [{ 'retry-after-ms': '1500' }, 1_500],
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0.25' }, 250],
    [{ 'retry-after': 'Sun, 01 Mar 2026 13:00:09 GMT' }, 9_000],
    [{ 'retry-after': 'Sun, 01 Mar 2026 12:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '20', 'retry-after': '60' }, 20],
    [{ 'x-ratelimit-reset-requests': '120ms' }, 120],
    [{ 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
    [{ 'x-ratelimit-reset-requests': '1h2m3.5s' }, 3_723_500],
    [{ 'x-ratelimit-reset': String(NOW / 1_000 + 30) }, 30_000],
    [{ 'x-ratelimit-reset': String(NOW + 20_000) }, 20_000],
    [{ 'anthropic-ratelimit-requests-reset': '2026-03-01T13:00:20Z' }, 20_000],
  ])('is read from %j', (headers, milliseconds) => {
    expect(reset(headers)).toBe(milliseconds);
  });

  it('is that of the limit which is used up, the last of several, and else the first one', () => {
    const both = { 'x-ratelimit-reset-requests': '8s', 'x-ratelimit-reset-tokens': '2s' };
    expect(reset({ ...both, 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '90' })).toBe(8_000);
    expect(reset({ ...both, 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '0' })).toBe(8_000);
    expect(reset({ ...both, 'x-ratelimit-remaining-requests': '5', 'x-ratelimit-remaining-tokens': '0' })).toBe(2_000);
    expect(reset(both)).toBe(2_000);
  });

  it.each<Record<string, string>>([
    { 'retry-after': 'Sun, 01 Mar 2026 12:00:39 GMT' },
    { 'x-ratelimit-reset': String(Date.UTC(2026, 2, 1, 12, 0, 39) / 1_000) },
    { 'anthropic-ratelimit-requests-reset': '2026-03-01T12:00:39Z' },
  ])("goes by the provider's clock where the answer tells it, however far ours is from it: %j", (headers) => {
    expect(reset({ ...headers, date: 'Sun, 01 Mar 2026 12:00:30 GMT' })).toBe(9_000);
    expect(reset({ date: 'soon', 'retry-after': 'Sun, 01 Mar 2026 13:00:09 GMT' })).toBe(9_000);
    expect(reset({ date: 'Sun, 01 Mar 2026 12:00:30 GMT', 'retry-after': '7' })).toBe(7_000);
  });

  it('is what was said last where a proxy said it again', () => {
    expect(rateResetMs({ 'retry-after': ['3', '4'] } as unknown as IncomingHttpHeaders, NOW)).toBe(4_000);
  });

  it.each([{}, { 'retry-after': 'soon' }, { 'x-ratelimit-reset-requests': '' }, { 'retry-after-ms': '-5' }])(
    'is not known from %j',
    (headers) => {
      expect(reset(headers as Record<string, string>)).toBeUndefined();
    },
  );
});
