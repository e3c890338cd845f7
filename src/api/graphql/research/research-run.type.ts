import { Field, ID, ObjectType } from 'type-graphql';
import type { ResearchMode, RunStatus } from '../../../kernel/words';
import type { ResearchRun } from '../../../research/run';
import { ResearchModeEnum, RunStatusEnum } from '../enums';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { viewLine } from '../runs/run-view';
import { DateTime } from '../scalars';
import { ResearchEstimateNode, viewEstimate } from './research-estimate.type';

@ObjectType('ResearchRun', {
  description: 'A report on a symbol that the gateway writes section by section, as an API key and within a budget.',
})
export class ResearchRunNode {
  @Field(() => ID, { description: 'Also what x-forge-run takes.' })
  readonly id: string;

  @Field(() => String, { description: 'The ticker.' })
  readonly symbol: string;

  @Field(() => ResearchModeEnum, { description: 'How much is looked at.' })
  readonly mode: ResearchMode;

  @Field(() => RunStatusEnum, { description: 'PARTIAL: some sections could not be written.' })
  readonly status: RunStatus;

  @Field(() => String, { nullable: true, description: 'Why it is paused, partial or failed, and what to do.' })
  readonly statusReason: string | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  readonly createdAt: number;

  @Field(() => DateTime, { nullable: true, description: 'When somebody began to work on it.' })
  readonly startedAt: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended; null: it has not.' })
  readonly finishedAt: number | null;

  @Field(() => [BucketAmountNode], { description: 'A ceiling for the whole run. A bucket that is not named may not be used.' })
  readonly budget: BucketAmountNode[];

  @Field(() => ResearchEstimateNode, { description: 'What was expected when it was started.' })
  readonly estimate: ResearchEstimateNode;
}

/** A run with what its nested fields are loaded by. */
export type ResearchView = ResearchRunNode & { readonly research: ResearchRun };

export function viewResearch(research: ResearchRun): ResearchView {
  const { id, status, statusReason, createdAt, startedAt, finishedAt, budget } = research.run;
  const { symbol, mode, estimate } = research;
  return {
    ...{ id, symbol, mode, status, statusReason, createdAt, startedAt, finishedAt },
    ...{ budget: budget.map(viewLine), estimate: viewEstimate(estimate), research },
  };
}
