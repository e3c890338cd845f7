/** One research run in memory, with a store that a test can hold up or break, and everything that carries it on. */
import type { RunStatus } from '../../src/kernel/words';
import type { ResearchGateway } from '../../src/research/call-section';
import type { ResearchLeases, ResearchStep, ResearchStore, Written } from '../../src/research/research-store';
import type { ResearchRun, ResearchSection } from '../../src/research/run';
import { sectionsOf } from '../../src/research/sections/section';
import type { Run } from '../../src/runs/run';
import { briefingWith } from './section-answers';
import { type Scene, stage } from './stage';

const PROMPTS = new Map(['house', ...sectionsOf('DEEP').map(({ name }) => name)].map((name) => [name, `Write ${name}.`]));

const RUN: Run = {
  ...{ id: 'run-1', kind: 'RESEARCH', accountId: 'acme', apiKeyId: 'key', name: 'ACME QUICK', status: 'QUEUED', statusReason: null },
  ...{ budget: [], createdAt: 1, startedAt: null, finishedAt: null },
};
const RESEARCH: ResearchRun = {
  ...{ run: RUN, symbol: 'ACME', mode: 'QUICK', models: { quick: 'm', deep: 'm' }, report: null },
  estimate: { mode: 'QUICK', sections: 3, expected: [], ceiling: [], expectedTokens: 0, expectedSeconds: 0, balanceOk: true, warnings: [] },
};

interface World {
  /** Of every section when the run is taken up. */
  readonly section?: Partial<ResearchSection>;
  readonly scene?: Scene;
  /** Called before a step is written; what it throws, the store throws. */
  readonly onWrite?: (step: ResearchStep) => void;
  readonly leases?: Partial<ResearchLeases>;
  /** What the run is found as, whoever works on it. */
  readonly status?: RunStatus;
  /** What is waited for before the data of the run is read. */
  readonly loading?: Promise<unknown>;
  /** How many looks the call of a former process is in flight for. */
  readonly flying?: (looks: number) => boolean;
}

/** Steps are written down, not applied: a drive knows what it has written. */
export function researchWorld({ section = {}, scene = {}, onWrite, leases, status = 'QUEUED', loading, flying }: World) {
  const steps: ResearchStep[] = [];
  const set = stage({ onClientGone: 'cancel', ...scene });
  const sections = sectionsOf('QUICK').map(({ name, title }): ResearchSection => {
    const fresh = { status: 'PENDING', tries: 0, content: null, callId: null, openCallId: null, error: null } as const;
    return { id: `s-${name}`, runId: RUN.id, name, title, model: 'm', ...fresh, startedAt: null, finishedAt: null, ...section };
  });
  const write = async (step: ResearchStep): Promise<Written> => {
    onWrite?.(step);
    steps.push(step);
    return 'written';
  };
  const research = {
    write,
    find: async () => new Map([[RUN.id, { ...RESEARCH, run: { ...RUN, status } }]]),
    briefing: async () => {
      await loading;
      return briefingWith();
    },
    sections: async () => new Map([[RUN.id, sections]]),
    charges: async () => new Map(),
    profiles: async () => new Map(),
    learn: async () => undefined,
  } as Partial<ResearchStore> as ResearchStore;
  let looks = 0;
  const inFlight = async () => ({ inFlight: flying?.(looks++) ?? false });
  const gateway: ResearchGateway = {
    ...set.gateway,
    runs: { find: async () => new Map([[RUN.id, RUN]]) },
    archive: { keepMs: 1, seal: () => '', find: async () => null },
  };
  const means = {
    ...{ gateway, research, prompts: PROMPTS, enter: () => () => undefined, ring: () => undefined },
    reader: { receipt: inFlight as never, spendOf: async () => new Map() },
    runs: { sums: async () => new Map() },
    leases: {
      ...{ waiting: async () => [], claim: async () => true, renew: async (ids: readonly string[]) => new Set(ids) },
      ...{ release: async () => undefined, forgetDead: async () => undefined, ...leases },
    } satisfies ResearchLeases,
  };
  return { ...set, means, steps, research: RESEARCH };
}
