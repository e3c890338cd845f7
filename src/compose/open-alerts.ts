/** What looks at the rules of alerts, and sends what they raise. */
import { AlertDispatch, AlertWatch } from '../alerts/alert-work';
import type { AlertManagement } from '../alerts/manage-alerts';
import type { Config } from '../config';
import { systemClock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import { createNotifier } from '../notify/notifier';
import { addressCheck } from '../upstreams/address-guard';
import type { HttpClient } from '../upstreams/http-client';
import type { Storage } from './open-storage';

const TIMEOUT_MS = 10_000;
/** Longer than a try of either kind. Only a database that is away takes more, and then another process tries again. */
const TRIES_END_MS = 16_000;
/** Webhooks go out like calls of providers: through the same guard of addresses. */
const TIMEOUTS = { connectMs: TIMEOUT_MS, firstByteMs: TIMEOUT_MS, idleMs: TIMEOUT_MS, totalMs: TIMEOUT_MS };

export interface Alerts {
  readonly limits: Pick<AlertManagement, 'problemOfAddress' | 'sendsMail'>;
  start(): void;
  /** Nothing is begun any more. */
  stop(): void;
  /** Resolves when the tries that are under way have ended, after `stop`. */
  close(): Promise<void>;
}

export function openAlerts({ mail, upstreamAllowPrivate }: Config, storage: Storage, http: HttpClient, log: Log): Alerts {
  const notifier = createNotifier({ dispatcher: http.dispatcherFor({ timeouts: TIMEOUTS }), mail, clock: systemClock });
  const ports = { ...storage, notifier, clock: systemClock, log };
  const dispatch = new AlertDispatch(ports);
  const works = [new AlertWatch(ports), dispatch];
  return {
    limits: { problemOfAddress: addressCheck(upstreamAllowPrivate), sendsMail: mail !== null },
    start: () => {
      for (const work of works) work.start();
    },
    stop: () => {
      for (const work of works) work.stop();
    },
    close: async () => {
      await Promise.race([dispatch.idle(), systemClock.sleep(TRIES_END_MS)]);
      notifier.close();
    },
  };
}
