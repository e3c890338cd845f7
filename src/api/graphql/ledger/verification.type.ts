import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType('LedgerVerification', {
  description: 'The whole chain recomputed from the rows: every balance, every hold, every charge, every seal.',
})
export class LedgerVerificationNode {
  @Field(() => Boolean, { description: 'Whether nothing is wrong.' })
  readonly ok: boolean;

  @Field(() => Int, { description: 'How many entries of the wallet were read.' })
  readonly entries: number;

  @Field(() => String, {
    nullable: true,
    description: 'The transaction batch up to which all entries of the wallet are sealed; null: the first one is not sealed yet.',
  })
  readonly sealedThrough: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The hash of the newest seal, of all wallets. Keep it, and you can tell later whether the chain was made anew.',
  })
  readonly headHash: string | null;

  @Field(() => ID, { nullable: true, description: 'The first entry that is wrong; null: none is, or what is wrong is no entry.' })
  readonly firstBadEntryId: string | null;

  @Field(() => String, { nullable: true, description: 'What is wrong first, in words: the row, and the invariant by its number.' })
  readonly problem: string | null;
}
