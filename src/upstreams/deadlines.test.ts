import { systemClock } from '../kernel/clock';
import { Deadlines } from './deadlines';

const timeouts = { connectMs: 10, firstByteMs: 1_000, idleMs: 100, totalMs: 5_000 };

describe('Deadlines', () => {
  const expired: string[] = [];
  let deadlines: Deadlines;

  beforeEach(() => {
    jest.useFakeTimers();
    expired.length = 0;
    deadlines = new Deadlines(timeouts, systemClock, (kind) => expired.push(kind));
  });

  afterEach(() => {
    deadlines.stop();
    jest.useRealTimers();
  });

  function byte() {
    deadlines.awaitNextByte(performance.now());
  }

  it('ends a wait for the first byte', () => {
    jest.advanceTimersByTime(999);
    expect(expired).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(expired).toEqual(['first_byte_timeout']);
  });

  it('ends a pause between bytes, counted from the last one', () => {
    byte();
    jest.advanceTimersByTime(90);
    byte();
    jest.advanceTimersByTime(90);
    expect(expired).toEqual([]);
    jest.advanceTimersByTime(20);
    expect(expired).toEqual(['idle_timeout']);
  });

  it('ends what goes on for too long, however lively', () => {
    for (let at = 0; at < 60; at += 1) {
      byte();
      jest.advanceTimersByTime(90);
    }
    expect(expired).toEqual(['total_timeout']);
  });

  it('does not count the time of a slow client, but for the total', () => {
    byte();
    deadlines.paused();
    jest.advanceTimersByTime(2_000);
    expect(expired).toEqual([]);
    byte();
    jest.advanceTimersByTime(101);
    expect(expired).toEqual(['idle_timeout']);
  });

  it('says nothing after it was stopped', () => {
    deadlines.stop();
    jest.advanceTimersByTime(10_000);
    expect(expired).toEqual([]);
  });
});
