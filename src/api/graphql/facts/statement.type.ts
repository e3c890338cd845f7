import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Bucket, Currency, EntryKind } from '../../../kernel/words';
import { BucketEnum, CurrencyEnum, EntryKindEnum } from '../enums';
import { DateTime, Decimal } from '../scalars';

@ObjectType('StatementTotal', { description: 'The entries of one kind, added up.' })
export class StatementTotalNode {
  @Field(() => EntryKindEnum, { description: 'What moved the money.' })
  readonly kind: EntryKind;

  @Field(() => Int, { description: 'How many there are.' })
  readonly entries: number;

  @Field(() => Decimal, { description: 'Signed: charges are negative.' })
  readonly amount: bigint;
}

@ObjectType('StatementWallet', { description: 'A wallet over a month: opening, and its entries added up, is closing.' })
export class StatementWalletNode {
  @Field(() => ID, { description: 'The account and the bucket: acme:RMB.' })
  readonly walletId: string;

  @Field(() => BucketEnum, { description: 'Which of the two balances it is.' })
  readonly bucket: Bucket;

  @Field(() => CurrencyEnum, { description: 'What it counts in.' })
  readonly currency: Currency;

  @Field(() => Decimal, { description: 'The balance at the start of the month: the closing balance of the month before.' })
  readonly opening: bigint;

  @Field(() => Decimal, { description: 'The balance at its end; of a month that still runs, the balance now.' })
  readonly closing: bigint;
}

@ObjectType('Statement', { description: 'What happened to the wallets of an account in a month.' })
export class StatementNode {
  @Field(() => ID, { description: 'The account.' })
  readonly accountId: string;

  @Field(() => String, { description: 'The month, in UTC: 2026-11.' })
  readonly month: string;

  @Field(() => DateTime, { description: 'Its first instant.' })
  readonly from: number;

  @Field(() => DateTime, { description: 'The first instant after it.' })
  readonly to: number;

  @Field(() => [StatementWalletNode], { description: 'RMB first.' })
  readonly wallets: StatementWalletNode[];
}
