import { Field, ID, InputType } from 'type-graphql';
import type { EntryKind } from '../../../kernel/words';
import type { EntryFilter } from '../../../ledger/ledger-reader';
import { EntryKindEnum } from '../enums';
import { given } from '../given';
import { DateTime } from '../scalars';

@InputType('LedgerFilter', { description: 'Entries that meet every condition that is set.' })
export class LedgerFilterInput {
  @Field(() => EntryKindEnum, { nullable: true, description: 'Only this kind.' })
  readonly kind?: EntryKind | null;

  @Field(() => ID, { nullable: true, description: 'Only entries that this key caused: what was given back of its calls is none of them.' })
  readonly apiKeyId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Not before.' })
  readonly from?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Before.' })
  readonly to?: number | null;
}

export function entryFilter(input: LedgerFilterInput | null | undefined, walletId?: string): EntryFilter {
  return { ...given(input), ...(walletId === undefined ? {} : { walletId }) };
}
