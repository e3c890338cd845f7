/** Traces where they are configured; without, nothing of them is loaded, and nothing stands between a call and the ledger. */
import { registerTraceContext } from '../api/rest/trace-context';
import type { Config } from '../config';
import type { Gateway } from '../gateway/completion-request';
import { systemClock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import type { Storage } from './open-storage';

type Ledger = Gateway['ledger'];

export interface OpenTraces {
  /** The ledger, whose holds and ends are told. */
  around(ledger: Ledger): Ledger;
  /** To be called before the routes are registered. */
  register(app: Parameters<typeof registerTraceContext>[0]): void;
  close(): Promise<void>;
}

export async function openTraces({ traces: config }: Config, { catalog }: Pick<Storage, 'catalog'>, log: Log): Promise<OpenTraces> {
  if (config === null) return { around: (ledger) => ledger, register: () => undefined, close: async () => undefined };
  const { createTraces } = await import('../telemetry/traces.js');
  const traces = createTraces(config, { catalog, clock: systemClock, log });
  return { ...traces, register: (app) => registerTraceContext(app, traces) };
}
