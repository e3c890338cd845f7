/** Where market data is read from: said to be wrong at the start, not in the first report. */
import type { ConfigurationFault } from '../kernel/configuration-error';
import { fault } from './fault-paths';
import { field, text } from './loose';

export function checkFolder(tree: unknown, isFolder: (path: string) => boolean): ConfigurationFault[] {
  const written = text(field(field(field(tree, 'research'), 'marketData'), 'folder'));
  if (written === undefined || written === '' || isFolder(written)) return [];
  return [
    fault(['research', 'marketData', 'folder'], 'is no folder that can be read; it is taken from the working directory of the gateway'),
  ];
}
