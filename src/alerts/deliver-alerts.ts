/** Brings alerts to where they are wanted, again and again until they have arrived or nobody expects them any more. */
import type { Clock } from '../kernel/clock';
import type { Alert, AlertDelivery } from './alert';
import type { AlertLog, AlertRuleStore, Tried } from './alert-store';
import type { Notified, Notifier } from './notifier';

export interface DeliveryPorts {
  readonly alertRules: Pick<AlertRuleStore, 'webhook'>;
  readonly alertLog: Pick<AlertLog, 'claim' | 'tried'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** How long after each try that failed the next one is due: in all a good day. */
export const BACK_OFF_MS: readonly number[] = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 18 * HOUR];
/** Longer than a try can take: nobody else tries meanwhile, and a process that dies leaves it to others after that. */
const CLAIM_MS = MINUTE;
const AT_ONCE = 20;

/** @returns how many deliveries were tried. What is delivered twice after a crash has the same id both times. */
export async function deliverAlerts(ports: DeliveryPorts): Promise<number> {
  const now = ports.clock.now();
  const due = await ports.alertLog.claim(now, now + CLAIM_MS, AT_ONCE);
  await Promise.all(
    due.map(async ({ delivery, alert }) => {
      const notified = await notify(ports, delivery, alert);
      await ports.alertLog.tried(delivery.id, afterTry(delivery, notified, ports.clock.now()));
    }),
  );
  return due.length;
}

async function notify({ alertRules, notifier }: DeliveryPorts, { id, means, target }: AlertDelivery, alert: Alert): Promise<Notified> {
  if (means === 'EMAIL') return notifier.sendMail(target, id, alert);
  const webhook = await alertRules.webhook(target);
  if (webhook === undefined) return { ok: false, result: 'The webhook was deleted.', final: true };
  return notifier.callWebhook(webhook, id, alert);
}

function afterTry({ tries }: AlertDelivery, { ok, result, final }: Notified, at: number): Tried {
  const wait = BACK_OFF_MS[tries];
  if (ok) return { state: 'DELIVERED', result, at, nextTryAt: at };
  return final === true || wait === undefined
    ? { state: 'FAILED', result, at, nextTryAt: at }
    : { state: 'PENDING', result, at, nextTryAt: at + wait };
}
