import { Arg, Ctx, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { invariant } from '../../../kernel/invariant';
import { shown } from '../../../kernel/shown';
import { placeOfResearchCursor, tailResearch } from '../../../research/research-tail';
import { hasEnded } from '../../../research/run';
import { leftOf } from '../../../runs/run-receipt';
import type { GraphContext } from '../context';
import { BucketAmountNode } from '../ledger/bucket-amount.type';
import { followedTail } from '../live/followed';
import { viewLine } from '../runs/run-view';
import { type EventView, ResearchRunEventNode, viewEvent } from './research-event.type';
import { ResearchRunNode, viewResearch } from './research-run.type';
import { ResearchSectionNode, viewSection } from './research-section.type';

interface ProgressArgs {
  readonly id: string;
  readonly after?: string | null;
}

@Resolver(() => ResearchRunEventNode)
export class ResearchProgressResolver {
  @Subscription(() => ResearchRunEventNode, {
    description:
      'Section by section, attempt by attempt, with the money so far. Without `after`: from the first line of its log. Ends with the run.',
    subscribe: ({ args, context }) => follow(context as GraphContext, args as ProgressArgs),
  })
  researchRunProgress(
    @Root() event: ResearchRunEventNode,
    @Arg('id', () => ID, { description: 'The id of the run.' }) _id: string,
    @Arg('after', () => String, { nullable: true, description: 'The cursor of the last event that was seen.' }) _after: string | null,
  ): ResearchRunEventNode {
    return event;
  }

  @FieldResolver(() => ResearchRunNode, { description: 'The run, as it stands when the event is told.' })
  async run(@Root() { runId }: EventView, @Ctx() { research }: GraphContext): Promise<ResearchRunNode> {
    return viewResearch(await runOf(research, runId));
  }

  @FieldResolver(() => ResearchSectionNode, {
    nullable: true,
    description: 'The section that it is about, as it stands when the event is told.',
  })
  async section(@Root() { sectionId }: EventView, @Ctx() { research }: GraphContext): Promise<ResearchSectionNode | null> {
    const section = sectionId === null ? null : await research.section(sectionId);
    return section === null ? null : viewSection(section);
  }

  @FieldResolver(() => [BucketAmountNode], {
    description: 'What is left of the budget, of each bucket that it names, beside what was charged.',
  })
  async left(@Root() { runId, used }: EventView, @Ctx() { research }: GraphContext): Promise<BucketAmountNode[]> {
    return leftOf((await runOf(research, runId)).run, used).map(viewLine);
  }
}

async function runOf(research: GraphContext['research'], id: string) {
  const run = await research.run(id);
  invariant(run !== null, 'whoever follows a run sees it');
  return run;
}

/** @throws Fault `not_found` for a run that the viewer does not see, `invalid_request` for a cursor that is none */
async function follow({ research, sources }: GraphContext, { id, after }: ProgressArgs): Promise<AsyncIterable<EventView>> {
  const place = typeof after === 'string' ? placeOfResearchCursor(after, id) : null;
  const found = await research.run(id);
  if (found === null) throw new Fault('not_found', `There is no research run "${shown(id)}".`, { param: 'id' });
  const start = { after: place, ended: hasEnded(found.run.status) };
  const ports = { research: sources.research, doorbell: sources.spend.doorbell };
  return followedTail((left) => tailResearch(ports, id, start, left), viewEvent);
}
