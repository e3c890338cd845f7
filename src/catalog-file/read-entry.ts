/** One channel, model or route as the operator writes it elsewhere than in the file, read by the same rules. */
import type { ConfigurationFault } from '../kernel/configuration-error';
import { Fault } from '../kernel/fault';
import { invariant } from '../kernel/invariant';
import { isRecord } from '../kernel/record';
import type { Catalog } from '../routing/catalog';
import type { EntryReader, Written } from '../routing/catalog-edit';
import { catalogSchema } from './catalog-schema';
import type { CheckAddress } from './check-addresses';
import { declare } from './declare';
import { textOfChannel, textOfModel, textOfRoute, withKnownCosts } from './entry-text';
import { explain, fault, faultsOfIssues } from './fault-paths';
import { faultsBetween } from './parse-catalog';

type Kind = 'channels' | 'models' | 'routes';

export function entryReader(checkAddress: CheckAddress): EntryReader {
  const read = (kind: Kind, said: Written, catalog: Catalog, standingId: string | null) => {
    const written = saying(said) as Written;
    const faults = faultsOf(kind, written, catalog, standingId, checkAddress);
    const parsed = catalogSchema.safeParse(alone(kind, written));
    if (!parsed.success || faults.length > 0) throw refusal(faults);
    return declare(parsed.data).routing;
  };
  return {
    channel: (written, catalog, standing) => {
      const text = standing === null ? given(written) : over(withoutReplaced(textOfChannel(standing), written), written);
      return only(read('channels', { ...text, ...idOf(standing) }, catalog, standing?.id ?? null).channels);
    },
    model: (written, catalog, standing) => {
      const text = standing === null ? given(written) : given({ ...textOfModel(standing), ...written });
      return only(read('models', { ...text, ...idOf(standing) }, catalog, standing?.id ?? null).models);
    },
    route: (written, catalog, standing) => {
      const text = standing === null ? given(written) : given({ ...textOfRoute(standing), ...written });
      const named = standing === null ? text : { ...text, model: standing.model, type: standing.type };
      return only(read('routes', withKnownCosts(named, catalog), catalog, standing?.id ?? null).routes);
    },
  };
}

function idOf(standing: { readonly id: string } | null): { readonly id?: string } {
  return standing === null ? {} : { id: standing.id };
}

/** What the file would be with nothing but this in it. */
function alone(kind: Kind, written: Written): object {
  return { channels: [], models: [], routes: [], [kind]: [written] };
}

function faultsOf(kind: Kind, written: Written, catalog: Catalog, standingId: string | null, checkAddress: CheckAddress) {
  const { error } = catalogSchema.safeParse(alone(kind, written), { error: explain });
  const { tree, at, problem } = amongAll(kind, written, catalog, standingId);
  const own = [...faultsOfIssues(error?.issues ?? []), ...(kind === 'channels' ? references(written) : []), ...problem];
  const between = faultsBetween(tree, checkAddress).filter(({ path }) => path.startsWith(`${kind}[${at}]`));
  return [...own.map((one) => within(`${kind}[0]`, one)), ...between.map((one) => within(`${kind}[${at}]`, one))];
}

/** The names of everything that stands, so that what this refers to is known, with it at the end, so that it is what repeats another. */
function amongAll(kind: Kind, written: Written, { channels, models, routes, aliases }: Catalog, standingId: string | null) {
  const inUse = [...channels.values()].filter(({ retired }) => retired !== true);
  const names = { channels: inUse, models: [...models.values()], routes: [...routes.values()] };
  const others = names[kind].filter(({ id }) => id !== standingId);
  const taken = kind === 'models' && aliases?.has(String(written['id'])) === true;
  const problem = taken ? [fault([kind, 0, 'id'], 'is an alias of another model already')] : [];
  return { tree: { ...names, routes: [], [kind]: [...others.map(nameOf), written] }, at: others.length, problem };
}

function nameOf(entry: object): object {
  const { id, model, type } = entry as { readonly id: string; readonly model?: string; readonly type?: string };
  return model === undefined ? entry : { id, model, type };
}

/** Only the file may name variables of the environment: whoever writes elsewhere need not be who runs the process. */
function references(written: Written): ConfigurationFault[] {
  return Object.entries(written).flatMap(([name, value]) =>
    JSON.stringify(value).includes('${')
      ? [fault(['channels', 0, name], 'refers to the environment, which only the file can do: write the value')]
      : [],
  );
}

function within(prefix: string, { path, problem }: ConfigurationFault): ConfigurationFault {
  return { path: path.slice(prefix.length).replace(/^\./, ''), problem };
}

function refusal(faults: readonly ConfigurationFault[]): Fault {
  const texts = faults.map(({ path, problem }) => (path === '' ? problem : `${path}: ${problem}`));
  const param = faults[0]?.path;
  return new Fault('invalid_request', [...new Set(texts)].join('; '), param === undefined || param === '' ? {} : { param });
}

/** Without what is not said. */
function given(written: Written): Written {
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined && value !== null));
}

/** The same at every depth: clients write null for what they leave out. */
function saying(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(saying);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(given(value)).map(([name, each]) => [name, saying(each)]));
}

/** One secret takes the place of several, and several that of one. */
function withoutReplaced({ apiKey, apiKeys, ...text }: Written, written: Written): Written {
  const isReplaced = [written['apiKey'], written['apiKeys']].some((secret) => secret !== null && secret !== undefined);
  return isReplaced ? text : { ...text, ...(apiKeys === undefined ? { apiKey } : { apiKeys }) };
}

/** Groups of settings, such as deadlines, are changed one by one. */
function over(standing: Written, written: Written): Written {
  const merged = Object.entries(written).map(([name, value]) => {
    const before = standing[name];
    return [name, isRecord(before) && isRecord(value) ? given({ ...before, ...value }) : value] as const;
  });
  return given({ ...standing, ...Object.fromEntries(merged) });
}

function only<T>(entries: readonly T[]): T {
  const [entry] = entries;
  invariant(entry !== undefined, 'what was read of one entry is one entry');
  return entry;
}
