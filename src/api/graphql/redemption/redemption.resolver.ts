import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { type Bucket, currencyOf } from '../../../kernel/words';
import { mayDecide, type Viewer } from '../../../keys/viewer';
import { makeCodes, type RedemptionMeans, redeem, revokeCode, stateOf } from '../../../ledger/redemption/redeem';
import { type RedemptionCode, redemptionKey } from '../../../ledger/redemption/redemption-store';
import type { LedgerEntry } from '../../../ledger/wallet';
import { accountAsked } from '../account-asked';
import type { GraphContext } from '../context';
import { BucketEnum } from '../enums';
import { LedgerEntryNode, viewEntry } from '../ledger/ledger-entry.type';
import { After, connectionOf, First, pageRequest } from '../pages';
import { DateTime, Decimal } from '../scalars';
import { CreatedRedemptionCode, RedemptionCodeConnection, RedemptionCodeNode } from './redemption.type';

const ONCE =
  'Yours to choose: the same one never makes codes a second time. A repeat with the same arguments fails with faultCode idempotency_settled and names the first of the codes that were made, whose text cannot be shown again: revokeRedemptionCode ends each. With other arguments: idempotency_mismatch.';

@Resolver()
export class RedemptionResolver {
  @Query(() => RedemptionCodeConnection, { description: 'Operators only. Every redemption code and how it stands, new to old.' })
  async redemptionCodes(
    @Ctx() context: GraphContext,
    @First() first: number | null,
    @After() after: string | null,
  ): Promise<RedemptionCodeConnection> {
    const { codes, reader } = operatorsMeans(context);
    const asked = pageRequest(first, after);
    const page = await codes.page(asked);
    const entries = await reader.entriesOfExternalKeys(page.items.map(({ node }) => redemptionKey(node.id)));
    return connectionOf(asked, page, (code) => viewCode(code, entries.get(redemptionKey(code.id)), context.now));
  }

  @Mutation(() => [CreatedRedemptionCode], { description: 'Operators only. Makes codes, and shows them this once.' })
  async createRedemptionCodes(
    @Ctx() context: GraphContext,
    @Arg('count', () => Int, { description: 'How many, 1 to 1000.' }) count: number,
    @Arg('bucket', () => BucketEnum, { description: 'The balance that each adds to.' }) bucket: Bucket,
    @Arg('amount', () => Decimal, { description: 'What each adds, above zero, in the currency of the bucket.' }) amount: bigint,
    @Arg('expiresAt', () => DateTime, { nullable: true, description: 'Left out: they do not expire.' }) expiresAt: number | null,
    @Arg('memo', () => String, { nullable: true, description: 'Shown on the entry of the redemption.' }) memo: string | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: ONCE }) idempotencyKey: string | null,
  ): Promise<CreatedRedemptionCode[]> {
    const wish = { count, bucket, amount, expiresAt: expiresAt ?? null, memo: memo ?? null };
    const made = await makeCodes(operatorsMeans(context), wish, idempotencyKey ?? null);
    return made.map(({ redemptionCode, code }) => ({ code, redemptionCode: viewCode(redemptionCode, undefined, context.now) }));
  }

  @Mutation(() => RedemptionCodeNode, { description: 'Operators only. The code can no longer be redeemed.' })
  async revokeRedemptionCode(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, { description: 'The id of the code, not the code.' }) id: string,
  ): Promise<RedemptionCodeNode> {
    return viewCode(await revokeCode(operatorsMeans(context), id), undefined, context.now);
  }

  @Mutation(() => LedgerEntryNode, {
    description: 'Adds what a code is worth to the account, once. For the owner of the account, who may ask again and gets the same entry.',
  })
  async redeem(
    @Ctx() context: GraphContext,
    @Arg('code', () => String, { description: 'As it was handed out; capitals, spaces and hyphens do not matter.' }) code: string,
    @Arg('accountId', () => ID, { nullable: true, description: 'For the operator; an owner redeems for its own account.' })
    accountId: string | null,
  ): Promise<LedgerEntryNode> {
    const account = accountThatRedeems(context.viewer, accountId ?? null);
    const guesses = context.viewer.kind === 'operator' ? null : context.sources.guesses;
    guesses?.check(account);
    try {
      return viewEntry(await redeem(meansOf(context), account, code));
    } catch (error) {
      if (error instanceof Fault && error.code === 'not_found') guesses?.failed(account);
      throw error;
    }
  }
}

function meansOf({ sources }: GraphContext): RedemptionMeans {
  return { codes: sources.codes, ledger: sources.commit, reader: sources.reader, clock: sources.clock };
}

/** @throws Fault `forbidden` for everybody else */
function operatorsMeans(context: GraphContext): RedemptionMeans {
  if (context.viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator may see and make redemption codes.');
  return meansOf(context);
}

function accountThatRedeems(viewer: Viewer, asked: string | null): string {
  if (viewer.kind === 'key') throw new Fault('forbidden', 'A key cannot redeem codes: ask with the token of its account.');
  if (!mayDecide(viewer)) throw new Fault('forbidden', 'A member cannot redeem codes: ask with the token of an owner.');
  const account = accountAsked(viewer, asked);
  if (viewer.kind === 'account' && viewer.accountId !== account)
    throw new Fault('forbidden', 'The owner of an account redeems for this account only: leave "accountId" out.', { param: 'accountId' });
  return account;
}

function viewCode(code: RedemptionCode, entry: LedgerEntry | undefined, now: number): RedemptionCodeNode {
  const { id, bucket, amount, memo, createdAt, expiresAt, revokedAt } = code;
  const shown = { id, bucket, currency: currencyOf(bucket), amount, memo, createdAt, expiresAt, revokedAt };
  return { ...shown, state: stateOf(code, entry, now), entry: entry === undefined ? null : viewEntry(entry) };
}
