import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { UsageGroup, UsageInterval, UsagePoint } from '../../../ledger/usage-report';
import type { GraphContext } from '../context';
import { UsageGroupEnum, UsageIntervalEnum } from '../enums';
import { atMostInt, exactly } from '../large-counts';
import { FROM, periodOf, TO } from '../period';
import { DateTime } from '../scalars';
import { UsagePointNode } from './usage.type';

@Resolver()
export class UsageResolver {
  @Query(() => [UsagePointNode], {
    description:
      'What the requests of a time used, old to new: those that the caller may see, that have ended, and that a balance was chosen for. Equal to the sums over their receipts.',
  })
  async usage(
    @Ctx() { sources, scope }: GraphContext,
    @Arg('from', () => DateTime, FROM) from: number,
    @Arg('to', () => DateTime, TO) to: number,
    @Arg('interval', () => UsageIntervalEnum, { description: 'How long each point is.' }) interval: UsageInterval,
    @Arg('groupBy', () => UsageGroupEnum, { description: 'What is put together.' }) groupBy: UsageGroup,
  ): Promise<UsagePointNode[]> {
    return (await sources.usage.usage({ scope, ...periodOf(from, to), interval, groupBy })).map(viewPoint);
  }
}

function viewPoint(point: UsagePoint): UsagePointNode {
  return {
    ...point,
    inputTokens: atMostInt(point.inputTokens),
    outputTokens: atMostInt(point.outputTokens),
    inputTokensExact: exactly(point.inputTokens),
    outputTokensExact: exactly(point.outputTokens),
  };
}
