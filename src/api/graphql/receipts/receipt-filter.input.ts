import { Field, ID, InputType } from 'type-graphql';
import type { RequestStatus, RouteType } from '../../../kernel/words';
import type { ReceiptFilter } from '../../../ledger/ledger-reader';
import { RequestStatusEnum, RouteTypeEnum } from '../enums';
import { given } from '../given';
import { DateTime } from '../scalars';

@InputType('ReceiptFilter', { description: 'Receipts that meet every condition that is set.' })
export class ReceiptFilterInput {
  @Field(() => ID, { nullable: true, description: 'Only requests of this key.' })
  readonly apiKeyId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only requests of keys of this project.' })
  readonly projectId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only requests of this run.' })
  readonly researchRunId?: string | null;

  @Field(() => String, { nullable: true, description: 'Only requests for this model, as the client named it.' })
  readonly model?: string | null;

  @Field(() => RequestStatusEnum, { nullable: true, description: 'Only this status.' })
  readonly status?: RequestStatus | null;

  @Field(() => RouteTypeEnum, { nullable: true, description: 'Only routes of this type.' })
  readonly routeType?: RouteType | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: only requests that moved to another channel; false: only those that did not.',
  })
  readonly withFallback?: boolean | null;

  @Field(() => DateTime, { nullable: true, description: 'Created not before.' })
  readonly from?: number | null;

  @Field(() => DateTime, { nullable: true, description: 'Created before.' })
  readonly to?: number | null;
}

/** The graph names any run by what the first runs were: those of agents are found by it as well. */
export function filterOf(input: ReceiptFilterInput | null): ReceiptFilter {
  const { researchRunId: runId, ...others } = given(input);
  return { ...others, ...(runId !== undefined && { runId }) };
}
