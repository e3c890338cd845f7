/** What carries research runs on, and what users start them with. */

import type { Interruption } from '../attempts/attempt-job';
import type { DeclaredResearch } from '../catalog-file/declare';
import { openRunQueue } from '../cluster/open-run-queue';
import type { Config } from '../config';
import type { Gateway } from '../gateway/completion-request';
import { systemClock } from '../kernel/clock';
import { DAY_MS } from '../kernel/times';
import type { ResearchManagement } from '../research/manage-research';
import { RecentBriefings } from '../research/recent-briefings';
import { bellOf } from '../research/research-tail';
import { ResearchWorker } from '../research/research-worker';
import { SqlAnswerArchive } from '../storage/stored-answer-store';
import { openMarketData } from './open-market-data';
import type { Storage } from './open-storage';
import { readPrompts } from './read-prompts';

/** For as long a process may be away, an answer that it has paid for is not paid for again. */
const KEEP_ANSWERS_MS = DAY_MS;

export interface Research {
  readonly management: ResearchManagement;
  start(): Promise<void>;
  /** Begins nothing more; what is in flight ends on its own. */
  stop(): void;
  /** Resolves when nothing is carried on any more. */
  close(): Promise<void>;
}

interface Parts {
  readonly config: Config;
  /** null: the catalog has none. */
  readonly declared: DeclaredResearch | null;
  readonly storage: Storage;
  readonly gateway: Gateway;
  readonly enter: (interrupt: (reason: Interruption) => void) => () => void;
}

export async function openResearch({ config, declared, storage, gateway, enter }: Parts): Promise<Research> {
  const { log } = gateway;
  const archive = new SqlAnswerArchive({
    ...{ dataSource: storage.dataSource, masterKey: storage.masterKey, keepMs: KEEP_ANSWERS_MS, clock: systemClock, log },
  });
  const queue = await openRunQueue({ redisUrl: config.redisUrl, installation: storage.ledgerId });
  const ring = (runId: string) => storage.spend.doorbell.ring([bellOf(runId)]);
  const prompts = readPrompts();
  const worker = new ResearchWorker(
    { ...storage, gateway: { ...gateway, archive }, prompts, ring, enter, leases: storage.researchLeases },
    log,
  );
  const setup =
    declared === null
      ? null
      : { models: declared.models, marketData: new RecentBriefings(openMarketData(declared.marketData, systemClock), systemClock) };
  return {
    management: { ...storage, setup, queue, clock: systemClock, counter: gateway.counter, prompts, ring },
    start: async () => {
      await storage.researchLeases.forgetDead();
      archive.start();
      queue.consume(worker.take);
      worker.start();
    },
    stop: () => worker.stop(),
    close: async () => {
      await worker.idle();
      archive.stop();
      await queue.close();
    },
  };
}
