import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { giveWay } from '../../../kernel/give-way';
import type { GraphContext } from '../context';
import { DateTime } from '../scalars';
import { ApiKeyNode } from './api-key.type';
import { type KeyView, viewKey } from './key-view';
import { ProjectNode } from './project.type';

@Resolver(() => ApiKeyNode)
export class KeyResolver {
  @Query(() => [ApiKeyNode], { description: 'The keys of the account, new to old; for a key: itself; for the operator: all.' })
  async apiKeys(@Ctx() { keys, now }: GraphContext): Promise<ApiKeyNode[]> {
    const views: KeyView[] = [];
    for (const key of await keys.keys()) {
      // An operator has all keys of an installation: others are served between them.
      await giveWay();
      views.push(viewKey(key, now));
    }
    return views;
  }

  @Query(() => ApiKeyNode, { nullable: true, description: 'null: there is no such key, or it is not the caller’s.' })
  async apiKey(
    @Ctx() { keys, now }: GraphContext,
    @Arg('id', () => ID, { description: 'The id of the key.' }) id: string,
  ): Promise<ApiKeyNode | null> {
    const key = await keys.key(id);
    return key === null ? null : viewKey(key, now);
  }

  @FieldResolver(() => ProjectNode, { nullable: true, description: 'The project that the key belongs to.' })
  project(@Root() { projectId }: KeyView, @Ctx() { keys }: GraphContext): Promise<ProjectNode | null> | null {
    return projectId === null ? null : keys.project(projectId);
  }

  @FieldResolver(() => DateTime, { nullable: true, description: 'When it made its newest request that has ended; null: it made none.' })
  lastUsedAt(@Root() { id }: ApiKeyNode, @Ctx() { keys }: GraphContext): Promise<number | null> {
    return keys.lastUsedAt(id);
  }
}
