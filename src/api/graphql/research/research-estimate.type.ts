import { Field, Int, ObjectType } from 'type-graphql';
import type { ResearchMode } from '../../../kernel/words';
import type { Estimate } from '../../../research/run';
import { ResearchModeEnum } from '../enums';
import { atMostInt } from '../large-counts';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { WarningNode } from '../preview/route-preview.type';
import { viewLine } from '../runs/run-view';

@ObjectType('ResearchEstimate', { description: 'What a run will take, by what finished runs took.' })
export class ResearchEstimateNode {
  @Field(() => ResearchModeEnum, { description: 'The mode that it is for.' })
  readonly mode: ResearchMode;

  @Field(() => Int, { description: 'How many sections the report has.' })
  readonly sections: number;

  @Field(() => [BucketAmountNode], { description: 'When every section is written at the first try, by its primary channel.' })
  readonly expected: BucketAmountNode[];

  @Field(() => [BucketAmountNode], {
    description: 'The worst case: every section takes every try, at the dearest channel, with as much text as is allowed.',
  })
  readonly ceiling: BucketAmountNode[];

  @Field(() => Int, { description: 'Input and output; at most 2147483647, which is all that an Int can say.' })
  readonly expectedTokens: number;

  @Field(() => Int, { description: 'From the start to the report.' })
  readonly expectedSeconds: number;

  @Field(() => Boolean, { description: 'Whether the balances cover what is expected, and what its largest call reserves beside it.' })
  readonly balanceOk: boolean;

  @Field(() => [WarningNode], { description: 'What to know before; a run is started only when they are acknowledged.' })
  readonly warnings: WarningNode[];
}

export function viewEstimate({ expected, ceiling, warnings, expectedTokens, ...rest }: Estimate): ResearchEstimateNode {
  return {
    ...rest,
    expected: expected.map(viewLine),
    ceiling: ceiling.map(viewLine),
    expectedTokens: atMostInt(expectedTokens),
    warnings: [...warnings],
  };
}
