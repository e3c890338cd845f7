import { Field, ObjectType } from 'type-graphql';
import type { Bucket } from '../../../kernel/words';
import type { SpendEvent } from '../../../ledger/spend-tail';
import { BucketEnum } from '../enums';
import { type EntryView, LedgerEntryNode, viewEntry } from '../ledger/ledger-entry.type';
import { Decimal } from '../scalars';

@ObjectType('SpendEvent', { description: 'One committed ledger entry, as it is told to those who follow the spend.' })
export class SpendEventNode {
  @Field(() => String, { description: 'Opaque; covers every wallet that the subscription sees. To be passed as `after`.' })
  readonly cursor: string;

  @Field(() => LedgerEntryNode, { description: 'The entry.' })
  readonly entry: EntryView;

  @Field(() => Decimal, { description: 'The balance of its wallet with this entry.' })
  readonly balance: bigint;

  @Field(() => Decimal, { description: 'That balance without what open holds reserved when the entry was committed.' })
  readonly available: bigint;

  @Field(() => BucketEnum, { description: 'Which of the two balances it is.' })
  readonly bucket: Bucket;
}

export function viewSpendEvent({ cursor, entry, available }: SpendEvent): SpendEventNode {
  return { cursor, entry: viewEntry(entry), balance: entry.balanceAfter, available, bucket: entry.bucket };
}
