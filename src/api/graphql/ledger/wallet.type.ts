import { Field, ID, ObjectType } from 'type-graphql';
import { type Bucket, type Currency, currencyOf } from '../../../kernel/words';
import type { Wallet } from '../../../ledger/wallet';
import { BucketEnum, CurrencyEnum } from '../enums';
import { Decimal } from '../scalars';

@ObjectType('Wallet', { description: 'One balance of one account.' })
export class WalletNode {
  @Field(() => ID, { description: 'The account and the bucket: acme:RMB.' })
  readonly id: string;

  @Field(() => BucketEnum, { description: 'Which of the two balances it is.' })
  readonly bucket: Bucket;

  @Field(() => CurrencyEnum, { description: 'What it counts in.' })
  readonly currency: Currency;

  @Field(() => Decimal, { description: 'What the ledger says: the sum of the entries.' })
  readonly balance: bigint;

  @Field(() => Decimal, { description: 'Reserved by open holds.' })
  readonly held: bigint;

  @Field(() => Decimal, { description: 'balance - held.' })
  readonly available: bigint;
}

export function viewWallet({ id, bucket, posted, held }: Wallet): WalletNode {
  return { id, bucket, currency: currencyOf(bucket), balance: posted, held, available: posted - held };
}
