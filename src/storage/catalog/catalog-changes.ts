/** What a declared catalog changes, compared with the one that was applied last. Pure: nothing is read or written here. */
import type { Model } from '../../routing/catalog';
import type { DeclaredCatalog, DeclaredChannel, DeclaredRoute } from '../../routing/declared-catalog';
import { type AppliedCatalog, appliedFormOf, sameForm } from './applied-catalog';

export interface RouteChange {
  readonly route: DeclaredRoute;
  /** The declared price differs; where it does not, a price that was set through the graph stands. */
  readonly price: boolean;
  readonly steps: boolean;
}

export interface CatalogChanges {
  readonly channels: readonly DeclaredChannel[];
  readonly models: readonly { readonly model: Model; readonly position: number }[];
  readonly routes: readonly RouteChange[];
  /** Ids of what has left the catalog. */
  readonly retired: { readonly channels: readonly string[]; readonly models: readonly string[]; readonly routes: readonly string[] };
}

/** Null when the catalog says what it said before. */
export function changesBetween(applied: AppliedCatalog, declared: DeclaredCatalog): CatalogChanges | null {
  const now = appliedFormOf(declared);
  if (sameForm(applied, now)) return null;
  const channels = byId(applied.channels);
  const models = byId(applied.models);
  const routes = byId(applied.routes);
  return {
    channels: declared.channels.filter((channel, index) => !sameForm(channels.get(channel.id), now.channels[index])),
    models: declared.models
      .map((model, position) => ({ model, position }))
      .filter(({ model, position }) => !sameForm(models.get(model.id), now.models[position])),
    routes: declared.routes.flatMap((route, index) => {
      const [before, after] = [routes.get(route.id), now.routes[index]];
      const change = { route, price: !sameForm(before?.price, after?.price), steps: !sameForm(before?.steps, after?.steps) };
      const sticky = before?.sticky !== after?.sticky;
      return change.price || change.steps || sticky ? [change] : [];
    }),
    retired: {
      channels: leftOut(applied.channels, now.channels),
      models: leftOut(applied.models, now.models),
      routes: leftOut(applied.routes, now.routes),
    },
  };
}

function byId<T extends { readonly id: string }>(entries: readonly T[]): ReadonlyMap<string, T> {
  return new Map(entries.map((entry) => [entry.id, entry]));
}

function leftOut(before: readonly { readonly id: string }[], after: readonly { readonly id: string }[]): string[] {
  const kept = byId(after);
  return before.map((entry) => entry.id).filter((id) => !kept.has(id));
}
