import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import { NO_POLICIES } from '../../../keys/key-policies';
import { createKey, type KeyManagement, type KeyWishes, pauseKey, resumeKey, revokeKey, rotateKey } from '../../../keys/manage-keys';
import { type KeyChanges, updateKey } from '../../../keys/update-key';
import type { GraphContext } from '../context';
import { ApiKeyNode, CreatedApiKeyNode } from './api-key.type';
import { CreateApiKeyInput, spendLimitsIn, UpdateApiKeyInput } from './key.input';
import { policiesIn } from './key-policies.type';
import { viewCreated, viewKey } from './key-view';

const ONCE =
  'Yours to choose, for each account: the same one never makes a second key. A repeat with the same input fails with faultCode idempotency_settled and names the key that was made, whose secret cannot be shown again: rotateApiKey gives it a new one, revokeApiKey ends it. With another input: idempotency_mismatch.';
const ROTATED_ONCE =
  'Yours to choose, for each key: the same one never rotates it a second time, which would end the secret that was shown. A repeat with the same overlapSeconds fails with faultCode idempotency_settled, with another one idempotency_mismatch.';
const THE_KEY = { description: 'The id of the key.' };

@Resolver()
export class KeyChangeResolver {
  @Mutation(() => CreatedApiKeyNode, { description: 'Not for keys. Makes a key; its secret is shown this once.' })
  async createApiKey(
    @Ctx() context: GraphContext,
    @Arg('input', () => CreateApiKeyInput, { description: 'The key that is wanted.' }) input: CreateApiKeyInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: ONCE }) idempotencyKey: string | null,
  ): Promise<CreatedApiKeyNode> {
    return viewCreated(await createKey(managementOf(context), context.viewer, wishesOf(input), idempotencyKey ?? null), context.now);
  }

  @Mutation(() => ApiKeyNode, { description: 'Not for keys. Effective from the next request on; what is in flight goes on as it began.' })
  async updateApiKey(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, THE_KEY) id: string,
    @Arg('input', () => UpdateApiKeyInput, { description: 'What is to change.' }) input: UpdateApiKeyInput,
  ): Promise<ApiKeyNode> {
    return viewKey(await updateKey(managementOf(context), context.viewer, id, changesOf(input)), context.now);
  }

  @Mutation(() => ApiKeyNode, { description: 'Not for keys. The key is refused until it is resumed.' })
  async pauseApiKey(@Ctx() context: GraphContext, @Arg('id', () => ID, THE_KEY) id: string): Promise<ApiKeyNode> {
    return viewKey(await pauseKey(managementOf(context), context.viewer, id), context.now);
  }

  @Mutation(() => ApiKeyNode, { description: 'Not for keys. A paused key may call again.' })
  async resumeApiKey(@Ctx() context: GraphContext, @Arg('id', () => ID, THE_KEY) id: string): Promise<ApiKeyNode> {
    return viewKey(await resumeKey(managementOf(context), context.viewer, id), context.now);
  }

  @Mutation(() => ApiKeyNode, { description: 'Not for keys. The key is refused for ever.' })
  async revokeApiKey(@Ctx() context: GraphContext, @Arg('id', () => ID, THE_KEY) id: string): Promise<ApiKeyNode> {
    return viewKey(await revokeKey(managementOf(context), context.viewer, id), context.now);
  }

  @Mutation(() => CreatedApiKeyNode, { description: 'Not for keys. A new secret; the old one lives on for overlapSeconds.' })
  async rotateApiKey(
    @Ctx() context: GraphContext,
    @Arg('id', () => ID, THE_KEY) id: string,
    @Arg('overlapSeconds', () => Int, { nullable: true, defaultValue: 0, description: 'At most 30 days.' }) overlapSeconds: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: ROTATED_ONCE }) idempotencyKey: string | null,
  ): Promise<CreatedApiKeyNode> {
    const rotated = await rotateKey(managementOf(context), context.viewer, id, overlapSeconds ?? 0, idempotencyKey ?? null);
    return viewCreated(rotated, context.now);
  }
}

function managementOf({ sources, catalog }: GraphContext): KeyManagement {
  return { ...sources, modelExists: (id) => catalog.models.has(id) };
}

/** A name, a policy and a flag cannot be lifted: null leaves them as they are. */
function changesOf(input: UpdateApiKeyInput): KeyChanges {
  const { name, routePolicy, crossBucketFallback, requestsPerMinute, tokensPerMinute, concurrency, spendLimits } = input;
  const spend = spendLimits === undefined ? undefined : spendLimitsIn(spendLimits);
  return said({
    name: name ?? undefined,
    routePolicy: routePolicy ?? undefined,
    crossBucketFallback: crossBucketFallback ?? undefined,
    allowedModels: input.allowedModels,
    expiresAt: input.expiresAt,
    limits: said({ requestsPerMinute, tokensPerMinute, concurrency, spend }),
    policies: said(policiesIn(input)),
  });
}

type Said<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The fields that are there, those that are null included. */
function said<T extends object>(fields: T): Said<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Said<T>;
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
      spend: spendLimitsIn(input.spendLimits),
    },
    policies: { ...NO_POLICIES, ...said(policiesIn(input)) },
    expiresAt: input.expiresAt ?? null,
  };
}
