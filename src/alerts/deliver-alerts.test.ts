import type { Alert, AlertDelivery, Webhook } from './alert';
import type { Tried } from './alert-store';
import { BACK_OFF_MS, deliverAlerts } from './deliver-alerts';
import type { Notified } from './notifier';

const AT = 1_790_000_000_000;
const ALERT: Alert = {
  ...{ id: 'a-1', seq: 1n, ruleId: 'r-1', accountId: 'acme', metric: 'BALANCE', message: 'Low.', value: 1n, threshold: 2n },
  ...{ receiptId: null, ledgerEntryId: null, raisedAt: AT },
};
const HOOK: Webhook = { id: 'w-1', accountId: 'acme', url: 'https://example.com/', createdAt: 0 };

function aDelivery(tries: number, fields: Partial<AlertDelivery> = {}): AlertDelivery {
  const how = { means: 'WEBHOOK', target: 'w-1', state: 'PENDING' } as const;
  return { id: 'd-1', alertId: 'a-1', ...how, tries, nextTryAt: AT, lastResult: null, deliveredAt: null, ...fields };
}

async function afterOne(delivery: AlertDelivery, notified: Notified, hook: Webhook | undefined = HOOK): Promise<Tried | undefined> {
  const told: Tried[] = [];
  await deliverAlerts({
    alertRules: { webhook: async () => (hook === undefined ? undefined : { webhook: hook, secret: 's' }) },
    alertLog: { claim: async () => [{ delivery, alert: ALERT }], tried: async (_id, tried) => void told.push(tried) },
    notifier: { callWebhook: async () => notified, sendMail: async () => notified },
    clock: { now: () => AT, monotonic: () => 0, sleep: async () => undefined },
  });
  return told[0];
}

describe('the delivery of an alert', () => {
  it('is over with the first answer that says so', async () => {
    expect(await afterOne(aDelivery(3), { ok: true, result: 'HTTP 204' })).toEqual({
      state: 'DELIVERED',
      result: 'HTTP 204',
      at: AT,
      nextTryAt: AT,
    });
  });

  it('waits longer after each failure, and gives up after the last', async () => {
    for (const [tries, wait] of BACK_OFF_MS.entries()) {
      expect(await afterOne(aDelivery(tries), { ok: false, result: 'HTTP 500' })).toMatchObject({ state: 'PENDING', nextTryAt: AT + wait });
    }
    expect(BACK_OFF_MS).toEqual([...BACK_OFF_MS].sort((a, b) => a - b));
    expect(await afterOne(aDelivery(BACK_OFF_MS.length), { ok: false, result: 'HTTP 500' })).toMatchObject({ state: 'FAILED' });
  });

  it('gives up at once where no other try can end better', async () => {
    expect(await afterOne(aDelivery(0), { ok: false, result: 'HTTP 410', final: true })).toMatchObject({ state: 'FAILED' });
  });

  it('is sent nowhere when its webhook was deleted', async () => {
    const deleted = aDelivery(0, { target: 'gone' });
    const told: Tried[] = [];
    await deliverAlerts({
      alertRules: { webhook: async () => undefined },
      alertLog: { claim: async () => [{ delivery: deleted, alert: ALERT }], tried: async (_id, tried) => void told.push(tried) },
      notifier: {
        callWebhook: () => Promise.reject(new Error('nothing is sent')),
        sendMail: () => Promise.reject(new Error('nothing is sent')),
      },
      clock: { now: () => AT, monotonic: () => 0, sleep: async () => undefined },
    });
    expect(told).toMatchObject([{ state: 'FAILED', result: 'The webhook was deleted.' }]);
  });
});
