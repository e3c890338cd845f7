import type { NamePorts } from '../../src/alerts/named';

/** Where nothing has a name: alerts say ids. */
export const NAMELESS: NamePorts = {
  keys: { find: async () => new Map() },
  accounts: { find: async () => undefined, projectsById: async () => new Map() },
};
