import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Fault, wrong } from '../../../kernel/fault';
import { invariant } from '../../../kernel/invariant';
import { shown } from '../../../kernel/shown';
import { namesFor } from '../../../routing/model-names';
import type { GraphContext } from '../context';
import { ApiKeyNode } from '../keys/api-key.type';
import { previewFor, viewCallable, viewPreview } from './preview-view';
import { CallableModelNode, RoutePreviewInput, RoutePreviewNode } from './route-preview.type';

/** The smallest request: whether a model can be called at all. */
const SMALLEST = { inputTokens: 1, maxOutputTokens: 0 };

@Resolver(() => ApiKeyNode)
export class PreviewResolver {
  @Query(() => RoutePreviewNode, { description: 'What would happen if this request were sent now. Nothing is held, nothing is sent.' })
  async routePreview(
    @Ctx() context: GraphContext,
    @Arg('input', () => RoutePreviewInput, { description: 'The request.' }) input: RoutePreviewInput,
  ): Promise<RoutePreviewNode> {
    const key = await context.keys.key(input.apiKeyId);
    if (key === null) throw new Fault('not_found', `There is no API key "${shown(input.apiKeyId)}".`, { param: 'apiKeyId' });
    const request = {
      model: input.model,
      inputTokens: atLeast(0, input.inputTokens ?? 1_000, 'inputTokens'),
      maxOutputTokens: input.maxOutputTokens == null ? undefined : atLeast(1, input.maxOutputTokens, 'maxOutputTokens'),
    };
    return viewPreview(context, input.model, await previewFor(context, key, request));
  }

  @FieldResolver(() => [CallableModelNode], {
    description: 'What it can call right now, at what price, from which bucket, and if not, why.',
  })
  async callableModels(@Root() { id }: ApiKeyNode, @Ctx() context: GraphContext): Promise<CallableModelNode[]> {
    const key = await context.keys.key(id);
    invariant(key !== null, 'a key that is shown can be seen');
    const models = namesFor(context.catalog, key.policies.modelAliases);
    const callable = async (model: string) => viewCallable(context, model, await previewFor(context, key, { model, ...SMALLEST }));
    return Promise.all(models.map(callable));
  }
}

function atLeast(least: number, value: number, param: string): number {
  if (value < least) throw wrong(param, `must be ${least} or more`);
  return value;
}
