import { Field, ID, ObjectType } from 'type-graphql';
import type { EntryKind } from '../../../kernel/words';
import type { LedgerEntry } from '../../../ledger/wallet';
import { EntryKindEnum } from '../enums';
import { type Connection, connectionType } from '../pages';
import { DateTime, Decimal } from '../scalars';

@ObjectType('LedgerEntry', { description: "One immutable line of a wallet's history.", simpleResolvers: true })
export class LedgerEntryNode {
  @Field(() => ID, { description: 'Names the entry for ever.' })
  readonly id: string;

  @Field(() => String, { description: 'Its place in lists: opaque, stable.' })
  readonly cursor: string;

  @Field(() => ID, { description: 'The entries of one transaction add up to zero over all the accounts that it touches.' })
  readonly transactionId: string;

  @Field(() => EntryKindEnum, { description: 'What moved the money.' })
  readonly kind: EntryKind;

  @Field(() => Decimal, { description: 'Signed: a charge is negative.' })
  readonly amount: bigint;

  @Field(() => Decimal, { description: 'The balance of the wallet before this entry.' })
  readonly balanceBefore: bigint;

  @Field(() => Decimal, { description: 'balanceBefore + amount.' })
  readonly balanceAfter: bigint;

  @Field(() => String, { nullable: true, description: 'What was noted with it.' })
  readonly memo: string | null;

  @Field(() => DateTime, { description: 'When it was written.' })
  readonly createdAt: number;
}

export const LedgerEntryConnection = connectionType('LedgerEntry', LedgerEntryNode, { one: 'entry', many: 'entries' });
export type LedgerEntryConnection = Connection<LedgerEntryNode>;

/** An entry with the ids that its nested fields are loaded by. */
export type EntryView = LedgerEntryNode & Pick<LedgerEntry, 'walletId' | 'apiKeyId' | 'receiptId' | 'runId'>;

/** A transfer is a transaction of its own: its two sides add up to zero. */
export function viewEntry(entry: LedgerEntry): EntryView {
  return { ...entry, transactionId: entry.id };
}
