import { Field, ObjectType } from 'type-graphql';
import { type EntryView, LedgerEntryNode } from '../ledger/ledger-entry.type';
import { ReceiptNode } from '../receipts/receipt.type';
import { ReceiptLineNode } from '../receipts/receipt-parts.type';

@ObjectType('SpendExplanation', {
  description: 'How one line came about: formula, inputs, price version, the rule that chose route and bucket.',
})
export class SpendExplanationNode {
  @Field(() => LedgerEntryNode, { description: 'The line.' })
  readonly entry: EntryView;

  @Field(() => ReceiptNode, { nullable: true, description: 'The receipt that it belongs to.' })
  readonly receipt: ReceiptNode | null;

  @Field(() => String, { description: 'In words: what was charged, why from this balance, what each channel did, and what was counted.' })
  readonly text: string;

  @Field(() => [ReceiptLineNode], { description: 'In numbers, adding up to the charge.' })
  readonly lines: ReceiptLineNode[];
}
