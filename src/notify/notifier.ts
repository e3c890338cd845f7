/** Sends alerts: to webhooks by HTTP, and to people through a mail server. */
import { createTransport, type Transporter } from 'nodemailer';
import { type Dispatcher, request } from 'undici';
import type { Alert, SigningWebhook } from '../alerts/alert';
import type { Notified, Notifier } from '../alerts/notifier';
import type { Clock } from '../kernel/clock';
import { alertBody, alertMail } from './alert-text';
import { signedHeaders } from './webhook-signature';

export interface MailServer {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly url: string;
  readonly from: string;
}

export interface NotifierOptions {
  /** Connects to whom the gateway may connect to, and to nobody else. */
  readonly dispatcher: Dispatcher;
  /** null: mails cannot be sent. */
  readonly mail: MailServer | null;
  readonly clock: Clock;
}

const TIMEOUT_MS = 10_000;
/** Shorter than a claim of a delivery lasts. */
const MAIL_MS = 15_000;

export function createNotifier({ dispatcher, mail, clock }: NotifierOptions): Notifier & { close(): void } {
  const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
  const transport = mail === null ? null : createTransport({ url: mail.url, ...timeouts });
  return {
    callWebhook: (target, id, alert) => calling(dispatcher, clock, target, id, alert).catch(brokenBy),
    sendMail: async (address, id, alert) => {
      // Not the end of it: a process beside this one may have a mail server, and so may the next start.
      if (transport === null || mail === null) return { ok: false, result: 'No mail server is configured.' };
      return mailing(transport, mail.from, address, id, alert).catch(brokenBy);
    },
    close: () => transport?.close(),
  };
}

/** Only 2xx is an answer: a redirect could lead anywhere, and is not followed. */
async function calling(
  dispatcher: Dispatcher,
  clock: Clock,
  { webhook, secret, former }: SigningWebhook,
  id: string,
  alert: Alert,
): Promise<Notified> {
  const body = alertBody(alert);
  const now = clock.now();
  const secrets = former !== undefined && former.until > now ? [secret, former.secret] : [secret];
  const headers = { 'content-type': 'application/json', 'user-agent': 'tokens-forge', ...signedHeaders(secrets, id, now, body) };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await request(webhook.url, { method: 'POST', headers, body, dispatcher, signal });
  await answer.body.dump();
  const ok = answer.statusCode >= 200 && answer.statusCode < 300;
  // 410 is how a receiver says that it will never want this again.
  return { ok, result: `HTTP ${answer.statusCode}`, final: answer.statusCode === 410 };
}

async function mailing(transport: Transporter, from: string, to: string, id: string, alert: Alert): Promise<Notified> {
  // A server that says something now and then is never silent for long, and yet never done: it is let go of, and takes no mail any more.
  const signal = AbortSignal.timeout(MAIL_MS);
  const { response } = await transport.sendMail({ from, to, messageId: `<${id}@tokens-forge>`, ...alertMail(alert), signal });
  return { ok: true, result: typeof response === 'string' ? response : 'sent' };
}

/** An error of undici or of nodemailer, as far as it is looked at. */
type Broken = Readonly<Partial<Record<'code' | 'name' | 'command' | 'responseCode' | 'response', unknown>>>;

/** What happened, without the address: it is read by people of the account. */
function brokenBy(error: unknown): Notified {
  const { code, name, responseCode } = error as Broken;
  const late = name === 'TimeoutError' || code === 'EABORT';
  const word = late ? 'TIMEOUT' : typeof code === 'string' ? code : 'ERROR';
  const answer = typeof responseCode === 'number' ? ` ${responseCode}` : '';
  return { ok: false, result: `It could not be sent: ${word}${answer}.`, final: isOfAddress(error as Broken) };
}

/**
 * A mail server says 5yz of an address that it will never deliver to. What it says of who sends (EAUTH, of the sender's address, and
 * 5.7.z where it relays for nobody unknown) the operator may mend, and by then no alert may be given up.
 */
function isOfAddress({ command, responseCode, response }: Broken): boolean {
  const refused = command === 'RCPT TO' && typeof responseCode === 'number' && responseCode >= 500;
  return refused && !/^5\d\d[ -]5\.7\./.test(String(response));
}
