import { Field, Int, ObjectType } from 'type-graphql';
import { PageInfoNode } from '../pages';
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

@ObjectType('ReceiptEdge', { description: 'A receipt and its place in the list.' })
class ReceiptEdge {
  @Field(() => String, { description: 'To be passed as `after`.' })
  readonly cursor: string;

  @Field(() => ReceiptNode, { description: 'The receipt.' })
  readonly node: ReceiptNode;
}

@ObjectType('ReceiptConnection', { description: 'A page of receipts, new to old.' })
export class ReceiptConnection {
  @Field(() => [ReceiptEdge], { description: 'The receipts with their cursors.' })
  readonly edges: ReceiptEdge[];

  @Field(() => [ReceiptNode], { description: 'The receipts alone.' })
  readonly nodes: ReceiptNode[];

  @Field(() => PageInfoNode, { description: 'Where the page ends.' })
  readonly pageInfo: PageInfoNode;
}
