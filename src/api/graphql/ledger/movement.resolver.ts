import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import type { Bucket } from '../../../kernel/words';
import { adjust, type MovementMeans, refund, topUp } from '../../../ledger/movements';
import type { GraphContext } from '../context';
import { BucketEnum } from '../enums';
import { Decimal } from '../scalars';
import { LedgerEntryNode, viewEntry } from './ledger-entry.type';

const KEY = 'Yours to choose: the same key with the same content gives the same entry, and never moves money twice, by whichever mutation.';
const ACCOUNT = { description: 'The account that owns the balance.' };
const BUCKET = { description: 'Which of its two balances.' };

@Resolver()
export class MovementResolver {
  @Mutation(() => LedgerEntryNode, { description: 'Operators only. Adds money to a balance.' })
  async topUp(
    @Ctx() context: GraphContext,
    @Arg('accountId', () => ID, ACCOUNT) accountId: string,
    @Arg('bucket', () => BucketEnum, BUCKET) bucket: Bucket,
    @Arg('amount', () => Decimal, { description: 'Above zero, in the currency of the bucket.' }) amount: bigint,
    @Arg('idempotencyKey', () => String, { description: KEY }) idempotencyKey: string,
    @Arg('memo', () => String, { nullable: true, description: 'Shown on the entry.' }) memo: string | null,
  ): Promise<LedgerEntryNode> {
    return viewEntry(await topUp(operatorsMeans(context), { accountId, bucket, amount, idempotencyKey, memo: memo ?? null }));
  }

  @Mutation(() => LedgerEntryNode, { description: 'Operators only. Gives back a charge, in part or whole, to the balance that paid it.' })
  async refund(
    @Ctx() context: GraphContext,
    @Arg('receiptId', () => ID, { description: 'The receipt of the charge.' }) receiptId: string,
    @Arg('amount', () => Decimal, { nullable: true, description: 'Left out: all that is left of the charge.' }) amount: bigint | null,
    @Arg('idempotencyKey', () => String, { description: KEY }) idempotencyKey: string,
    @Arg('memo', () => String, { description: 'Why; shown on the entry.' }) memo: string,
  ): Promise<LedgerEntryNode> {
    return viewEntry(await refund(operatorsMeans(context), { receiptId, amount: amount ?? null, idempotencyKey, memo }));
  }

  @Mutation(() => LedgerEntryNode, {
    description: 'Operators only. Corrects a balance: a negative amount takes money, and never what holds reserve.',
  })
  async adjust(
    @Ctx() context: GraphContext,
    @Arg('accountId', () => ID, ACCOUNT) accountId: string,
    @Arg('bucket', () => BucketEnum, BUCKET) bucket: Bucket,
    @Arg('amount', () => Decimal, { description: 'Signed, in the currency of the bucket.' }) amount: bigint,
    @Arg('idempotencyKey', () => String, { description: KEY }) idempotencyKey: string,
    @Arg('memo', () => String, { description: 'Why; shown on the entry.' }) memo: string,
  ): Promise<LedgerEntryNode> {
    return viewEntry(await adjust(operatorsMeans(context), { accountId, bucket, amount, idempotencyKey, memo }));
  }
}

/** @throws Fault `forbidden` for everybody else */
function operatorsMeans({ viewer, sources }: GraphContext): MovementMeans {
  if (viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator may move money.');
  return { ledger: sources.commit, reader: sources.reader, clock: sources.clock };
}
