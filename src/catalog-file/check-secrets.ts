/** The secrets of channels: each channel has one, or several that differ. Values are never repeated. */
import type { ConfigurationFault } from '../kernel/configuration-error';
import { fault } from './fault-paths';
import { entriesOf, type Placed } from './loose';
import { at, listedTwice } from './names';

/** Every fault of the secrets of channels, in a catalog of any shape. */
export function checkSecrets(tree: unknown): ConfigurationFault[] {
  const channels = entriesOf([{ value: tree, path: [] }], 'channels');
  return channels.filter(({ value }) => typeof value === 'object' && value !== null).flatMap(faultsOf);
}

function faultsOf(channel: Placed): ConfigurationFault[] {
  const [one, several] = [at(channel, 'apiKey'), at(channel, 'apiKeys')];
  if (one.value === undefined && several.value === undefined) return [fault(one.path, 'is missing')];
  if (one.value !== undefined && several.value !== undefined) return [fault(several.path, 'stands beside apiKey: write one of the two')];
  return listedTwice(channel, 'apiKeys');
}
