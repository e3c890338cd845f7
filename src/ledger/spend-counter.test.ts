import { DAY_MS } from '../kernel/times';
import { SPEND_WINDOWS } from '../kernel/words';
import { counterId, counterRef, countersOf, nextWindow, windowStart } from './spend-counter';

const SUNDAY_NIGHT = Date.parse('2026-11-22T23:59:59.999Z');
const MONDAY = Date.parse('2026-11-23T00:00:00.000Z');

describe('a window of spend', () => {
  it('begins at midnight UTC, on Monday, and on the first of the month', () => {
    expect(windowStart('DAY', SUNDAY_NIGHT)).toBe(Date.parse('2026-11-22'));
    expect(windowStart('WEEK', SUNDAY_NIGHT)).toBe(Date.parse('2026-11-16'));
    expect(windowStart('WEEK', MONDAY)).toBe(MONDAY);
    expect(windowStart('MONTH', MONDAY)).toBe(Date.parse('2026-11-01'));
    expect(windowStart('LIFETIME', MONDAY)).toBeNull();
  });

  it('begins and ends at midnight UTC, whichever it is: counters are named, remembered and summed by the day', () => {
    for (const window of SPEND_WINDOWS) {
      const from = windowStart(window, SUNDAY_NIGHT);
      for (const end of [from, nextWindow(window, from)]) expect((end ?? 0) % DAY_MS).toBe(0);
    }
  });

  it('is followed by the next one without a gap', () => {
    for (const window of ['DAY', 'WEEK', 'MONTH'] as const) {
      const next = nextWindow(window, windowStart(window, SUNDAY_NIGHT)) ?? 0;
      expect(windowStart(window, next)).toBe(next);
      expect(windowStart(window, next - 1)).toBe(windowStart(window, SUNDAY_NIGHT));
    }
    expect(nextWindow('LIFETIME', null)).toBeNull();
  });

  it('names a counter of its own', () => {
    const ref = { scope: 'key', scopeId: 'k1', bucket: 'RMB' } as const;
    expect(counterId({ ...ref, window: 'DAY' }, MONDAY)).toBe('key/k1/RMB/DAY/2026-11-23');
    expect(counterId({ ...ref, window: 'LIFETIME' }, MONDAY)).toBe('key/k1/RMB/LIFETIME');
  });

  it.each(['DAY', 'WEEK', 'MONTH', 'LIFETIME'] as const)('is read back from the id of its counter: %s', (window) => {
    const ref = { scope: 'project', scopeId: 'a/b', bucket: 'CREDIT', window } as const;
    expect(counterRef(counterId(ref, SUNDAY_NIGHT))).toEqual({ ...ref, from: windowStart(window, SUNDAY_NIGHT) });
    expect(counterRef('nothing')).toBeUndefined();
  });
});

it('a hold counts for its key, its project and its run, in one order', () => {
  const counters = countersOf({ apiKeyId: 'k1', projectId: 'p1', runId: 'r1' }, 'CREDIT', MONDAY);
  expect(counters).toHaveLength(9);
  expect(counters).toEqual([...counters].sort());
  expect(countersOf({ apiKeyId: 'k1', projectId: null, runId: null }, 'RMB', MONDAY)).toHaveLength(4);
});
