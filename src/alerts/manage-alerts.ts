/** How rules and webhooks are made: what is asked for is checked, and what is wrong with it is named. */
import type { Clock } from '../kernel/clock';
import { wrong } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { makeOnce, type Once, onceOf } from '../kernel/made-once';
import { NANO_MAX, ONE } from '../kernel/money';
import { checkedName } from '../kernel/names';
import { checkOverlap } from '../kernel/overlap';
import { newSecret } from '../kernel/secret';
import { bucketOf } from '../kernel/words';
import type { AlertMetric, AlertRule, Webhook } from './alert';
import type { AlertRuleStore } from './alert-store';

export interface AlertManagement {
  readonly alertRules: AlertRuleStore;
  readonly clock: Clock;
  /** What is wrong with a URL that the gateway would be made to call; null: nothing. */
  problemOfAddress(url: URL): string | null;
  /** false: no mail server is configured. */
  readonly sendsMail: boolean;
}

export type RuleWish = Omit<AlertRule, 'id' | 'episode' | 'createdAt' | 'enabled'>;

const EMAILS_MAX = 10;
const RULES_MAX = 200;
const WEBHOOKS_MAX = 20;
const URL_MAX = 1_000;
const EMAIL = /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,190}$/;
/** Signs as the Standard Webhooks specification says, whose secrets begin like this. */
const SECRET_PREFIX = 'whsec_';

interface RuleManagement extends Pick<AlertManagement, 'clock' | 'sendsMail'> {
  readonly alertRules: Pick<AlertRuleStore, 'addRule' | 'rules' | 'madeBefore'>;
}

/**
 * `idempotencyKey`: the same one never makes a second rule for the account, which would tell everything twice.
 * @throws Fault `invalid_request` that names the field; `idempotency_settled`, which names the rule that was made before, or
 * `idempotency_mismatch`
 */
export function createRule(management: RuleManagement, wish: RuleWish, idempotencyKey: string | null = null): Promise<AlertRule> {
  const once = onceOf(['alert_rule', wish.accountId], idempotencyKey, wish);
  return makeOnce(management.alertRules, once, madeRule, () => addRule(management, wish, once));
}

function madeRule(id: string): string {
  return `This idempotencyKey made the alert rule ${id}. alertRules shows it, updateAlertRule changes it, deleteAlertRule ends it.`;
}

async function addRule(management: RuleManagement, wish: RuleWish, once: Once | null): Promise<AlertRule> {
  const { alertRules, clock } = management;
  const name = checkedName(wish.name);
  checkMetric(wish);
  checkSelection(wish);
  checkEmails(management, wish.emails);
  if ((await alertRules.rules(wish.accountId)).length >= RULES_MAX) throw wrong('accountId', `has ${RULES_MAX} rules already: delete some`);
  const rule = { ...wish, name, id: newId(), enabled: true, episode: null, createdAt: clock.now() };
  await alertRules.addRule(rule, once);
  return rule;
}

/** What belongs to each metric, and to no other one. */
const PARTS: Readonly<Record<AlertMetric, readonly Part[]>> = {
  BALANCE: ['bucket'],
  SPEND: ['bucket', 'window'],
  TOKENS: ['window'],
  FAILURE_RATE: ['minimumRequests'],
  RETRY_RATE: ['minimumRequests'],
  FALLBACK_RATE: ['minimumRequests'],
  SLOW_RATE: ['minimumRequests', 'slowerThanMs'],
};
type Part = (typeof ALL_PARTS)[number];
const ALL_PARTS = ['bucket', 'window', 'minimumRequests', 'slowerThanMs'] as const;

/** Whether a metric is a share of the requests of the last hour. */
export function isRate(metric: AlertMetric): boolean {
  return PARTS[metric].includes('minimumRequests');
}

/** Whether a rule has what belongs to its metric and nothing else, within bounds. @throws Fault `invalid_request` that names the field */
export function checkMetric(wish: RuleWish): void {
  const { metric, minimumRequests, slowerThanMs } = wish;
  for (const name of ALL_PARTS) {
    const belongs = PARTS[metric].includes(name);
    if (belongs === (wish[name] === null)) throw wrong(name, `is ${belongs ? 'needed' : 'not'} for ${metric}`);
  }
  if (minimumRequests !== null && minimumRequests < 1) throw wrong('minimumRequests', 'must be 1 or more');
  if (slowerThanMs !== null && slowerThanMs < 1) throw wrong('slowerThanMs', 'must be 1 or more');
  checkThreshold(wish);
}

function checkThreshold({ metric, threshold, minimumRequests }: RuleWish): void {
  const most = metric === 'TOKENS' ? `at most ${NANO_MAX / ONE} tokens` : 'no more than a wallet can hold';
  if (threshold <= 0n || threshold > NANO_MAX) throw wrong('threshold', `must be above zero, and ${most}`);
  if (metric === 'TOKENS' && threshold % ONE !== 0n) throw wrong('threshold', 'is a number of tokens, and must be whole');
  if (minimumRequests !== null && threshold > ONE) throw wrong('threshold', 'is a share of the requests: above 0, at most 1');
}

function checkSelection({ metric, bucket, apiKeyId, projectId, routeType, model }: RuleWish): void {
  const [chosen, second] = Object.entries({ apiKeyId, projectId, routeType, model }).filter(([, value]) => value !== null);
  if (metric === 'BALANCE' && chosen !== undefined) throw wrong('metric', `BALANCE is of the whole account: leave out ${chosen[0]}`);
  if (chosen !== undefined && second !== undefined)
    throw wrong(second[0], `cannot stand beside ${chosen[0]}: a rule is about one key, project, route type or model`);
  if (bucket !== null && routeType !== null && bucketOf(routeType) !== bucket)
    throw wrong('routeType', `${routeType} is never paid from ${bucket}`);
}

/** @throws Fault `invalid_request` that names the address */
export function checkEmails({ sendsMail }: Pick<AlertManagement, 'sendsMail'>, emails: readonly string[]): void {
  if (emails.length > 0 && !sendsMail) throw wrong('emails', 'needs a mail server: the operator sets SMTP_URL and SMTP_FROM');
  if (emails.length > EMAILS_MAX) throw wrong('emails', `must name at most ${EMAILS_MAX} addresses`);
  emails.forEach((address, index) => {
    if (!EMAIL.test(address) || !address.isWellFormed()) throw wrong(`emails[${index}]`, 'is no e-mail address');
    if (emails.indexOf(address) !== index) throw wrong(`emails[${index}]`, 'stands there a second time');
  });
}

/** The only time that the secret is shown. */
export interface CreatedWebhook {
  readonly webhook: Webhook;
  readonly secret: string;
}

/**
 * `idempotencyKey`: the same one never makes a second webhook for the account, because the secret of the first cannot be shown again.
 * @throws Fault `invalid_request` for an address that may not be called; `idempotency_settled`, which names the webhook that was made
 * before, or `idempotency_mismatch`
 */
export function createWebhook(
  means: AlertManagement,
  accountId: string,
  url: string,
  idempotencyKey: string | null = null,
): Promise<CreatedWebhook> {
  const once = onceOf(['webhook', accountId], idempotencyKey, { url });
  return makeOnce(means.alertRules, once, madeWebhook, () => addWebhook(means, accountId, url, once));
}

function madeWebhook(id: string): string {
  const wayOn = 'Its secret was shown then: rotateWebhookSecret gives it a new one, deleteWebhook ends it.';
  return `This idempotencyKey made the webhook ${id}. ${wayOn}`;
}

async function addWebhook(
  { alertRules, clock, problemOfAddress }: AlertManagement,
  accountId: string,
  url: string,
  once: Once | null,
): Promise<CreatedWebhook> {
  const problem = problemOfUrl(url, problemOfAddress);
  if (problem !== null) throw wrong('url', problem);
  if ((await alertRules.webhooks(accountId)).length >= WEBHOOKS_MAX)
    throw wrong('url', `is one too many: an account has ${WEBHOOKS_MAX} webhooks at most`);
  const webhook = { id: newId(), accountId, url, createdAt: clock.now() };
  const secret = newSigningSecret();
  await alertRules.addWebhook(webhook, secret, once);
  return { webhook, secret };
}

function newSigningSecret(): string {
  return SECRET_PREFIX + newSecret('').replaceAll('-', '+').replaceAll('_', '/');
}

/**
 * A new secret; what is sent is signed with the one before as well for `overlapS` seconds. What is on its way is signed so too, from its
 * next try on. `idempotencyKey`: the same one never rotates a second time, which would end the secret that was shown.
 * @throws Fault `invalid_request`, `not_found` where it was deleted meanwhile; `idempotency_settled`, `idempotency_mismatch`
 */
export function rotateWebhook(
  { alertRules, clock }: Pick<AlertManagement, 'alertRules' | 'clock'>,
  webhook: Webhook,
  overlapS: number,
  idempotencyKey: string | null = null,
): Promise<CreatedWebhook> {
  checkOverlap(overlapS);
  const { id } = webhook;
  const once = onceOf(['rotated_webhook', id], idempotencyKey, { overlapS });
  return makeOnce(alertRules, once, rotatedWebhook, async () => {
    const [secret, at] = [newSigningSecret(), clock.now()];
    await alertRules.rotateWebhook({ id, secret, at, formerUntil: at + overlapS * 1_000, once });
    return { webhook, secret };
  });
}

function rotatedWebhook(id: string): string {
  const wayOn = 'It was shown then: rotateWebhookSecret with another idempotencyKey gives it another one.';
  return `This idempotencyKey gave the webhook ${id} a new secret. ${wayOn}`;
}

function problemOfUrl(text: string, problemOfAddress: AlertManagement['problemOfAddress']): string | null {
  if (text.length > URL_MAX || !text.isWellFormed() || !URL.canParse(text)) return `must be a URL of at most ${URL_MAX} characters`;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https:// or http://';
  if (url.username !== '' || url.password !== '') return 'must have no user name or password: what is sent is signed';
  return problemOfAddress(url);
}
