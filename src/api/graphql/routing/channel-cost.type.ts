import { Field, ID, ObjectType } from 'type-graphql';
import type { Currency } from '../../../kernel/words';
import { CurrencyEnum } from '../enums';
import { DateTime } from '../scalars';
import { PriceFields } from './price.type';

@ObjectType('ChannelCost', {
  description: 'One immutable version of what a channel charges the operator. Amounts are per one million tokens. It changes no charge.',
})
export class ChannelCostNode extends PriceFields {
  @Field(() => ID, { description: 'Names this version for ever.' })
  readonly id: string;

  @Field(() => CurrencyEnum, { description: 'What the upstream bills in; it need not be the currency of the route.' })
  readonly currency: Currency;

  @Field(() => DateTime, { description: 'Attempts from this instant on are counted at it.' })
  readonly effectiveFrom: number;
}
