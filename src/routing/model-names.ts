/** The names under which models are called: their own, those that the catalog gives them besides, and those of a key. */
import { Fault } from '../kernel/fault';
import { shown } from '../kernel/shown';
import type { ModelAlias } from '../keys/key-policies';
import type { Catalog, Model } from './catalog';

/**
 * The model that is meant by a name: what the key's own aliases say, else the model of that id, else what the catalog's
 * aliases say. An alias names a model and never another alias, so there is one step and no more.
 * @throws Fault `model_not_found`
 */
export function modelNamed({ models, aliases }: Catalog, ofKey: readonly ModelAlias[], name: string): Model {
  const own = ofKey.length === 0 ? undefined : ofKey.find(({ alias }) => alias === name)?.model;
  const id = own ?? (models.has(name) ? name : aliases?.get(name));
  const model = id === undefined ? undefined : models.get(id);
  if (model !== undefined) return model;
  const why = id === undefined ? `The model "${shown(name)}" does not exist.` : `${aliasReason(name, id)} That model does not exist.`;
  throw new Fault('model_not_found', why, { param: 'model' });
}

/** Why a request for one name runs on a model of another; null: the name is the model's own. */
export function aliasReason(name: string | null, modelId: string | null): string | null {
  return name === null || modelId === null || name === modelId ? null : `The name "${name}" stands for the model "${modelId}".`;
}

/** Every name that a key may call a model by, each once: models in the order of the catalog, then its aliases, then the key's own. */
export function namesFor({ models, aliases }: Catalog, ofKey: readonly ModelAlias[]): string[] {
  return [...new Set([...models.keys(), ...(aliases?.keys() ?? []), ...ofKey.map(({ alias }) => alias)])];
}
