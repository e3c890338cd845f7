import { aCatalog, aChannel, aModel, amount, aPrice, aRoute } from '../../test/support/catalog-builders';
import type { PriceVersion } from './catalog';
import { unreachedPrices } from './unreached-prices';

const above = (...thresholds: readonly number[]): Partial<PriceVersion> => ({
  longPrompts: thresholds.map((each) => ({ above: each, input: amount('2'), output: amount('8') })),
});
const priced = (...thresholds: readonly number[]) => aPrice({ routeId: 'm:ORDINARY', ...above(...thresholds) });

describe('the prices of long prompts that no prompt reaches', () => {
  const unreached = (price: PriceVersion, more: { upcoming?: PriceVersion[]; step?: PriceVersion } = {}) => {
    const { upcoming = [], step = null } = more;
    const route = { ...aRoute('m', 'ORDINARY', ['a', { channelId: 'b', price: step }]), price, upcoming };
    const models = [aModel('m', { contextWindow: 8_000 }), aModel('unsold', { contextWindow: 1 })];
    return unreachedPrices(aCatalog({ models, channels: [aChannel('a'), aChannel('b')], routes: [route] }));
  };
  const found = (thresholds: readonly number[], channel: string | null = null) =>
    thresholds.map((each) => ({ route: 'm:ORDINARY', channel, above: each, contextWindow: 8_000 }));

  it('are those whose threshold is the context window of the model, or more', () => {
    expect(unreached(priced())).toEqual([]);
    expect(unreached(priced(7_999))).toEqual([]);
    expect(unreached(priced(7_999, 8_000, 200_000))).toEqual(found([8_000, 200_000]));
  });

  it('are found in the price of a channel and in prices that begin later as well, each once', () => {
    const ofStep = { ...priced(9_000), channelId: 'b' };
    const later = { ...priced(10_000), effectiveFrom: 1 };
    const all = unreached(priced(), { step: ofStep, upcoming: [later, { ...ofStep, effectiveFrom: 2 }] });
    expect(all).toEqual([...found([10_000]), ...found([9_000], 'b')]);
  });
});
