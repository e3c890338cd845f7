/** A price version as it is read: with its currency, which its route decides. */
import { bucketOf, type Currency, currencyOf } from '../../../kernel/words';
import { type PriceVersion, routeId } from '../../../routing/catalog';

export type PriceView = Omit<PriceVersion, 'id' | 'routeId' | 'channelId'> & {
  readonly versionId: string;
  readonly currency: Currency;
};

export function viewPrice({ id, routeId: route, channelId: _step, ...amounts }: PriceVersion): PriceView {
  const type = route.endsWith(routeId('', 'OFFICIAL')) ? 'OFFICIAL' : 'ORDINARY';
  return { ...amounts, versionId: id, currency: currencyOf(bucketOf(type)) };
}
