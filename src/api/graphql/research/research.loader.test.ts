/** How much of reports one request may ask for, and how often they are read. */
import { NO_RESEARCH } from '../../../../test/support/no-research';
import { answerOf, briefingWith } from '../../../../test/support/section-answers';
import type { ResearchRun, ResearchSection } from '../../../research/run';
import type { Run } from '../../../runs/run';
import { NodeAllowance } from '../node-allowance';
import { ResearchLoaders } from './research.loader';

const estimate = { mode: 'QUICK', sections: 1, expected: [], ceiling: [], expectedTokens: 0, expectedSeconds: 0 } as const;
const runs = Array.from({ length: 130 }, (_, nth): ResearchRun => {
  const run: Run = {
    ...{ id: `run-${nth}`, kind: 'RESEARCH', accountId: 'acme', apiKeyId: 'key', name: 'A', status: 'CANCELLED', statusReason: null },
    ...{ budget: [], createdAt: 1, startedAt: 1, finishedAt: 2 },
  };
  const models = { quick: 'm', deep: 'm' };
  return { run, symbol: 'ACME', mode: 'QUICK', models, report: null, estimate: { ...estimate, balanceOk: true, warnings: [] } };
});

function loaders() {
  const asked: string[] = [];
  const sectionOf = (runId: string): ResearchSection => ({
    ...{ id: `${runId}-s`, runId, name: 'market_snapshot', title: 'Market snapshot', model: 'm', status: 'COMPLETED', tries: 1 },
    ...{ content: answerOf('market_snapshot'), callId: null, openCallId: null, error: null, startedAt: 1, finishedAt: 2 },
  });
  const research = {
    ...NO_RESEARCH.research,
    html: async (ids: readonly string[]) => {
      asked.push(`html of ${ids.length}`);
      return new Map();
    },
    briefing: async (id: string) => {
      asked.push(id);
      return briefingWith();
    },
    sections: async (ids: readonly string[]) => new Map(ids.map((id) => [id, [sectionOf(id)]])),
  };
  const sources = { research, runs: { sums: async () => new Map() } as never };
  return { asked, loaded: new ResearchLoaders(sources, { kind: 'OPERATOR' } as never, {} as never, new NodeAllowance()) };
}

describe('reports in a request', () => {
  it('are read together, and made once each, whatever they are called', async () => {
    const { asked, loaded } = loaders();
    await Promise.all(runs.slice(0, 100).map(({ run }) => loaded.html(run.id)));
    expect(asked).toEqual(['html of 100']);
    const [run] = runs as [ResearchRun];
    const pages = await Promise.all(Array.from({ length: 10 }, () => loaded.pageSoFar(run)));
    expect(new Set(pages).size).toBe(1);
    expect(asked).toEqual(['html of 100', 'run-0']);
  });

  it('are bounded where each has to be made', async () => {
    const { loaded } = loaders();
    await Promise.all(runs.slice(0, 100).map((run) => loaded.pageSoFar(run)));
    await expect(Promise.all(runs.slice(100).map((run) => loaded.pageSoFar(run)))).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
