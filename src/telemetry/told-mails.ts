/** Tells the log that alerts are not mailed: the mail server is the operator's, and accounts alone would read of it. */
import type { Notifier } from '../alerts/notifier';
import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import { onceAMinute } from '../kernel/once-a-minute';

/** The same notifier. A minute of trouble is one line, and an address that no mail can reach is none: an account chose it. */
export function tellingMails<Sends extends Notifier>(notifier: Sends, log: Pick<Log, 'warn'>, clock: Pick<Clock, 'monotonic'>): Sends {
  const tell = onceAMinute(clock, (delivery: string, result: string) => {
    log.warn(
      { delivery, result },
      'an alert could not be mailed: correct SMTP_URL and SMTP_FROM, or mend the mail server; it is tried again for a day',
    );
  });
  return {
    ...notifier,
    sendMail: async (address, deliveryId, alert) => {
      const notified = await notifier.sendMail(address, deliveryId, alert);
      if (!notified.ok && notified.final !== true) tell(deliveryId, notified.result);
      return notified;
    },
  };
}
