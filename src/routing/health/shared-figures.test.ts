import { aCatalogOf, aChannel } from '../../../test/support/catalog-builders';
import { at } from '../../../test/support/channel-healths';
import { type HealthProcess, healthInstallation } from '../../../test/support/health-installation';
import { fc } from '../../../test/support/properties';
import { LATE_MS, PROBES, WINDOW_MS } from './breaker-settings';
import { FIGURES_FORMAT } from './figures';
import { newsIn } from './health-news';

const ONE = aChannel('one');
const PATIENT = aChannel('patient', { breaker: { failureRate: 0.9 } });
const WATCHED = aChannel('watched', { breaker: { off: true } });
const SOLD = aCatalogOf([ONE, PATIENT, WATCHED], ['m']);

const installation = (count = 2) => healthInstallation(count, SOLD);

/** Of ten calls, so many as open the breaker of twenty. */
const fourOfTenFail = (process: HealthProcess) => {
  process.answered(ONE, 6);
  process.failed(ONE, 4);
};

/** Two processes for which the breaker is open, with nothing on its way. */
function bothOpen() {
  const world = installation();
  world.here.failed(ONE, 15);
  world.share();
  expect(world.processes.map((each) => each.shows(ONE)?.breaker)).toEqual(['OPEN', 'OPEN']);
  return world;
}

describe('the figures of a channel', () => {
  it('are in every process what one process would have seen of all calls', () => {
    const call = fc.record({ by: fc.nat(2), ms: fc.integer({ min: 1, max: 60_000 }), failed: fc.boolean(), share: fc.boolean() });
    const end = ({ health }: HealthProcess, ms: number, failed: boolean) => {
      if (failed) health.failed(at(WATCHED), 0, 'HTTP 500');
      else health.succeeded(at(WATCHED), 0, ms, ms / 2);
    };
    fc.assert(
      fc.property(fc.array(call, { maxLength: 200 }), (calls) => {
        const [many, alone] = [installation(3), installation(1)];
        for (const { by, ms, failed, share } of calls) {
          end(alone.here, ms, failed);
          end(many.processes[by] ?? many.here, ms, failed);
          if (share) many.share();
        }
        many.share();
        expect(many.processes.map((each) => each.shows(WATCHED))).toEqual(Array(3).fill(alone.here.shows(WATCHED)));
      }),
    );
  });

  it('are told when there is something new, once, and never on', () => {
    const { here, there, told, deliver } = installation();
    here.health.tellFigures();
    expect(told).toEqual([]);
    here.answered(ONE, 3);
    here.failed(ONE, 1);
    here.health.tellFigures();
    here.health.tellFigures();
    expect(told.map(({ text }) => newsIn(text))).toEqual([
      {
        ...{ kind: 'figures', channelId: 'one', upstreamModel: 'm' },
        figures: { format: FIGURES_FORMAT, calls: 4, failures: 1, why: 'HTTP 503', latency: [[27, 3]], firstToken: [[19, 3]] },
      },
    ]);
    deliver();
    there.health.tellFigures();
    expect([told, there.shows(ONE)?.requests]).toEqual([[], 4]);
  });

  it('fall out of the window of every process', () => {
    const { here, there, clock, share } = installation();
    here.answered(ONE, 4);
    share();
    clock.time += WINDOW_MS;
    expect(there.shows(ONE)).toMatchObject({ requests: 0, latencyMs: here.shows(ONE)?.latencyMs });
  });

  it('are kept of what the catalog sells, and of nothing else', () => {
    const { here, there, told, deliver, share } = installation();
    const figures = { format: FIGURES_FORMAT, calls: 1, failures: 0, why: '', latency: [[10, 1]], firstToken: [] };
    for (const of of [
      { channelId: 'unknown', upstreamModel: 'm' },
      { channelId: 'one', upstreamModel: 'unknown' },
    ]) {
      for (const news of [
        { kind: 'figures', ...of, figures },
        { kind: 'opened', ...of, forMs: 1_000, reason: 'it failed' },
      ]) {
        told.push({ by: 1, text: JSON.stringify(news) });
      }
    }
    deliver();
    expect([here.health.breakers(), here.health.known('unknown')]).toEqual([[], undefined]);
    there.answered(ONE, 1);
    share();
    expect(here.health.breakers()).toEqual([{ channel: 'one', upstreamModel: 'm', state: 'CLOSED' }]);
  });
});

describe('a breaker that hears of calls of other processes', () => {
  it('opens in all of them by the sum, where none has seen enough calls by itself', () => {
    const { processes, here, there, share } = installation(3);
    fourOfTenFail(here);
    fourOfTenFail(there);
    expect(processes.map((each) => each.restsFor(ONE))).toEqual([undefined, undefined, undefined]);
    share();
    for (const each of processes) {
      expect(each.shows(ONE)).toMatchObject({ breaker: 'OPEN', requests: 20, failures: 8 });
      expect(each.shows(ONE)?.reason).toBe('8 of 20 calls within 10 s failed, the last one with HTTP 503.');
    }
  });

  it('opens once, for as long as if one process had seen it all, although several come to it at once', () => {
    const { processes, here, there, clock, share, deliver } = installation();
    fourOfTenFail(here);
    fourOfTenFail(there);
    share();
    expect(processes.map((each) => each.restsFor(ONE))).toEqual([5_000, 5_000]);
    deliver();
    share();
    expect(processes.map((each) => each.restsFor(ONE))).toEqual([5_000, 5_000]);
    clock.time += 5_000;
    here.failed(ONE, 1);
    deliver();
    expect(processes.map((each) => each.restsFor(ONE))).toEqual([10_000, 10_000]);
  });

  it('tells those that missed some of the calls', () => {
    const { processes, here, there, told, deliver } = installation(3);
    fourOfTenFail(here);
    fourOfTenFail(there);
    there.health.tellFigures();
    const [news] = told.splice(0).map(({ text }) => newsIn(text));
    if (news === undefined) throw new Error('it told of its calls');
    here.hear(news);
    deliver();
    expect(processes.map((each) => each.restsFor(ONE))).toEqual([5_000, 5_000, 5_000]);
  });

  it('opens at a failure of its own as well, once the others are heard', () => {
    const { here, there, share } = installation();
    here.answered(ONE, 12);
    here.failed(ONE, 7);
    share();
    there.failed(ONE, 1);
    expect(there.shows(ONE)).toMatchObject({ breaker: 'OPEN', requests: 20, failures: 8 });
  });

  it('does not take failures of several processes for failures in a row', () => {
    const { processes, share } = installation();
    for (const each of processes) each.failed(ONE, 9);
    share();
    expect(processes.map((each) => each.shows(ONE)?.breaker)).toEqual(['CLOSED', 'CLOSED']);
  });

  it('goes by what the catalog says of the channel, also where no request went there', () => {
    const { processes, here, share } = installation();
    here.answered(PATIENT, 10);
    here.failed(PATIENT, 14);
    here.failed(WATCHED, 60);
    share();
    expect(processes.map((each) => [each.restsFor(PATIENT), each.restsFor(WATCHED)])).toEqual(Array(2).fill([undefined, undefined]));
    for (const each of processes) expect(each.shows(WATCHED)).toMatchObject({ breaker: 'CLOSED', failures: 60 });
  });

  it('that closed is not opened again by calls from before, however late they are told', () => {
    const { processes, here, there, clock, told, share, deliver } = bothOpen();
    // Where nothing else is left a channel is tried all the same.
    there.failed(ONE, 30);
    there.health.tellFigures();
    const late = told.splice(0);
    there.failed(ONE, 30);
    clock.time += 5_000;
    here.answered(ONE, PROBES);
    expect(here.shows(ONE)?.breaker).toBe('CLOSED');
    told.unshift(...late);
    deliver();
    clock.time += LATE_MS;
    share();
    for (const each of processes) expect(each.shows(ONE)).toMatchObject({ breaker: 'CLOSED', requests: 0 });
  });

  it('that closed hears of new failures soon after', () => {
    const { here, there, clock, share } = bothOpen();
    clock.time += 5_000;
    here.answered(ONE, PROBES);
    share();
    clock.time += LATE_MS;
    fourOfTenFail(here);
    fourOfTenFail(there);
    share();
    expect(here.shows(ONE)).toMatchObject({ breaker: 'OPEN', requests: 20, failures: 8 });
  });

  it('that is being probed waits for its own probes, whatever the others see', () => {
    const { here, there, clock, share } = bothOpen();
    clock.time += 5_000;
    const probe = here.health.begin(at(ONE));
    for (const call of ['answered', 'failed'] as const) {
      // As calls end that began before it opened.
      for (let time = 0; time < 40; time += 1) {
        if (call === 'failed') there.health.failed(at(ONE), 0, 'HTTP 500');
        else there.health.succeeded(at(ONE), 0, 10, null);
      }
      share();
      expect(here.shows(ONE)?.breaker).toBe('HALF_OPEN');
    }
    expect(here.shows(ONE)).toMatchObject({ requests: 95, failures: 55 });
    here.health.succeeded(at(ONE), probe, 10, null);
    here.answered(ONE, PROBES - 1);
    expect(here.shows(ONE)).toMatchObject({ breaker: 'CLOSED', requests: 0 });
  });
});
