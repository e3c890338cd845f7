/** The port to what wakes workers. It carries ids and decides nothing: a run belongs to whoever claims it in the database. */
export interface RunQueue {
  /** Never fails: a run whose id was lost is found by whoever looks next. */
  push(runId: string): Promise<void>;
  /** Calls `take` with ids, one process for each. `take` resolves when it is done with it, and never rejects. */
  consume(take: (runId: string) => Promise<void>): void;
  close(): Promise<void>;
}
