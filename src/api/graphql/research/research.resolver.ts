import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { shown } from '../../../kernel/shown';
import type { ApiKey } from '../../../keys/api-key';
import { cancelResearch, researchEstimate, resumeResearch, startResearch } from '../../../research/manage-research';
import type { ResearchRun } from '../../../research/run';
import type { GraphContext } from '../context';
import { After, First, pageRequest } from '../pages';
import { BucketAmountInput } from '../runs/bucket-amount.input';
import { budgetOf, ResearchInput, wishOf } from './research.input';
import { ResearchEstimateNode, viewEstimate } from './research-estimate.type';
import { ResearchRunNode, viewResearch } from './research-run.type';

const THE_RUN = { description: 'The id of the run.' };
const THE_INPUT = { description: 'The run.' };
const ONCE =
  'Yours to choose, for each key that pays: the same one never starts a second run. A repeat with the same input gives the run that it started; with another input it fails with faultCode idempotency_mismatch.';

@Resolver(() => ResearchRunNode)
export class ResearchResolver {
  @Query(() => ResearchEstimateNode, {
    description:
      'What a run would take, by what the market data has of the symbol. Nothing is held, and nothing is sent to a model. Where the data cannot be had within seconds, it goes by what runs took before: a symbol that is not known is refused at the start.',
  })
  async researchEstimate(
    @Ctx() context: GraphContext,
    @Arg('input', () => ResearchInput, THE_INPUT) input: ResearchInput,
  ): Promise<ResearchEstimateNode> {
    const key = await payingKey(context, input);
    return viewEstimate(await researchEstimate(context.sources.researchManagement, key, wishOf(input)));
  }

  @Query(() => ResearchRunNode, { nullable: true, description: 'null: there is no such run, or it is not the caller’s.' })
  async researchRun(@Ctx() { research }: GraphContext, @Arg('id', () => ID, THE_RUN) id: string): Promise<ResearchRunNode | null> {
    const found = await research.run(id);
    return found === null ? null : viewResearch(found);
  }

  @Query(() => [ResearchRunNode], { description: 'The runs that the caller may see, new to old; for a key: its own.' })
  async researchRuns(
    @Ctx() { research }: GraphContext,
    @First() first: number | null,
    @After() after: string | null,
  ): Promise<ResearchRunNode[]> {
    return (await research.list(pageRequest(first, after))).map(viewResearch);
  }

  @Mutation(() => ResearchRunNode, { description: 'Starts a run; refused until the warnings of its estimate are acknowledged.' })
  async startResearchRun(
    @Ctx() context: GraphContext,
    @Arg('input', () => ResearchInput, THE_INPUT) input: ResearchInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: ONCE }) idempotencyKey: string | null,
  ): Promise<ResearchRunNode> {
    const key = await payingKey(context, input);
    const started = await startResearch(context.sources.researchManagement, key, wishOf(input), idempotencyKey ?? null);
    return viewResearch(context.research.changed(started));
  }

  @Mutation(() => ResearchRunNode, {
    description: 'Ends a run: calls in flight are cut and settled, and what is completed stays. Twice is the same as once.',
  })
  async cancelResearchRun(@Ctx() context: GraphContext, @Arg('id', () => ID, THE_RUN) id: string): Promise<ResearchRunNode> {
    const run = await researchRunOf(context, id);
    return viewResearch(context.research.changed(await cancelResearch(context.sources.researchManagement, run)));
  }

  @Mutation(() => ResearchRunNode, {
    description: 'Lets a run go on that paused, or that ended without all its sections: what is completed is not paid again.',
  })
  async resumeResearchRun(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, THE_RUN) id: string,
    @Arg('budget', () => [BucketAmountInput], {
      nullable: true,
      description: 'The new ceiling by bucket, for a run that paused at its old one; left out: the old one.',
    })
    budget: BucketAmountInput[] | null,
  ): Promise<ResearchRunNode> {
    const run = await researchRunOf(context, id);
    const key = await payingKey(context, run.run);
    return viewResearch(context.research.changed(await resumeResearch(context.sources.researchManagement, key, run, budgetOf(budget))));
  }
}

/** @throws Fault `not_found` also for a key that the viewer may not see */
async function payingKey({ keys }: GraphContext, { apiKeyId }: Pick<ResearchInput, 'apiKeyId'>): Promise<ApiKey> {
  const key = await keys.key(apiKeyId);
  if (key === null) throw new Fault('not_found', `There is no API key "${shown(apiKeyId)}".`, { param: 'apiKeyId' });
  return key;
}

/** @throws Fault `not_found` also for a run that the viewer may not see */
async function researchRunOf({ research }: GraphContext, id: string): Promise<ResearchRun> {
  const run = await research.run(id);
  if (run === null) throw new Fault('not_found', `There is no research run "${shown(id)}".`, { param: 'id' });
  return run;
}
