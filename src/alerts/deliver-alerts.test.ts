import type { Alert, AlertDelivery, Webhook } from './alert';
import type { Tried } from './alert-store';
import type { DeliveryPorts } from './deliver-alerts';
import { AlertDeliveries, BACK_OFF_MS } from './deliver-alerts';
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

const clock = { now: () => AT, monotonic: () => 0, sleep: async () => undefined };
const log = { warn: () => undefined };

/** Begins what is due, and waits for its end. */
async function deliverAlerts(ports: Omit<DeliveryPorts, 'clock' | 'log'>): Promise<void> {
  await new Promise<void>((resolve) => {
    void new AlertDeliveries({ ...ports, clock, log }, resolve).begin();
  });
}

async function afterOne(delivery: AlertDelivery, notified: Notified, hook: Webhook | undefined = HOOK): Promise<Tried | undefined> {
  const told: Tried[] = [];
  await deliverAlerts({
    alertRules: { webhook: async () => (hook === undefined ? undefined : { webhook: hook, secret: 's' }) },
    alertLog: { claim: async () => [{ delivery, alert: ALERT, claim: 'c-1' }], tried: async (_id, tried) => void told.push(tried) },
    notifier: { callWebhook: async () => notified, sendMail: async () => notified },
  });
  return told[0];
}

describe('the delivery of an alert', () => {
  it('is over with the first answer that says so', async () => {
    expect(await afterOne(aDelivery(3), { ok: true, result: 'HTTP 204' })).toEqual({
      state: 'DELIVERED',
      result: 'HTTP 204',
      sent: true,
      at: AT,
      againInMs: 0,
    });
  });

  it('waits longer after each failure, and gives up after the last', async () => {
    for (const [tries, wait] of BACK_OFF_MS.entries()) {
      expect(await afterOne(aDelivery(tries), { ok: false, result: 'HTTP 500' })).toMatchObject({ state: 'PENDING', againInMs: wait });
    }
    expect(BACK_OFF_MS).toEqual([...BACK_OFF_MS].sort((a, b) => a - b));
    expect(await afterOne(aDelivery(BACK_OFF_MS.length), { ok: false, result: 'HTTP 500' })).toMatchObject({ state: 'FAILED' });
  });

  it('gives up at once where no other try can end better', async () => {
    expect(await afterOne(aDelivery(0), { ok: false, result: 'HTTP 410', final: true })).toMatchObject({ state: 'FAILED' });
  });

  it('is tried again later where it could not be made ready, such as with another master key, and harms no other one', async () => {
    const told: Tried[] = [];
    await deliverAlerts({
      alertRules: { webhook: () => Promise.reject(new Error('the secret does not open')) },
      alertLog: {
        claim: async () => [{ delivery: aDelivery(0), alert: ALERT, claim: 'c-1' }],
        tried: async (_id, tried) => void told.push(tried),
      },
      notifier: { callWebhook: async () => ({ ok: true, result: 'sent' }), sendMail: async () => ({ ok: true, result: 'sent' }) },
    });
    expect(told).toMatchObject([{ state: 'PENDING', result: 'It could not be made ready.', againInMs: 5_000 }]);
  });

  it('waits for no receiver that hangs', async () => {
    const ended = jest.fn();
    const hanging = new AlertDeliveries(
      {
        ...{ clock, log },
        alertRules: { webhook: async () => ({ webhook: HOOK, secret: 's' }) },
        alertLog: {
          claim: async (_forMs, { underWay }) => (underWay.size > 0 ? [] : [{ delivery: aDelivery(0), alert: ALERT, claim: 'c-1' }]),
          tried: async () => undefined,
        },
        notifier: { callWebhook: () => new Promise(() => undefined), sendMail: () => new Promise(() => undefined) },
      },
      ended,
    );
    expect([await hanging.begin(), await hanging.begin()]).toEqual([1, 0]);
    expect(ended).not.toHaveBeenCalled();
  });

  it('has room for so many at once, known by account, and again for each that has ended', async () => {
    const rooms: (readonly [limit: number, underWay: object])[] = [];
    const open: (() => void)[] = [];
    const ports: DeliveryPorts = {
      ...{ clock, log },
      alertRules: { webhook: async () => ({ webhook: HOOK, secret: 's' }) },
      alertLog: {
        claim: async (_forMs, { limit, underWay }) => {
          rooms.push([limit, Object.fromEntries(underWay)]);
          const asked = Math.min(limit, 20);
          return Array.from({ length: asked }, () => ({
            delivery: aDelivery(0),
            alert: { ...ALERT, accountId: `a-${asked}` },
            claim: 'c-1',
          }));
        },
        tried: async () => undefined,
      },
      notifier: {
        callWebhook: () => new Promise((resolve) => open.push(() => resolve({ ok: true, result: 'HTTP 204' }))),
        sendMail: () => Promise.reject(new Error('nothing is mailed')),
      },
    };
    const deliveries = new AlertDeliveries(ports, () => undefined);
    expect([await deliveries.begin(), await deliveries.begin(), await deliveries.begin()]).toEqual([20, 12, 0]);
    for (const end of open.splice(0)) end();
    await deliveries.idle();
    expect(await deliveries.begin()).toBe(20);
    expect(rooms).toEqual([
      [32, {}],
      [12, { 'a-20': 20 }],
      [32, {}],
    ]);
  });

  it('is taken from all others for longer than a try can take, of which a mail may take fifteen seconds', async () => {
    const taken: number[] = [];
    const claim = async (forMs: number) => {
      taken.push(forMs);
      return [];
    };
    const notifier = { callWebhook: () => Promise.reject(new Error()), sendMail: () => Promise.reject(new Error()) };
    const alertRules = { webhook: async () => undefined };
    await new AlertDeliveries(
      { clock, log, alertRules, notifier, alertLog: { claim, tried: async () => undefined } },
      () => undefined,
    ).begin();
    expect(taken).toEqual([20_000]);
  });

  it('is sent nowhere when its webhook was deleted', async () => {
    const deleted = aDelivery(0, { target: 'gone' });
    const told: Tried[] = [];
    await deliverAlerts({
      alertRules: { webhook: async () => undefined },
      alertLog: {
        claim: async () => [{ delivery: deleted, alert: ALERT, claim: 'c-1' }],
        tried: async (_id, tried) => void told.push(tried),
      },
      notifier: {
        callWebhook: () => Promise.reject(new Error('nothing is sent')),
        sendMail: () => Promise.reject(new Error('nothing is sent')),
      },
    });
    expect(told).toMatchObject([{ state: 'FAILED', result: 'The webhook was deleted.', sent: false }]);
  });
});
