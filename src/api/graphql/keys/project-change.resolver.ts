import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { createProject, renameProject, setProjectSpendLimits } from '../../../keys/manage-projects';
import type { GraphContext } from '../context';
import { decidedAccount } from '../decided-account';
import { SpendLimitInput, spendLimitsIn } from './key.input';
import { ProjectNode } from './project.type';

const OF_PROJECT = { description: 'The id of the project.' };
const NAME = {
  description: 'For people; 1 to 200 characters, and of no other project of the account: a repeat is refused with the id of the first.',
};
const LIMITS = { nullable: true, description: 'At most one for each bucket and window; left out: none.' };

@Resolver()
export class ProjectChangeResolver {
  @Mutation(() => ProjectNode, { description: 'For an owner or the operator. A project for keys that are made with its id.' })
  async createProject(
    @Ctx() context: GraphContext,
    @Arg('name', () => String, NAME) name: string,
    @Arg('spendLimits', () => [SpendLimitInput], LIMITS) limits: SpendLimitInput[] | null,
    @Arg('accountId', () => ID, { nullable: true, description: 'For the operator; an owner makes those of its own account.' }) accountId:
      | string
      | null,
  ): Promise<ProjectNode> {
    const account = await decidedAccount(context, accountId ?? null, 'make projects');
    return createProject(context.sources, { accountId: account, name, spendLimits: spendLimitsIn(limits) });
  }

  @Mutation(() => ProjectNode, { description: 'For an owner or the operator. Earlier receipts show the new name too.' })
  async renameProject(
    @Ctx() { sources, viewer }: GraphContext,
    @Arg('projectId', () => ID, OF_PROJECT) projectId: string,
    @Arg('name', () => String, NAME) name: string,
  ): Promise<ProjectNode> {
    return renameProject(sources, viewer, projectId, name);
  }

  @Mutation(() => ProjectNode, {
    description: 'For an owner or the operator. Takes the place of all spend limits of the project; an empty list lifts them.',
  })
  async setProjectSpendLimits(
    @Ctx() { sources, viewer }: GraphContext,
    @Arg('projectId', () => ID, OF_PROJECT) projectId: string,
    @Arg('spendLimits', () => [SpendLimitInput], { description: 'At most one for each bucket and window.' }) limits: SpendLimitInput[],
  ): Promise<ProjectNode> {
    return setProjectSpendLimits(sources, viewer, projectId, spendLimitsIn(limits));
  }
}
