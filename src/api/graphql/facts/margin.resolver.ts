import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { currencyOf } from '../../../kernel/words';
import { type InBucket, type MarginGroup, type MoneyFacts, type MoneyOfGroup, marginOf } from '../../../ledger/money-facts';
import type { GraphContext } from '../context';
import { MarginGroupEnum } from '../enums';
import type { BucketAmountNode } from '../ledger/bucket-amount.type';
import { After, connectionOf, First, pageRequest } from '../pages';
import { FROM, periodOf, TO } from '../period';
import { DateTime } from '../scalars';
import { MarginNode, OverageConnection } from './margin.type';

@Resolver()
export class MarginResolver {
  @Query(() => [MarginNode], { description: 'Operators only. What the requests of a time brought in and what they cost, by group.' })
  async margins(
    @Ctx() context: GraphContext,
    @Arg('from', () => DateTime, FROM) from: number,
    @Arg('to', () => DateTime, TO) to: number,
    @Arg('groupBy', () => MarginGroupEnum, { description: 'What is put together.' }) groupBy: MarginGroup,
  ): Promise<MarginNode[]> {
    return (await operatorsFacts(context).moneyBy(groupBy, periodOf(from, to))).map(viewMoney);
  }

  @Query(() => OverageConnection, { description: 'Operators only. Answers that cost more than their holds, new to old.' })
  async overages(@Ctx() context: GraphContext, @First() first: number | null, @After() after: string | null): Promise<OverageConnection> {
    const page = pageRequest(first, after);
    return connectionOf(page, await operatorsFacts(context).overages(page), (overage) => overage);
  }
}

/** @throws Fault `forbidden` for everybody else */
function operatorsFacts({ viewer, sources }: GraphContext): MoneyFacts {
  if (viewer.kind !== 'operator') throw new Fault('forbidden', 'Only the operator may see costs.');
  return sources.facts;
}

function viewMoney(money: MoneyOfGroup): MarginNode {
  const margin = marginOf(money);
  return {
    ...money,
    charges: money.charges.map(viewBucket),
    refunds: money.refunds.map(viewBucket),
    costs: [...money.costs],
    overages: [...money.overages],
    margin: margin.known ? margin.margin : null,
    marginReason: margin.known ? null : margin.reason,
  };
}

function viewBucket({ bucket, amount }: InBucket): BucketAmountNode {
  return { bucket, currency: currencyOf(bucket), amount };
}
