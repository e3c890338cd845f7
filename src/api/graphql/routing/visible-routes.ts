/** Which models and routes a viewer is shown: a key those that it may call, everybody else the whole catalog. */
import { TYPES_OF_POLICY } from '../../../kernel/words';
import type { Viewer } from '../../../keys/viewer';
import type { Catalog, Model, Route } from '../../../routing/catalog';
import { reachableModels } from '../../../routing/plan-route';

interface Seen {
  readonly catalog: Catalog;
  readonly viewer: Viewer;
}

export function visibleModels({ catalog, viewer }: Seen): Model[] {
  return viewer.kind === 'key' ? reachableModels(catalog, viewer.key) : [...catalog.models.values()];
}

export function visibleRoutes(seen: Seen): Route[] {
  const routes = [...seen.catalog.routes.values()];
  if (seen.viewer.kind !== 'key') return routes;
  const types = TYPES_OF_POLICY[seen.viewer.key.routePolicy];
  const models = new Set(visibleModels(seen).map((model) => model.id));
  return routes.filter((route) => route.enabled && models.has(route.model) && types.includes(route.type));
}
