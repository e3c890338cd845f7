import { type AttemptLimits, atDeadline, limitReached } from './attempt-limits';

const clock = { monotonic: () => 10_000 };
const until = (endsAt: number): AttemptLimits => ({ maxAttempts: null, deadline: { ms: 900, by: 'this key', endsAt }, tries: 0 });

describe('what one request may still be tried', () => {
  it('is nothing once less is left than an attempt is worth', () => {
    expect(limitReached(until(10_050), clock)).toBeNull();
    expect(limitReached(until(10_049), clock)).toEqual({
      code: 'deadline',
      message: 'The request must end within 900 ms, as this key says.',
    });
  });

  it.each([
    [1, 'This key lets one request be tried once.'],
    [2, 'This key lets one request be tried 2 times.'],
  ])('is nothing after %i tries where the key allows no more, and it is said how many', (maxAttempts, message) => {
    const limits = { maxAttempts, deadline: null };
    expect(limitReached({ ...limits, tries: maxAttempts - 1 }, clock)).toBeNull();
    expect(limitReached({ ...limits, tries: maxAttempts }, clock)).toEqual({ code: 'attempt_ceiling', message });
  });
});

describe('a deadline', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('cuts when it passes, and not before', () => {
    let cuts = 0;
    atDeadline(until(10_500), clock, () => (cuts += 1));
    jest.advanceTimersByTime(499);
    expect(cuts).toBe(0);
    jest.advanceTimersByTime(1);
    expect(cuts).toBe(1);
  });

  it('cuts nothing once it is taken back, and is none where nothing sets one', () => {
    let cuts = 0;
    atDeadline(until(10_500), clock, () => (cuts += 1))();
    atDeadline({ ...until(0), deadline: null }, clock, () => (cuts += 1))();
    jest.advanceTimersByTime(1_000);
    expect([cuts, jest.getTimerCount()]).toEqual([0, 0]);
  });
});
