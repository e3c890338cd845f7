import { fc } from '../../../test/support/properties';
import { Breaker, type Ticket } from './breaker';
import { BREAKER_DEFAULTS, OPEN_MAX_MS, PROBES, settingsOf, WINDOW_MS } from './breaker-settings';

const SETTINGS = settingsOf({ consecutiveFailures: 5, minimumRequests: 20, failureRate: 0.5, openMs: 1_000 });
const WHY = 'HTTP 503';

function opened(now = 0): Breaker {
  const breaker = new Breaker();
  for (let call = 0; call < SETTINGS.consecutiveFailures; call += 1) breaker.failed(breaker.begin(now, SETTINGS), now, WHY, SETTINGS);
  expect(breaker.state).toBe('OPEN');
  return breaker;
}

/** Lets one probe after the other succeed until it is closed. */
function recovered(breaker: Breaker, now: number): void {
  for (let probe = 0; probe < PROBES; probe += 1) breaker.succeeded(breaker.begin(now, SETTINGS), now);
  expect(breaker.state).toBe('CLOSED');
}

const EVENT = fc.oneof(
  fc.record({ kind: fc.constant('ask' as const), forced: fc.boolean() }),
  fc.record({
    kind: fc.constant('end' as const),
    how: fc.constantFrom('ok' as const, 'failed' as const, 'nothing' as const),
    which: fc.nat(20),
  }),
  fc.record({ kind: fc.constant('hear' as const), answered: fc.nat(20), failures: fc.nat(20) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
);
type Event = typeof EVENT extends fc.Arbitrary<infer T> ? T : never;

/** Calls that come and go in any order, and what holds of the breaker at each of them. */
class History {
  private now = 0;
  private readonly breaker = new Breaker();
  private readonly running: Ticket[] = [];

  take(event: Event): void {
    if (event.kind === 'wait') this.now += event.ms;
    else if (event.kind === 'ask') this.ask(event.forced);
    else if (event.kind === 'hear') this.hear(event.answered + event.failures, event.failures);
    else this.end(event.how, event.which);
  }

  private ask(forced: boolean): void {
    const { breaker, now } = this;
    const [before, lets] = [breaker.state, breaker.lets(now, SETTINGS)];
    if (!lets && !forced) return;
    this.running.push(breaker.begin(now, SETTINGS));
    expect(breaker.state).toBe(before === 'OPEN' && lets ? 'HALF_OPEN' : before);
  }

  private end(how: 'ok' | 'failed' | 'nothing', which: number): void {
    const { breaker, now, running } = this;
    const [ticket] = running.splice(which % Math.max(running.length, 1), 1);
    if (ticket === undefined) return;
    const before = breaker.state;
    const ends = {
      ok: () => breaker.succeeded(ticket, now),
      failed: () => breaker.failed(ticket, now, WHY, SETTINGS),
      nothing: () => breaker.abandoned(ticket),
    };
    const turn = ends[how]();
    expect(turn === 'opened').toBe(before !== 'OPEN' && breaker.state === 'OPEN');
    expect(turn === 'closed').toBe(before === 'HALF_OPEN' && breaker.state === 'CLOSED');
    if (turn === 'opened') expect(breaker.openUntil - now).toBeLessThanOrEqual(OPEN_MAX_MS);
  }

  private hear(calls: number, failures: number): void {
    const { breaker, now } = this;
    const before = breaker.state;
    const turn = breaker.hearCalls(now, { calls, failures }, WHY, SETTINGS);
    expect([turn, breaker.state]).toEqual(turn === 'opened' && before === 'CLOSED' ? ['opened', 'OPEN'] : [null, before]);
  }

  check(): void {
    expect(this.breaker.reason === null).toBe(this.breaker.state === 'CLOSED');
    // However it came there, it is tried again by itself within the ceiling.
    expect(this.breaker.lets(this.now + OPEN_MAX_MS, SETTINGS)).toBe(true);
  }
}

describe('a breaker', () => {
  it('opens after so many failures in a row, and says why', () => {
    const breaker = new Breaker();
    const turns = Array.from({ length: 5 }, () => breaker.failed(breaker.begin(0, SETTINGS), 0, WHY, SETTINGS));
    expect(turns).toEqual([null, null, null, null, 'opened']);
    expect(breaker.reason).toBe('5 calls in a row failed, the last one with HTTP 503');
    expect(breaker.lets(999, SETTINGS)).toBe(false);
    expect(breaker.lets(1_000, SETTINGS)).toBe(true);
  });

  it('opens at a rate of failures, not before so many calls say it, and forgets what is older than the window', () => {
    const breaker = new Breaker();
    const half = (from: number, calls: number) => {
      for (let call = 0; call < calls; call += 1) {
        if (call % 2 === 0) breaker.succeeded(0, from);
        else breaker.failed(0, from, WHY, SETTINGS);
      }
    };
    half(0, 18);
    expect(breaker.state).toBe('CLOSED');
    half(WINDOW_MS + 1, 18);
    expect([breaker.state, breaker.window.requests(WINDOW_MS + 1)]).toEqual(['CLOSED', 18]);
    half(WINDOW_MS + 2, 2);
    expect(breaker.state).toBe('OPEN');
    expect(breaker.reason).toBe('10 of 20 calls within 10 s failed, the last one with HTTP 503');
  });

  it('lets one probe through first, then the rest, and closes when all of them were answered', () => {
    const breaker = opened();
    const first = breaker.begin(1_000, SETTINGS);
    expect([breaker.state, breaker.lets(1_000, SETTINGS)]).toEqual(['HALF_OPEN', false]);
    breaker.succeeded(first, 1_100);
    const [second, third] = [breaker.begin(1_100, SETTINGS), breaker.begin(1_100, SETTINGS)];
    expect(breaker.lets(1_100, SETTINGS)).toBe(false);
    expect([breaker.succeeded(second, 1_200), breaker.succeeded(third, 1_200)]).toEqual([null, 'closed']);
    expect(breaker.window.requests(1_200)).toBe(0);
  });

  it('counts failures in a row anew once it has closed: the first one opens nothing', () => {
    const breaker = opened();
    recovered(breaker, 1_000);
    for (let call = 1; call < SETTINGS.consecutiveFailures; call += 1) {
      expect(breaker.failed(breaker.begin(1_000, SETTINGS), 1_000, WHY, SETTINGS)).toBeNull();
    }
    expect(breaker.failed(breaker.begin(1_000, SETTINGS), 1_000, WHY, SETTINGS)).toBe('opened');
  });

  it('has all its probes when it opened again while one of them was still under way', () => {
    const breaker = opened();
    const first = breaker.begin(1_000, SETTINGS);
    breaker.succeeded(first, 1_000);
    const [second] = [breaker.begin(1_000, SETTINGS), breaker.begin(1_000, SETTINGS)];
    breaker.failed(second, 1_000, WHY, SETTINGS);
    const now = breaker.openUntil;
    breaker.succeeded(breaker.begin(now, SETTINGS), now);
    const [probe, other] = [breaker.begin(now, SETTINGS), breaker.begin(now, SETTINGS)];
    expect([breaker.succeeded(probe, now), breaker.succeeded(other, now)]).toEqual([null, 'closed']);
  });

  it('lets another probe through when one takes longer than it would have been open', () => {
    const breaker = opened();
    breaker.begin(1_000, SETTINGS);
    expect([breaker.lets(1_999, SETTINGS), breaker.lets(2_000, SETTINGS)]).toEqual([false, true]);
  });

  it('opens twice as long each time that a probe fails, up to the ceiling, and begins anew after a while in order', () => {
    const breaker = opened();
    const times: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const now = breaker.openUntil;
      breaker.failed(breaker.begin(now, SETTINGS), now, WHY, SETTINGS);
      times.push(breaker.openUntil - now);
    }
    expect(times).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, ...Array(5).fill(OPEN_MAX_MS)]);
    recovered(breaker, breaker.openUntil);
    const later = breaker.openUntil + WINDOW_MS;
    for (let call = 0; call < 5; call += 1) breaker.failed(0, later, WHY, SETTINGS);
    expect(breaker.openUntil - later).toBe(1_000);
  });

  it('learns nothing from calls that began before it opened, nor from those that say nothing', () => {
    const breaker = opened();
    expect(breaker.succeeded(0, 10)).toBeNull();
    const probe = breaker.begin(1_000, SETTINGS);
    expect([breaker.failed(0, 1_000, WHY, SETTINGS), breaker.succeeded(0, 1_000)]).toEqual([null, null]);
    breaker.abandoned(probe);
    expect([breaker.state, breaker.lets(1_000, SETTINGS)]).toEqual(['HALF_OPEN', true]);
  });

  it('believes a call that was forced through and answered: it counts as the first probe', () => {
    const breaker = opened();
    const forced = breaker.begin(10, SETTINGS);
    expect(breaker.state).toBe('OPEN');
    breaker.succeeded(forced, 20);
    expect([breaker.state, breaker.lets(20, SETTINGS)]).toEqual(['HALF_OPEN', true]);
    const failing = opened();
    expect(failing.failed(failing.begin(10, SETTINGS), 20, WHY, SETTINGS)).toBeNull();
    expect(failing.openUntil).toBe(1_000);
  });

  it('goes by what another process says of it, and never shortens what it knows itself', () => {
    const breaker = new Breaker();
    breaker.hearOpened(0, 5_000, 'it failed elsewhere');
    breaker.hearOpened(0, 1_000, 'it failed elsewhere');
    expect([breaker.state, breaker.openUntil]).toEqual(['OPEN', 5_000]);
    breaker.close(100);
    expect(breaker.lets(100, SETTINGS)).toBe(true);
  });

  it('that is off never opens, and holds nothing back where another process opened it', () => {
    const off = settingsOf({ off: true });
    const breaker = new Breaker();
    for (let call = 0; call < 100; call += 1) expect(breaker.failed(breaker.begin(0, off), 0, WHY, off)).toBeNull();
    expect(breaker.lets(0, off)).toBe(true);
    breaker.hearOpened(0, 5_000, 'it failed elsewhere');
    expect([breaker.lets(0, SETTINGS), breaker.lets(0, off)]).toEqual([false, true]);
  });

  it('keeps its rules in any history', () => {
    fc.assert(
      fc.property(fc.array(EVENT, { maxLength: 200 }), (events) => {
        const history = new History();
        for (const each of events) {
          history.take(each);
          history.check();
        }
      }),
    );
  });

  it('opens by default at two of five of twenty calls, or at fifteen in a row', () => {
    expect(BREAKER_DEFAULTS).toEqual({ failureRate: 0.4, minimumRequests: 20, consecutiveFailures: 15, openMs: 5_000, off: false });
  });
});
