/** Runs, as far as the viewer may see them: a key its own, an account those of its keys. */
import type DataLoader from 'dataloader';
import { maySeeKey, type Viewer } from '../../../keys/viewer';
import type { LedgerReader, Page, PageRequest, Scope } from '../../../ledger/ledger-reader';
import type { Run } from '../../../runs/run';
import type { RunStanding } from '../../../runs/run-standing';
import { standingsOf } from '../../../runs/run-standing';
import type { RunStore } from '../../../runs/run-store';
import { loaderById } from '../batch';
import type { NodeAllowance } from '../node-allowance';

export interface RunSources {
  readonly runs: RunStore;
  readonly reader: LedgerReader;
}

export class RunLoaders {
  private readonly byId: DataLoader<string, Run | null>;
  private readonly standings: DataLoader<string, RunStanding | null>;

  constructor(
    private readonly sources: RunSources,
    private readonly viewer: Viewer,
    private readonly scope: Scope,
    private readonly allowance: NodeAllowance,
  ) {
    this.byId = loaderById(allowance, (ids) => sources.runs.find(ids));
    this.standings = loaderById(allowance, async (ids) => {
      const runs = await this.byId.loadMany(ids);
      return standingsOf(
        sources,
        runs.filter((run): run is Run => run !== null && !(run instanceof Error)),
      );
    });
  }

  /** null: there is no such run, or the viewer may not see it. */
  async run(id: string): Promise<Run | null> {
    const run = await this.byId.load(id);
    return run !== null && maySeeKey(this.viewer, { id: run.apiKeyId, accountId: run.accountId }) ? run : null;
  }

  /** To be called with a run that this request has changed: what was read of it before is forgotten. */
  changed(run: Run): Run {
    this.byId.clear(run.id).prime(run.id, run);
    this.standings.clear(run.id);
    return run;
  }

  /** To be called with a run that was read elsewhere, and that the viewer may see: it need not be read again. */
  known(run: Run): void {
    this.byId.prime(run.id, run);
  }

  /** Of a run that the viewer was shown. */
  standing(id: string): Promise<RunStanding | null> {
    return this.standings.load(id);
  }

  async agentRuns(page: PageRequest): Promise<Page<Run>> {
    this.allowance.take(page.first);
    const found = await this.sources.runs.page(this.scope, 'AGENT', page);
    for (const { node } of found.items) this.byId.prime(node.id, node);
    return found;
  }
}
