import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { nano } from '../../../kernel/money';
import { createKey, type KeyManagement, type KeyWishes, pauseKey, resumeKey, revokeKey, rotateKey } from '../../../keys/manage-keys';
import type { GraphContext } from '../context';
import { ApiKeyNode, CreatedApiKeyNode } from './api-key.type';
import { CreateApiKeyInput } from './key.input';
import { viewCreated, viewKey } from './key-view';

const THE_KEY = { description: 'The id of the key.' };

@Resolver()
export class KeyChangeResolver {
  @Mutation(() => CreatedApiKeyNode, { description: 'Makes a key. Its secret is shown this once.' })
  async createApiKey(
    @Ctx() context: GraphContext,
    @Arg('input', () => CreateApiKeyInput, { description: 'The key that is wanted.' }) input: CreateApiKeyInput,
  ): Promise<CreatedApiKeyNode> {
    return viewCreated(await createKey(managementOf(context), context.viewer, wishesOf(input)), context.now);
  }

  @Mutation(() => ApiKeyNode, { description: 'The key is refused until it is resumed.' })
  async pauseApiKey(@Ctx() context: GraphContext, @Arg('id', () => ID, THE_KEY) id: string): Promise<ApiKeyNode> {
    return viewKey(await pauseKey(managementOf(context), context.viewer, id), context.now);
  }

  @Mutation(() => ApiKeyNode, { description: 'A paused key may call again.' })
  async resumeApiKey(@Ctx() context: GraphContext, @Arg('id', () => ID, THE_KEY) id: string): Promise<ApiKeyNode> {
    return viewKey(await resumeKey(managementOf(context), context.viewer, id), context.now);
  }

  @Mutation(() => ApiKeyNode, { description: 'The key is refused for ever.' })
  async revokeApiKey(@Ctx() context: GraphContext, @Arg('id', () => ID, THE_KEY) id: string): Promise<ApiKeyNode> {
    return viewKey(await revokeKey(managementOf(context), context.viewer, id), context.now);
  }

  @Mutation(() => CreatedApiKeyNode, { description: 'A new secret; the old one lives on for overlapSeconds.' })
  async rotateApiKey(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, THE_KEY) id: string,
    @Arg('overlapSeconds', () => Int, { nullable: true, defaultValue: 0, description: 'At most 30 days.' }) overlapSeconds: number | null,
  ): Promise<CreatedApiKeyNode> {
    return viewCreated(await rotateKey(managementOf(context), context.viewer, id, overlapSeconds ?? 0), context.now);
  }
}

function managementOf({ sources, catalog }: GraphContext): KeyManagement {
  return { ...sources, modelExists: (id) => catalog.models.has(id) };
}

/** Left out and null mean the same: the default. */
function wishesOf(input: CreateApiKeyInput): KeyWishes {
  return {
    accountId: input.accountId ?? null,
    name: input.name,
    projectId: input.projectId ?? null,
    routePolicy: input.routePolicy ?? 'ORDINARY_ONLY',
    crossBucketFallback: input.crossBucketFallback ?? false,
    allowedModels: input.allowedModels ?? null,
    limits: {
      requestsPerMinute: input.requestsPerMinute ?? null,
      tokensPerMinute: input.tokensPerMinute ?? null,
      concurrency: input.concurrency ?? null,
      spend: (input.spendLimits ?? []).map(({ bucket, window, amount }) => ({ bucket, window, amount: nano(amount) })),
    },
    expiresAt: input.expiresAt ?? null,
  };
}
