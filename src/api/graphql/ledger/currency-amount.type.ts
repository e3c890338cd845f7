import { Field, ObjectType } from 'type-graphql';
import type { Currency } from '../../../kernel/words';
import { CurrencyEnum } from '../enums';
import { Decimal } from '../scalars';

@ObjectType('CurrencyAmount', { description: 'An amount of one currency. Amounts of different currencies are never added up.' })
export class CurrencyAmountNode {
  @Field(() => CurrencyEnum, { description: 'What it counts in.' })
  readonly currency: Currency;

  @Field(() => Decimal, { description: 'In units of the currency.' })
  readonly amount: bigint;
}
