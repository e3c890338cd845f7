/** Spend limits with what stands against them, and what a key spent. */
import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { counterAt, keyOwner, limitStanding, projectOwner, type SpendOwner } from '../../../gateway/views/key-standing';
import { BUCKETS, currencyOf, type SpendWindow } from '../../../kernel/words';
import type { Project } from '../../../keys/account-store';
import type { SpendLimit } from '../../../keys/api-key';
import { nextWindow, windowStart } from '../../../ledger/spend-counter';
import type { GraphContext } from '../context';
import { SpendWindowEnum } from '../enums';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { ApiKeyNode, KeyLimitsNode } from './api-key.type';
import type { KeyLimitsView, KeyView } from './key-view';
import { ProjectNode } from './project.type';
import { SpendLimitNode } from './spend-limit.type';

@Resolver(() => KeyLimitsNode)
export class KeyLimitsResolver {
  @FieldResolver(() => [SpendLimitNode], { description: 'Ceilings on the money of this key.' })
  spend(@Root() { spend, owner }: KeyLimitsView, @Ctx() context: GraphContext): Promise<SpendLimitNode[]> {
    return standings(context, keyOwner(owner), spend);
  }
}

@Resolver(() => ProjectNode)
export class ProjectLimitsResolver {
  @FieldResolver(() => [SpendLimitNode], { description: 'Ceilings on what all keys of the project spend together.' })
  spendLimits(@Root() project: Project, @Ctx() context: GraphContext): Promise<SpendLimitNode[]> {
    return standings(context, projectOwner(project), project.spendLimits);
  }
}

@Resolver(() => ApiKeyNode)
export class KeySpendResolver {
  @FieldResolver(() => [BucketAmountNode], { description: 'What the key was charged in the window of now, by bucket.' })
  spend(
    @Root() key: KeyView,
    @Ctx() { keys, now }: GraphContext,
    @Arg('window', () => SpendWindowEnum, {
      nullable: true,
      defaultValue: 'LIFETIME',
      description: 'Of the calendar in UTC; a week begins on Monday.',
    })
    window: SpendWindow | null,
  ): Promise<BucketAmountNode[]> {
    return Promise.all(
      BUCKETS.map(async (bucket) => {
        const { spent } = await keys.spendOf(counterAt(keyOwner(key), bucket, window ?? 'LIFETIME', now));
        return { bucket, currency: currencyOf(bucket), amount: spent };
      }),
    );
  }
}

function standings({ keys, now }: GraphContext, owner: SpendOwner, limits: readonly SpendLimit[]): Promise<SpendLimitNode[]> {
  return Promise.all(
    limits.map(async (limit) => {
      const { bucket, window } = limit;
      const standing = limitStanding(limit, await keys.spendOf(counterAt(owner, bucket, window, now)));
      return { ...standing, resetsAt: nextWindow(window, windowStart(window, now)) };
    }),
  );
}
