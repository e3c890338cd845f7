import { Field, ID, ObjectType } from 'type-graphql';
import type { RunStatus } from '../../../kernel/words';
import { RunStatusEnum } from '../enums';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { type Connection, connectionType } from '../pages';
import { DateTime } from '../scalars';

@ObjectType('AgentRun', {
  description:
    "A run of an agent's own: calls that name it in x-forge-run, with a budget that holds enforce, and a receipt that adds them up.",
})
export class AgentRunNode {
  @Field(() => ID, { description: 'To be sent as x-forge-run.' })
  readonly id: string;

  @Field(() => String, { description: 'Chosen by whoever started it.' })
  readonly name: string;

  @Field(() => RunStatusEnum, { description: 'RUNNING until it is finished.' })
  readonly status: RunStatus;

  @Field(() => String, { nullable: true, description: 'Why it stands so, and what to do.' })
  readonly statusReason: string | null;

  @Field(() => [BucketAmountNode], {
    description: 'A ceiling for the whole run. Empty: none. Otherwise a bucket that is not named may not be used.',
  })
  readonly budget: BucketAmountNode[];

  @Field(() => DateTime, { description: 'When it was started.' })
  readonly createdAt: number;

  @Field(() => DateTime, { nullable: true, description: 'When it was finished; null: it takes calls.' })
  readonly finishedAt: number | null;
}

export const AgentRunConnection = connectionType('AgentRun', AgentRunNode, { one: 'run', many: 'runs' });
export type AgentRunConnection = Connection<AgentRunNode>;
