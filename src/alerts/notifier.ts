/** The port through which an alert leaves the house. */
import type { Alert, SigningWebhook } from './alert';

/** Whether it arrived, and what was answered: at most 200 characters, for the log of deliveries. */
export interface Notified {
  readonly ok: boolean;
  readonly result: string;
  /** true: another try would end alike. */
  readonly final?: boolean;
}

export interface Notifier {
  /** `deliveryId` is the same for every try. Never rejects. */
  callWebhook(target: SigningWebhook, deliveryId: string, alert: Alert): Promise<Notified>;
  /** Never rejects. */
  sendMail(address: string, deliveryId: string, alert: Alert): Promise<Notified>;
}
