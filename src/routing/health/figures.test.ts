import { aCatalogOf, aChannel } from '../../../test/support/catalog-builders';
import { healthInstallation } from '../../../test/support/health-installation';
import { fc } from '../../../test/support/properties';
import { FIGURES_FORMAT } from './figures';
import { newsIn } from './health-news';

const ONE = aChannel('one');
const GOOD = { format: FIGURES_FORMAT, calls: 3, failures: 1, why: 'HTTP 500', latency: [[10, 2]], firstToken: [] };
const textOf = (figures: unknown) => JSON.stringify({ kind: 'figures', channelId: 'one', upstreamModel: 'm', figures });

describe('figures of another process', () => {
  it('are read as they were told', () => {
    expect(newsIn(textOf(GOOD))).toEqual({ kind: 'figures', channelId: 'one', upstreamModel: 'm', figures: GOOD });
  });

  it.each<[string, unknown]>([
    ['nothing in them', null],
    ['another format', { ...GOOD, format: FIGURES_FORMAT + 1 }],
    ['a number that is missing', { ...GOOD, calls: undefined }],
    ['a negative number', { ...GOOD, calls: -1, failures: -1 }],
    ['a part of a call', { ...GOOD, calls: 2.5 }],
    ['more calls than there can be', { ...GOOD, calls: 1e15 }],
    ['more failures than calls', { ...GOOD, failures: 4 }],
    ['a failure that is no word', { ...GOOD, why: 7 }],
    ['durations that are none', { ...GOOD, latency: 'fast' }],
    ['a bin that does not exist', { ...GOOD, latency: [[96, 1]] }],
    ['a bin between two others', { ...GOOD, firstToken: [[0.5, 1]] }],
    ['a count that is a text', { ...GOOD, latency: [[10, '1']] }],
    ['half a bin', { ...GOOD, latency: [[10]] }],
    ['more bins than there are', { ...GOOD, latency: Array(97).fill([1, 1]) }],
  ])('are not believed at all with %s', (_, figures) => {
    expect(newsIn(textOf(figures))).toBeUndefined();
  });

  it('are not even read when they are far too long, and their words are cut', () => {
    expect(newsIn(textOf({ ...GOOD, why: 'x'.repeat(20_000) }))).toBeUndefined();
    expect(newsIn(textOf({ ...GOOD, why: 'x'.repeat(2_000) }))).toMatchObject({ figures: { why: 'x'.repeat(100) } });
  });

  it('leave numbers that can be shown, whatever was sent', () => {
    const number = fc.oneof({ weight: 20, arbitrary: fc.nat(90) }, fc.integer(), fc.double(), fc.constantFrom(1_000_000, '1', null));
    const bins = fc.oneof({ weight: 20, arbitrary: fc.array(fc.tuple(number, number), { maxLength: 5 }) }, fc.jsonValue());
    const figures = fc.record({ calls: number, failures: number, why: fc.string(), latency: bins, firstToken: bins });
    fc.assert(
      fc.property(fc.array(figures, { maxLength: 20 }), (many) => {
        const { here, told, deliver } = healthInstallation(2, aCatalogOf([ONE], ['m']));
        told.push(...many.map((each) => ({ by: 1, text: textOf({ format: FIGURES_FORMAT, ...each }) })));
        deliver();
        here.answered(ONE, 1);
        const shown = here.shows(ONE);
        expect(shown?.failures).toBeLessThan(shown?.requests ?? 0);
        for (const value of [shown?.requests, shown?.latencyMs, shown?.slowLatencyMs, shown?.timeToFirstTokenMs]) {
          expect(Number.isSafeInteger(value)).toBe(true);
        }
      }),
    );
  });
});
