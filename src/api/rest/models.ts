/** `GET /v1/models` and `/v1/models/{id}`: only what the key can call now. */
import type { FastifyInstance } from 'fastify';
import type { Gateway } from '../../gateway/completion-request';
import { Fault } from '../../kernel/fault';
import { admitKey } from '../../keys/authenticate';
import type { Model } from '../../routing/catalog';
import { reachableModels } from '../../routing/plan-route';
import { bearerOf } from './bearer';

export function registerModels(app: FastifyInstance, gateway: Gateway): void {
  const callable = async (secret: string | null): Promise<Model[]> => {
    const { key } = admitKey(await gateway.keys.recognise(secret), gateway.clock.now());
    return reachableModels(gateway.catalog.current(), key);
  };

  app.get('/v1/models', async (request) => {
    const models = await callable(bearerOf(request.headers));
    return { object: 'list', data: models.map(modelJson) };
  });

  // A wildcard, because ids of models may have slashes in them.
  app.get<{ Params: { '*': string } }>('/v1/models/*', async (request) => {
    const id = request.params['*'];
    const model = (await callable(bearerOf(request.headers))).find((each) => each.id === id);
    if (model === undefined) throw new Fault('model_not_found', `The model "${id}" does not exist, or this key cannot call it.`);
    return modelJson(model);
  });
}

function modelJson(model: Model): object {
  return {
    id: model.id,
    object: 'model',
    created: 0,
    owned_by: 'tokens-forge',
    context_window: model.contextWindow,
    max_output_tokens: model.maxOutputTokens,
  };
}
