/** A graph without research: nothing is found, and nothing can be started. */
import type { GraphSources } from '../../src/api/graphql/context';
import { StillClock } from './still-clock';

const never = () => Promise.reject(new Error('no research is done here'));
const nothing = async () => new Map();

const research: GraphSources['research'] = {
  ...{ add: never, madeBefore: async () => undefined, write: never, briefing: never, learn: never, html: nothing },
  ...{ find: nothing, ofRuns: async () => [], sections: nothing, sectionsById: nothing, charges: nothing, events: async () => [] },
  profiles: nothing,
};

export const NO_RESEARCH: Pick<GraphSources, 'research' | 'researchManagement'> = {
  research,
  researchManagement: {
    ...{ setup: null, research, queue: { push: never }, catalog: { current: () => never() as never } },
    ...{
      reader: { walletsById: nothing, spendOf: nothing },
      accounts: { projectsById: nothing },
      clock: new StillClock(),
      counter: { count: () => 0 },
      prompts: new Map(),
      ring: () => undefined,
    },
  },
};
