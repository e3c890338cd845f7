/** What looks at the rules of alerts, and sends what they raise. */
import { AlertDispatch, AlertWatch } from '../alerts/alert-work';
import type { AlertManagement } from '../alerts/manage-alerts';
import type { Config } from '../config';
import { systemClock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import { createNotifier } from '../notify/notifier';
import { tellingMails } from '../telemetry/told-mails';
import { addressCheck } from '../upstreams/address-guard';
import { createHttpClient } from '../upstreams/http-client';
import type { Storage } from './open-storage';

const TIMEOUT_MS = 10_000;
/** Longer than a try of either kind. Only a database that is away takes more, and then another process tries again. */
const TRIES_END_MS = 16_000;
/** Accounts choose where their webhooks go: what opens the operator's own network to channels does not open it to them. */
const ALLOWED_BY = 'WEBHOOK_ALLOW_PRIVATE';
/** Webhooks go out like calls of providers: through a guard of addresses. */
const TIMEOUTS = { connectMs: TIMEOUT_MS, firstByteMs: TIMEOUT_MS, idleMs: TIMEOUT_MS, totalMs: TIMEOUT_MS };

export interface Alerts {
  readonly limits: Pick<AlertManagement, 'problemOfAddress' | 'sendsMail'>;
  start(): void;
  /** Nothing is begun any more. */
  stop(): void;
  /** Resolves when the tries that are under way have ended, after `stop`. */
  close(): Promise<void>;
}

export function openAlerts({ mail, webhookAllowPrivate }: Config, storage: Storage, log: Log): Alerts {
  const http = createHttpClient({ allowPrivate: webhookAllowPrivate, allowedBy: ALLOWED_BY });
  const dispatcher = http.dispatcherFor({ timeouts: TIMEOUTS });
  const notifier = tellingMails(createNotifier({ dispatcher, mail, clock: systemClock }), log, systemClock);
  const ports = { ...storage, notifier, clock: systemClock, log };
  const dispatch = new AlertDispatch(ports);
  const works = [new AlertWatch(ports), dispatch];
  return {
    limits: { problemOfAddress: addressCheck(webhookAllowPrivate, ALLOWED_BY), sendsMail: mail !== null },
    start: () => {
      for (const work of works) work.start();
    },
    stop: () => {
      for (const work of works) work.stop();
    },
    close: async () => {
      await Promise.race([dispatch.idle(), systemClock.sleep(TRIES_END_MS)]);
      notifier.close();
      await http.close();
    },
  };
}
