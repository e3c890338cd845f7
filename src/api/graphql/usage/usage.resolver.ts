import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import type { UsageGroup, UsageInterval, UsagePoint } from '../../../ledger/usage-report';
import type { GraphContext } from '../context';
import { UsageGroupEnum, UsageIntervalEnum } from '../enums';
import { atMostInt, exactly } from '../large-counts';
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
    @Arg('from', () => DateTime, { description: 'Requests received from this instant on.' }) from: number,
    @Arg('to', () => DateTime, { description: 'Requests received before this instant.' }) to: number,
    @Arg('interval', () => UsageIntervalEnum, { description: 'How long each point is.' }) interval: UsageInterval,
    @Arg('groupBy', () => UsageGroupEnum, { description: 'What is put together.' }) groupBy: UsageGroup,
  ): Promise<UsagePointNode[]> {
    if (from >= to) throw new Fault('invalid_request', '"from" must be before "to".', { param: 'from' });
    return (await sources.usage.usage({ scope, from, to, interval, groupBy })).map(viewPoint);
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
