/** Mail servers that refuse: what is the matter of one address ends its mail, what is the operator's to mend does not. */
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Alert } from '../../src/alerts/alert';
import { systemClock } from '../../src/kernel/clock';
import { createNotifier, type MailServer } from '../../src/notify/notifier';
import { createHttpClient } from '../../src/upstreams/http-client';

const ALERT: Alert = {
  ...{ id: 'al-1', seq: 1n, ruleId: 'r', accountId: 'acme', metric: 'BALANCE', message: 'low', value: 1n, threshold: 2n },
  ...{ receiptId: null, ledgerEntryId: null, raisedAt: 0 },
};
const TIMEOUTS = { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000, totalMs: 1_000 };

const says = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

async function mailedBy(mail: MailServer | null) {
  const http = createHttpClient({ allowPrivate: true });
  const notifier = createNotifier({ dispatcher: http.dispatcherFor({ timeouts: TIMEOUTS }), mail, clock: systemClock });
  const notified = await notifier.sendMail('team@example.com', 'd-1', ALERT);
  notifier.close();
  await http.close();
  return notified;
}

/** How a mail ends at a server of that kind. */
async function mailedTo(options: SMTPServerOptions, [user, settings] = ['', '']) {
  const server = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], logger: false, ...options });
  // What a client that is refused leaves behind is no fault of the server.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const notified = await mailedBy({ url: `smtp://${user}127.0.0.1:${port}${settings}`, from: 'forge@example.com' });
  await new Promise<void>((resolve) => server.close(resolve));
  return notified;
}

describe('a mail server that refuses', () => {
  it.each([
    ['the sender', { onMailFrom: (_from, _session, done) => done(says(550, 'not one of your addresses')) }, 'EENVELOPE 550'],
    ['whoever has not signed in', { authOptional: false }, 'EENVELOPE 530'],
    ['to relay', { onRcptTo: (_to, _session, done) => done(says(554, '5.7.1 relay access denied')) }, 'EENVELOPE 554'],
  ] satisfies [string, SMTPServerOptions, string][])('%s is asked again: the operator can mend that', async (_what, options, word) => {
    expect(await mailedTo(options)).toEqual({ ok: false, result: `It could not be sent: ${word}.`, final: false });
  });

  it.each(['no such mailbox', '5.1.1 no such mailbox'])('an address is not asked again: %s', async (text) => {
    const notified = await mailedTo({ onRcptTo: (_to, _session, done) => done(says(550, text)) });
    expect(notified).toEqual({ ok: false, result: 'It could not be sent: EENVELOPE 550.', final: true });
  });
});

it('a mail server that offers no TLS, or in whose name somebody says so, is told no password where TLS is asked for', async () => {
  const passwords: unknown[] = [];
  const onAuth: SMTPServerOptions['onAuth'] = ({ password }, _session, done) => {
    passwords.push(password);
    done(null, { user: 'forge' });
  };
  const offering = { allowInsecureAuth: true, onAuth };
  const notified = await mailedTo(offering, ['forge:hunter2@', '?requireTLS=true']);
  expect(notified).toEqual({ ok: false, result: expect.stringContaining('ETLS'), final: false });
  expect(passwords).toEqual([]);
  expect(await mailedTo(offering, ['forge:hunter2@', ''])).toMatchObject({ ok: true });
  expect(passwords).toEqual(['hunter2']);
});

it('a mail of a process without a mail server is sent again: by one that has it, or after the next start', async () => {
  expect(await mailedBy(null)).toEqual({ ok: false, result: 'No mail server is configured.' });
});
