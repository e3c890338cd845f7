/** The secrets of channels: each channel has one, or several that differ. Values are never repeated. */
import type { ConfigurationFault } from '../kernel/configuration-error';
import { fault } from './fault-paths';
import { entriesOf, type Placed, text } from './loose';
import { at, repeatedBy } from './names';

/** Every fault of the secrets of channels, in a catalog of any shape. */
export function checkSecrets(tree: unknown): ConfigurationFault[] {
  const channels = entriesOf([{ value: tree, path: [] }], 'channels');
  return channels.filter(({ value }) => typeof value === 'object' && value !== null).flatMap(faultsOf);
}

function faultsOf(channel: Placed): ConfigurationFault[] {
  const [one, several] = [at(channel, 'apiKey'), at(channel, 'apiKeys')];
  if (one.value === undefined && several.value === undefined) return [fault(one.path, 'is missing')];
  if (one.value !== undefined && several.value !== undefined) return [fault(several.path, 'stands beside apiKey: write one of the two')];
  const repeated = repeatedBy(entriesOf([channel], 'apiKeys'), ({ value }) => text(value));
  return repeated.map(({ path }) => fault(path, 'stands in the list already'));
}
