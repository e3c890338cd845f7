import { Field, ID, ObjectType } from 'type-graphql';
import type { Bucket, Currency } from '../../../kernel/words';
import type { RedemptionState } from '../../../ledger/redemption/redeem';
import { BucketEnum, CurrencyEnum, RedemptionStateEnum } from '../enums';
import { LedgerEntryNode } from '../ledger/ledger-entry.type';
import { type Connection, connectionType } from '../pages';
import { DateTime, Decimal } from '../scalars';

@ObjectType('RedemptionCode', { description: 'A code that adds money to the balance of one account, once. Its text is not kept.' })
export class RedemptionCodeNode {
  @Field(() => ID, { description: 'Names it for the operator. It is not the code.' })
  readonly id: string;

  @Field(() => RedemptionStateEnum, { description: 'How it stands now.' })
  readonly state: RedemptionState;

  @Field(() => BucketEnum, { description: 'The balance that it adds to.' })
  readonly bucket: Bucket;

  @Field(() => CurrencyEnum, { description: 'The currency of the bucket.' })
  readonly currency: Currency;

  @Field(() => Decimal, { description: 'What it adds.' })
  readonly amount: bigint;

  @Field(() => String, { nullable: true, description: 'Shown on the entry.' })
  readonly memo: string | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt: number;

  @Field(() => DateTime, { nullable: true, description: 'From then on it cannot be redeemed; null: never.' })
  readonly expiresAt: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When the operator revoked it.' })
  readonly revokedAt: number | null;

  @Field(() => LedgerEntryNode, { nullable: true, description: 'The entry of its redemption, which names the wallet.' })
  readonly entry: LedgerEntryNode | null;
}

@ObjectType('CreatedRedemptionCode', { description: 'The only time that the code is shown.' })
export class CreatedRedemptionCode {
  @Field(() => RedemptionCodeNode, { description: 'What was made.' })
  readonly redemptionCode: RedemptionCodeNode;

  @Field(() => String, { description: 'What its owner types: five groups of five characters.' })
  readonly code: string;
}

export const RedemptionCodeConnection = connectionType('RedemptionCode', RedemptionCodeNode, {
  one: 'redemption code',
  many: 'redemption codes',
});
export type RedemptionCodeConnection = Connection<RedemptionCodeNode>;
