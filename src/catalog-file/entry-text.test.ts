import { aCatalog, aChannel, aModel, amount, aRoute } from '../../test/support/catalog-builders';
import { withKnownCosts } from './entry-text';

describe('a step that is written without a cost', () => {
  const none = { cachedInput: null, cacheWrite: null, perRequest: null };
  const known = { id: 'c#1', channelId: 'a', currency: 'USD', effectiveFrom: 0, input: amount('0.5'), output: amount('2') } as const;
  const cost = { ...known, ...none };
  const told = aRoute('m', 'ORDINARY', [{ channelId: 'a', cost }]);
  const silent = aRoute('m', 'OFFICIAL', ['a']);

  it.each([
    ['before', [told, silent]],
    ['after', [silent, told]],
  ])('has that of a route that tells it, also where one that tells none stands beside it (%s)', (_place, routes) => {
    const catalog = aCatalog({ models: [aModel('m')], channels: [aChannel('a')], routes });
    const { channels } = withKnownCosts({ model: 'm', channels: [{ channel: 'a' }] }, catalog);
    expect(channels).toEqual([{ channel: 'a', cost: { currency: 'USD', input: '0.5', output: '2' } }]);
  });
});
