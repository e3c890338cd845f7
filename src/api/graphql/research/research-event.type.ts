import { Field, ObjectType } from 'type-graphql';
import { researchCursor } from '../../../research/research-tail';
import type { ResearchEvent } from '../../../research/run';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { viewAmounts } from '../runs/run-view';
import { DateTime } from '../scalars';

@ObjectType('ResearchRunEvent', { description: 'One line of the log of a run.' })
export class ResearchRunEventNode {
  @Field(() => String, { description: 'To be passed as `after`.' })
  readonly cursor: string;

  @Field(() => DateTime, { description: 'When it happened.' })
  readonly at: number;

  @Field(() => String, {
    description:
      'RUN_QUEUED, RUN_STARTED, RUN_TAKEN_OVER, SECTION_STARTED, SECTION_RETRIED, TRY_FAILED, SECTION_COMPLETED, SECTION_FAILED, SECTION_SKIPPED, RUN_PAUSED, RUN_RESUMED or RUN_ENDED, which is the last one unless the run is resumed.',
  })
  readonly kind: string;

  @Field(() => [BucketAmountNode], {
    description: 'What the run was charged by then. Of one that was cancelled, calls in flight are charged behind its last line.',
  })
  readonly spent: BucketAmountNode[];

  @Field(() => String, { nullable: true, description: 'What went wrong, or what to do.' })
  readonly message: string | null;
}

/** An event with what its nested fields are loaded by. */
export type EventView = ResearchRunEventNode & Pick<ResearchEvent, 'runId' | 'sectionId'> & { readonly used: ResearchEvent['spent'] };

export function viewEvent(event: ResearchEvent): EventView {
  const { at, kind, message, spent, runId, sectionId } = event;
  return { cursor: researchCursor(event), at, kind, message, spent: viewAmounts(spent), runId, sectionId, used: spent };
}
