/** Brings alerts to where they are wanted, again and again until they have arrived or nobody expects them any more. */
import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import { type Alert, type AlertDelivery, WEBHOOK_DELETED } from './alert';
import type { AlertLog, AlertRuleStore, Claimed, Tried } from './alert-store';
import type { Notified, Notifier } from './notifier';

export interface DeliveryPorts {
  readonly alertRules: Pick<AlertRuleStore, 'webhook'>;
  readonly alertLog: Pick<AlertLog, 'claim' | 'tried'>;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** How long after each try that failed the next one is due: in all a good day. */
export const BACK_OFF_MS: readonly number[] = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, 18 * HOUR];
/** Longer than a try can take: nobody else tries meanwhile, and a process that dies leaves it to others after that. */
const CLAIM_MS = 20 * SECOND;
const AT_ONCE = 32;
/** Receivers that hang keep nobody waiting but their own account. */
const AT_ONCE_OF_ACCOUNT = 4;

/** What is on its way now. Nothing here waits for a receiver. */
export class AlertDeliveries {
  private readonly underWay = new Map<string, number>();
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly ports: DeliveryPorts,
    /** Called whenever a try has ended, so that there is room again. */
    private readonly onEnd: () => void,
  ) {}

  /**
   * Begins deliveries that are due, as many as there is room for; gives how many. What is delivered twice after a crash has the
   * same id both times.
   */
  async begin(): Promise<number> {
    const limit = AT_ONCE - this.running.size;
    if (limit <= 0) return 0;
    const room = { limit, perAccount: AT_ONCE_OF_ACCOUNT, underWay: this.underWay };
    const claimed = await this.ports.alertLog.claim(CLAIM_MS, room);
    for (const taken of claimed) this.follow(this.run(taken));
    return claimed.length;
  }

  /** Resolves when what is on its way now has ended, and that is written down: within the time that a try may take. */
  async idle(): Promise<void> {
    await Promise.all(this.running);
  }

  private follow(run: Promise<void>): void {
    const followed = run.finally(() => {
      this.running.delete(followed);
      this.onEnd();
    });
    this.running.add(followed);
  }

  /** Never rejects. */
  private async run(taken: Claimed): Promise<void> {
    const { delivery, alert } = taken;
    this.add(alert.accountId, 1);
    try {
      await tryOnce(this.ports, taken);
    } catch (error) {
      // Nobody knows how it ended: it is tried again when its claim has passed, under the same id.
      this.ports.log.warn({ err: error, delivery: delivery.id }, 'how a delivery ended could not be written down');
    } finally {
      this.add(alert.accountId, -1);
    }
  }

  private add(accountId: string, change: number): void {
    const left = (this.underWay.get(accountId) ?? 0) + change;
    if (left > 0) this.underWay.set(accountId, left);
    else this.underWay.delete(accountId);
  }
}

/** Never rejects over what is sent: a delivery that breaks is one that failed, and is tried again less and less often. */
async function tryOnce(ports: DeliveryPorts, taken: Claimed): Promise<void> {
  const { delivery, alert } = taken;
  const notified = await notify(ports, delivery, alert).catch((): Notified => ({ ok: false, result: 'It could not be made ready.' }));
  const at = ports.clock.now();
  const nowhere: Tried = { state: 'FAILED', result: WEBHOOK_DELETED, sent: false, at, againInMs: 0 };
  await ports.alertLog.tried(taken, notified === null ? nowhere : afterTry(delivery, notified, at));
}

/** null: the webhook was deleted, and nothing is sent. */
async function notify({ alertRules, notifier }: DeliveryPorts, delivery: AlertDelivery, alert: Alert): Promise<Notified | null> {
  const { id, means, target } = delivery;
  if (means === 'EMAIL') return notifier.sendMail(target, id, alert);
  const webhook = await alertRules.webhook(target);
  return webhook === undefined ? null : notifier.callWebhook(webhook, id, alert);
}

function afterTry({ tries }: AlertDelivery, { ok, result, final }: Notified, at: number): Tried {
  const wait = BACK_OFF_MS[tries];
  const ended = { result, sent: true, at, againInMs: 0 };
  if (ok) return { ...ended, state: 'DELIVERED' };
  return final === true || wait === undefined ? { ...ended, state: 'FAILED' } : { ...ended, state: 'PENDING', againInMs: wait };
}
