/**
 * Several processes on one port: `WORKERS` of them serve, and this one only watches. One that dies is replaced; SIGTERM
 * goes to all, and the last one to leave ends it. The first one prepares the database before the others start.
 */
import cluster, { type Worker } from 'node:cluster';
import type { Config } from '../config';
import type { Log } from '../kernel/log';
import { createLogger } from '../telemetry/logger';
import { addUpMetricsOfWorkers } from '../telemetry/worker-metrics';
import { isStopSignal, onStopSignal } from './stop-signals';

/** One that dies at once, again and again, must not take the machine with it. */
const REPLACED_AFTER_MS = 1_000;

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

/** @returns the exit code: 0 when all left in good order or were asked to, else that of the first that did not; or that of a start that failed */
export async function superviseWorkers({ workers: count, logLevel }: Pick<Config, 'workers' | 'logLevel'>): Promise<number> {
  addUpMetricsOfWorkers();
  const crew = new Crew(createLogger(logLevel));
  onStopSignal(() => crew.stop());
  const ended = await crew.first();
  if (ended !== null) return ended;
  crew.hire(count - 1);
  return crew.everybodyLeft;
}

/** Whether this process is the one that shows the secrets and addresses: the others would only repeat them. */
export function speaksForAll(): boolean {
  return !cluster.isWorker || cluster.worker?.id === 1;
}

export function isWatchedOver(): boolean {
  return cluster.isWorker;
}

/**
 * Calls `stop` in a worker that nobody watches over any more: without that process nobody listens on the port. It lives on until it
 * has stopped; left to itself it would end at once, in the middle of its answers.
 */
export function whenUnwatched(stop: () => void): void {
  const { worker } = cluster;
  worker?.once('disconnect', () => {
    // Looked at right behind this event.
    worker.exitedAfterDisconnect = true;
    stop();
  });
}

class Crew {
  readonly everybodyLeft: Promise<number>;
  private readonly workers = new Set<Worker>();
  private stopping = false;
  private worst = 0;
  private left: (code: number) => void = () => undefined;

  constructor(private readonly log: Pick<Log, 'error'>) {
    this.everybodyLeft = new Promise((resolve) => {
      this.left = resolve;
    });
  }

  /** Null once the first worker listens; its exit code when it ended before. */
  first(): Promise<number | null> {
    const worker = this.fork();
    return new Promise((resolve) => {
      worker.once('listening', () => {
        worker.removeAllListeners('exit');
        worker.once('exit', (code: number | null, signal: string | null) => this.ended(worker, { code, signal }));
        resolve(null);
      });
      worker.once('exit', (code: number | null, signal: string | null) => resolve(this.exitCodeOf({ code, signal })));
    });
  }

  /** Nobody is hired any more once all were asked to stop: they would not hear of it. */
  hire(count: number): void {
    for (let nth = 0; nth < count && !this.stopping; nth += 1) {
      const worker = this.fork();
      worker.once('exit', (code: number | null, signal: string | null) => this.ended(worker, { code, signal }));
    }
  }

  stop(): void {
    if (this.stopping) return;
    this.stopping = true;
    for (const worker of this.workers) worker.process.kill('SIGTERM');
    if (this.workers.size === 0) this.left(this.worst);
  }

  private fork(): Worker {
    const worker = cluster.fork();
    this.workers.add(worker);
    return worker;
  }

  private ended(worker: Worker, { code, signal }: Ended): void {
    this.workers.delete(worker);
    if (this.stopping) {
      this.worst ||= this.exitCodeOf({ code, signal });
      if (this.workers.size === 0) this.left(this.worst);
      return;
    }
    this.log.error({ worker: worker.process.pid, code, signal }, 'a worker ended: another one takes its place');
    setTimeout(() => this.hire(1), REPLACED_AFTER_MS);
  }

  /** One that was still being loaded when it was asked to stop had nothing to end in good order. */
  private exitCodeOf({ code, signal }: Ended): number {
    return this.stopping && isStopSignal(signal) ? 0 : (code ?? 1);
  }
}
