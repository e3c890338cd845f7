/** `GET /v1/models` and `/v1/models/{id}`: only what the key can call now, as OpenAI tells it, or Anthropic to its own clients. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fault } from '../../kernel/fault';
import { shown } from '../../kernel/shown';
import { currencyOf } from '../../kernel/words';
import { type Callable, callableNames } from '../../routing/callable-names';
import type { CatalogStore } from '../../routing/catalog-store';
import type { Plan } from '../../routing/plan-route';
import { type CallerDeps, callerOf } from './caller';
import { priceJson } from './price-json';

interface ModelDeps extends CallerDeps {
  readonly catalog: Pick<CatalogStore, 'current'>;
}

export function registerModels(app: FastifyInstance, deps: ModelDeps): void {
  const callable = async (request: FastifyRequest): Promise<Callable[]> =>
    callableNames(deps.catalog.current(), await callerOf(deps, request));

  app.get('/v1/models', async (request) => {
    const models = await callable(request);
    if (isAnthropics(request)) return { data: models.map(anthropicJson), has_more: false, ...endsOf(models) };
    return { object: 'list', data: models.map(modelJson) };
  });

  // A wildcard, because ids of models may have slashes in them.
  app.get<{ Params: { '*': string } }>('/v1/models/*', async (request) => {
    const id = request.params['*'];
    const model = (await callable(request)).find((each) => each.name === id);
    if (model === undefined) throw new Fault('model_not_found', `The model "${shown(id)}" does not exist, or this key cannot call it.`);
    return isAnthropics(request) ? anthropicJson(model) : modelJson(model);
  });
}

/** Clients of Anthropic's name the version that they speak. */
function isAnthropics({ headers }: FastifyRequest): boolean {
  return headers['anthropic-version'] !== undefined;
}

function endsOf(models: readonly Callable[]): object {
  return { first_id: models[0]?.name ?? null, last_id: models.at(-1)?.name ?? null };
}

/** When a model came out is not known. */
function anthropicJson({ name }: Callable): object {
  return { type: 'model', id: name, display_name: name, created_at: '1970-01-01T00:00:00Z' };
}

/** Of an alias: what the model has that it stands for, and which one that is. */
function modelJson({ name, model, plans }: Callable): object {
  return {
    id: name,
    object: 'model',
    created: 0,
    owned_by: 'tokens-forge',
    context_window: model.contextWindow,
    max_output_tokens: model.maxOutputTokens,
    ...(name !== model.id && { alias_of: model.id }),
    routes: plans.map(routeJson),
  };
}

/** The price of the primary channel first, and behind it each other one that a backup may charge. */
function routeJson({ routeType, bucket, prices }: Plan): object {
  return { type: routeType, bucket, prices: prices.map((price) => priceJson(price, currencyOf(bucket))) };
}
