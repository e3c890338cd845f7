import { aCatalog, aChannel, aModel, aRoute } from '../../test/support/catalog-builders';
import { aKey } from '../../test/support/key-builders';
import { callableNames } from './callable-names';

const catalog = aCatalog({
  models: [aModel('idle'), aModel('backed'), aModel('crossing')],
  channels: [aChannel('on'), aChannel('off', { enabled: false })],
  routes: [
    aRoute('idle', 'ORDINARY', ['off']),
    aRoute('backed', 'ORDINARY', ['off', 'on']),
    aRoute('crossing', 'ORDINARY', ['off']),
    aRoute('crossing', 'OFFICIAL', ['on']),
  ],
});

describe('the names that a key can call now', () => {
  it('leave out models whose channels are all disabled, unless the key may cross over to one that is not', () => {
    const names = (crossBucketFallback: boolean) =>
      callableNames(catalog, aKey({ routePolicy: 'ORDINARY_FIRST', crossBucketFallback })).map(({ name }) => name);
    expect(names(false)).toEqual(['backed']);
    expect(names(true)).toEqual(['backed', 'crossing']);
  });
});
