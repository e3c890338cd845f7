import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { GraphContext } from '../context';
import { ApiKeyNode } from './api-key.type';
import { ProjectNode } from './project.type';

@Resolver(() => ProjectNode)
export class ProjectResolver {
  @Query(() => [ProjectNode], { description: 'The projects of the account; for a key: its own; for the operator: all.' })
  async projects(@Ctx() { keys }: GraphContext): Promise<ProjectNode[]> {
    return [...(await keys.projects())];
  }

  @FieldResolver(() => [ApiKeyNode], { description: 'The keys of the project that the caller may see, new to old.' })
  apiKeys(@Root() { id }: ProjectNode, @Ctx() { keys, now }: GraphContext): Promise<ApiKeyNode[]> {
    return keys.viewsOfProject(id, now);
  }
}
