import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { setProjectSpendLimits } from '../../../keys/manage-projects';
import type { GraphContext } from '../context';
import { SpendLimitInput, spendLimitsIn } from './key.input';
import { ProjectNode } from './project.type';

@Resolver()
export class ProjectChangeResolver {
  @Mutation(() => ProjectNode, {
    description: 'For an owner or the operator. Takes the place of all spend limits of the project; an empty list lifts them.',
  })
  async setProjectSpendLimits(
    @Ctx() { sources, viewer }: GraphContext,
    @Arg('projectId', () => ID, { description: 'The id of the project.' }) projectId: string,
    @Arg('spendLimits', () => [SpendLimitInput], { description: 'At most one for each bucket and window.' }) limits: SpendLimitInput[],
  ): Promise<ProjectNode> {
    return setProjectSpendLimits(sources, viewer, projectId, spendLimitsIn(limits));
  }
}
