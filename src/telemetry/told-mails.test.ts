import { StillClock } from '../../test/support/still-clock';
import type { Alert } from '../alerts/alert';
import type { Notified, Notifier } from '../alerts/notifier';
import { tellingMails } from './told-mails';

const ALERT: Alert = {
  ...{ id: 'a-1', seq: 1n, ruleId: 'r-1', accountId: 'acme', metric: 'BALANCE', message: 'Low.', value: 1n, threshold: 2n },
  ...{ receiptId: null, ledgerEntryId: null, raisedAt: 0 },
};

function mailing(notified: Notified) {
  const lines: object[] = [];
  const clock = new StillClock();
  const notifier: Notifier = { sendMail: async () => notified, callWebhook: async () => notified };
  return { lines, clock, told: tellingMails(notifier, { warn: (facts) => lines.push(facts) }, clock) };
}

describe('an alert that could not be mailed', () => {
  const refused = { ok: false, result: 'It could not be sent: EAUTH 535.' };

  it('is told to the operator without its address, once a minute however many there are', async () => {
    const { lines, clock, told } = mailing(refused);
    for (const id of ['d-1', 'd-2']) expect(await told.sendMail('team@acme.example', id, ALERT)).toBe(refused);
    expect(lines).toEqual([{ delivery: 'd-1', result: refused.result }]);
    clock.time += 60_000;
    await told.sendMail('team@acme.example', 'd-3', ALERT);
    expect(lines).toEqual([expect.anything(), { delivery: 'd-3', result: refused.result }]);
  });

  it.each([
    ['one that arrived', { ok: true, result: '250 ok' }],
    ['an address that no mail can reach', { ok: false, result: 'It could not be sent: EENVELOPE 550.', final: true }],
  ])('is not %s', async (_what, notified) => {
    const { lines, told } = mailing(notified);
    await told.sendMail('team@acme.example', 'd-1', ALERT);
    expect(lines).toEqual([]);
  });

  it("is no webhook, whose receiver is the account's", async () => {
    const { lines, told } = mailing({ ok: false, result: 'HTTP 500' });
    await told.callWebhook(
      { webhook: { id: 'w-1', accountId: 'acme', url: 'https://example.com/', createdAt: 0 }, secret: 's' },
      'd-1',
      ALERT,
    );
    expect(lines).toEqual([]);
  });
});
