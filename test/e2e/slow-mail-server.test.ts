/** A mail server that says something again and again, and is never done. */
import { type AddressInfo, createServer } from 'node:net';
import type { Alert } from '../../src/alerts/alert';
import { systemClock } from '../../src/kernel/clock';
import { createNotifier } from '../../src/notify/notifier';
import { createHttpClient } from '../../src/upstreams/http-client';
import { gate } from '../support/eventually';

const ALERT: Alert = {
  ...{ id: 'al-1', seq: 1n, ruleId: 'r', accountId: 'acme', metric: 'BALANCE', message: 'low', value: 1n, threshold: 2n },
  ...{ receiptId: null, ledgerEntryId: null, raisedAt: 0 },
};
/** Less than anybody calls silence. */
const AGAIN_MS = 500;
const TIMEOUTS = { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000, totalMs: 1_000 };

/** Greets, and answers what it is asked first with one more line for as long as somebody listens. */
async function talkative() {
  const { opened: gone, open: left } = gate();
  const server = createServer((socket) => {
    let again: NodeJS.Timeout | undefined;
    socket.write('220 here\r\n');
    socket.once('data', () => {
      again = setInterval(() => socket.write('250-and\r\n'), AGAIN_MS);
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearInterval(again);
      left();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise((resolve) => server.close(resolve));
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, gone, close };
}

it('a mail server that is never done is let go of when the time of a try is over', async () => {
  const server = await talkative();
  const http = createHttpClient({ allowPrivate: true });
  const dispatcher = http.dispatcherFor({ timeouts: TIMEOUTS });
  const notifier = createNotifier({ dispatcher, mail: { url: server.url, from: 'forge@example.com' }, clock: systemClock });
  const told = await notifier.sendMail('team@example.com', 'd-1', ALERT);
  expect(told).toEqual({ ok: false, result: 'It could not be sent: TIMEOUT.', final: false });
  await server.gone;
  notifier.close();
  await http.close();
  await server.close();
});
