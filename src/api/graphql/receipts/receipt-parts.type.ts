import { Field, Int, ObjectType } from 'type-graphql';
import { type Connection, connectionType } from '../pages';
import { Decimal } from '../scalars';
import { ReceiptNode } from './receipt.type';

@ObjectType('ReceiptLine', { description: 'One line of a charge.' })
export class ReceiptLineNode {
  @Field(() => String, { description: 'What it is for.' })
  readonly label: string;

  @Field(() => Int, { nullable: true, description: 'How many; null on a line that counts no tokens.' })
  readonly tokens: number | null;

  @Field(() => Decimal, {
    nullable: true,
    description: 'Per one million tokens, the multiplier included, floored to the nano; the amount is not made of it.',
  })
  readonly unitPrice: bigint | null;

  @Field(() => Decimal, { description: 'Its share of the charge, floored to the nano.' })
  readonly amount: bigint;
}

export const ReceiptConnection = connectionType('Receipt', ReceiptNode, { one: 'receipt', many: 'receipts' });
export type ReceiptConnection = Connection<ReceiptNode>;
