import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Currency } from '../../../kernel/words';
import { CurrencyEnum } from '../enums';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { CurrencyAmountNode } from '../ledger/currency-amount.type';
import { type Connection, connectionType } from '../pages';
import { DateTime, Decimal } from '../scalars';

@ObjectType('Margin', { description: 'What the requests of a key, route, channel or account brought in, and what they cost.' })
export class MarginNode {
  @Field(() => String, { description: 'The id of the key, route, channel or account.' })
  readonly group: string;

  @Field(() => Int, { description: 'How many requests have ended; by channel: those whose last try it was.' })
  readonly requests: number;

  @Field(() => [BucketAmountNode], { description: 'What was charged.' })
  readonly charges: BucketAmountNode[];

  @Field(() => [BucketAmountNode], { description: 'What was given back of these charges, whenever it was.' })
  readonly refunds: BucketAmountNode[];

  @Field(() => [CurrencyAmountNode], {
    description: 'What channels charge for the attempts, the failed ones included, as far as it is known.',
  })
  readonly costs: CurrencyAmountNode[];

  @Field(() => Int, { description: 'Attempts that used something for which the catalog named no cost.' })
  readonly attemptsWithoutCost: number;

  @Field(() => [CurrencyAmountNode], {
    description: 'What answers would have cost above their holds: never charged, and no part of the margin.',
  })
  readonly overages: CurrencyAmountNode[];

  @Field(() => CurrencyAmountNode, {
    nullable: true,
    description: 'Charges less refunds less costs; null where they are of two currencies, or a cost is not known.',
  })
  readonly margin: CurrencyAmountNode | null;

  @Field(() => String, { nullable: true, description: 'Why there is no margin.' })
  readonly marginReason: string | null;
}

@ObjectType('Overage', { description: 'An answer that cost more than its hold. The difference is the loss of the operator.' })
export class OverageNode {
  @Field(() => ID, { description: 'Names it for ever.' })
  readonly id: string;

  @Field(() => ID, { description: 'The receipt of the request.' })
  readonly receiptId: string;

  @Field(() => ID, { description: 'The key that made the request.' })
  readonly apiKeyId: string;

  @Field(() => CurrencyEnum, { description: 'What it counts in.' })
  readonly currency: Currency;

  @Field(() => Decimal, { description: 'What was not charged.' })
  readonly amount: bigint;

  @Field(() => DateTime, { description: 'When the request was settled.' })
  readonly createdAt: number;
}

export const OverageConnection = connectionType('Overage', OverageNode, { one: 'overage', many: 'overages' });
export type OverageConnection = Connection<OverageNode>;
