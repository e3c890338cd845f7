import { StillClock } from '../../test/support/still-clock';
import { NANO_MAX, ONE } from '../kernel/money';
import type { AlertRule, Webhook } from './alert';
import type { WebhookRotation } from './alert-store';
import { createRule, createWebhook, type RuleWish, rotateWebhook } from './manage-alerts';

const LOW: RuleWish = {
  ...{ accountId: 'acme', name: 'Low', metric: 'BALANCE', bucket: 'RMB', window: null, threshold: ONE, minimumRequests: null },
  ...{ slowerThanMs: null, apiKeyId: null, projectId: null, routeType: null, model: null, emails: [] },
};
const HOOK: Webhook = { id: 'w', accountId: 'acme', url: 'https://example.com/', createdAt: 0 };
const DAY_S = 24 * 3_600;

/** An account that has so many rules and webhooks, and what is made of it. */
function account(has = 0) {
  const rotations: WebhookRotation[] = [];
  const added: { readonly webhook: Webhook; readonly secret: string }[] = [];
  const alertRules = {
    rules: async () => Array.from({ length: has }, () => ({}) as AlertRule),
    addRule: async () => undefined,
    webhooks: async () => Array.from({ length: has }, () => HOOK),
    addWebhook: async (webhook: Webhook, secret: string) => void added.push({ webhook, secret }),
    rotateWebhook: async (rotation: WebhookRotation) => void rotations.push(rotation),
    madeBefore: async () => undefined,
  };
  // The rest of the store is asked by nobody who makes something.
  const means = {
    ...{ alertRules: alertRules as unknown as Parameters<typeof createWebhook>[0]['alertRules'], clock: new StillClock() },
    ...{ sendsMail: true, problemOfAddress: ({ hostname }: URL) => (hostname === '10.0.0.1' ? 'is a private address' : null) },
  };
  return { means, rotations, added };
}

const SPEND = { ...LOW, metric: 'SPEND', window: 'DAY' } as const;
const TOKENS = { ...SPEND, metric: 'TOKENS', bucket: null } as const;
const RATE = { ...LOW, metric: 'FAILURE_RATE', bucket: null, minimumRequests: 1 } as const;
const SLOW = { ...RATE, metric: 'SLOW_RATE', slowerThanMs: 1 } as const;

describe('a rule', () => {
  it.each<RuleWish>([
    { ...LOW, threshold: 1n },
    { ...LOW, threshold: NANO_MAX },
    { ...SPEND, threshold: ONE / 2n, routeType: 'ORDINARY' },
    { ...SPEND, bucket: 'CREDIT', routeType: 'OFFICIAL' },
    { ...TOKENS, routeType: 'ORDINARY' },
    { ...TOKENS, routeType: 'OFFICIAL' },
    { ...RATE, threshold: 1n, model: 'small' },
    { ...RATE, metric: 'RETRY_RATE', projectId: 'labs' },
    { ...RATE, metric: 'FALLBACK_RATE', apiKeyId: 'chat' },
    SLOW,
  ])('is made as it is asked for where its parts belong to it: %o', async (wish) => {
    expect(await createRule(account().means, wish)).toMatchObject({ ...wish, enabled: true, episode: null });
  });

  it.each<[RuleWish, string]>([
    [{ ...LOW, bucket: null }, 'bucket is needed for BALANCE'],
    [{ ...LOW, window: 'DAY' }, 'window is not for BALANCE'],
    [{ ...LOW, apiKeyId: 'chat' }, 'metric BALANCE is of the whole account: leave out apiKeyId'],
    [{ ...LOW, threshold: 0n }, 'threshold must be above zero, and no more than a wallet can hold'],
    [{ ...LOW, threshold: NANO_MAX + 1n }, 'threshold must be above zero, and no more than a wallet can hold'],
    [{ ...SPEND, bucket: null }, 'bucket is needed for SPEND'],
    [{ ...SPEND, routeType: 'OFFICIAL' }, 'routeType OFFICIAL is never paid from RMB'],
    [{ ...SPEND, bucket: 'CREDIT', routeType: 'ORDINARY' }, 'routeType ORDINARY is never paid from CREDIT'],
    [{ ...SPEND, apiKeyId: 'chat', projectId: 'labs' }, 'projectId cannot stand beside apiKeyId'],
    [{ ...TOKENS, window: null }, 'window is needed for TOKENS'],
    [{ ...TOKENS, threshold: 3n * ONE + 1n }, 'threshold is a number of tokens, and must be whole'],
    [{ ...TOKENS, threshold: NANO_MAX + 1n }, 'threshold must be above zero, and at most 4611686018 tokens'],
    [{ ...RATE, minimumRequests: null }, 'minimumRequests is needed for FAILURE_RATE'],
    [{ ...RATE, minimumRequests: 0 }, 'minimumRequests must be 1 or more'],
    [{ ...RATE, threshold: ONE + 1n }, 'threshold is a share of the requests: above 0, at most 1'],
    [{ ...RATE, metric: 'RETRY_RATE', slowerThanMs: 5 }, 'slowerThanMs is not for RETRY_RATE'],
    [{ ...RATE, metric: 'FALLBACK_RATE', minimumRequests: null }, 'minimumRequests is needed for FALLBACK_RATE'],
    [{ ...SLOW, slowerThanMs: 0 }, 'slowerThanMs must be 1 or more'],
  ])('is refused, by the name of its part, where one is missing, too many or out of bounds: %o', async (wish, problem) => {
    await expect(createRule(account().means, wish)).rejects.toThrow(problem);
  });
});

describe('the addresses of a rule', () => {
  it.each([
    'nobody',
    '@example.com',
    'a@',
    'a@b@example.com',
    'a@example.com,b@example.com',
    'a@example.com, b@example.com',
    'A <a@example.com>',
    'a@example.com\r\nBcc: b@example.com',
    'a@example.com\n',
    ' a@example.com',
    'a@example.com\ud800',
  ])('are one person each, in words that no header takes for others: not %j', async (address) => {
    const made = createRule(account().means, { ...LOW, emails: ['ok@example.com', address] });
    await expect(made).rejects.toThrow('emails[1] is no e-mail address');
  });

  it('are ten at most, none of them twice', async () => {
    const ten = Array.from({ length: 10 }, (_, nth) => `a${nth}@example.com`);
    expect(await createRule(account().means, { ...LOW, emails: ten })).toMatchObject({ emails: ten });
    await expect(createRule(account().means, { ...LOW, emails: [...ten, 'b@example.com'] })).rejects.toThrow('at most 10 addresses');
    await expect(createRule(account().means, { ...LOW, emails: ['a@b.c', 'd@e.f', 'a@b.c'] })).rejects.toThrow('emails[2] stands there');
  });
});

it('an account has two hundred rules and twenty webhooks at most', async () => {
  await createRule(account(199).means, LOW);
  await expect(createRule(account(200).means, LOW)).rejects.toThrow('accountId has 200 rules already');
  await createWebhook(account(19).means, 'acme', HOOK.url);
  await expect(createWebhook(account(20).means, 'acme', HOOK.url)).rejects.toThrow('an account has 20 webhooks at most');
});

describe('a webhook', () => {
  const longest = `https://example.com/${'a'.repeat(980)}`;

  it.each([
    ['example.com', /must be a URL/],
    [`${longest}a`, /must be a URL of at most 1000 characters/],
    ['https://example.com/\ud800', /must be a URL/],
    ['ftp://example.com/', /must begin with https/],
    ['https://user@example.com/', /no user name or password/],
    ['https://:secret@example.com/', /no user name or password/],
    ['http://10.0.0.1/', /is a private address/],
  ])('is not made for %j', async (url, problem) => {
    const { means, added } = account();
    await expect(createWebhook(means, 'acme', url)).rejects.toThrow(problem);
    expect(added).toEqual([]);
  });

  it('has a secret as Standard Webhooks writes it, which is another one each time', async () => {
    const { means, added } = account();
    const made = [];
    for (let nth = 0; nth < 20; nth += 1) made.push((await createWebhook(means, 'acme', longest)).secret);
    expect(added.map(({ secret }) => secret)).toEqual(made);
    expect(new Set(made).size).toBe(20);
    for (const secret of made) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  });

  it('keeps its former secret for as long as is said: not at all, or thirty days at most', async () => {
    const { means, rotations } = account();
    const now = means.clock.now();
    for (const overlapS of [0, 30 * DAY_S]) await rotateWebhook(means, HOOK, overlapS);
    expect(rotations.map(({ at, formerUntil }) => [at, formerUntil])).toEqual([
      [now, now],
      [now, now + 30 * DAY_S * 1_000],
    ]);
    for (const overlapS of [-1, 30 * DAY_S + 1])
      expect(() => rotateWebhook(means, HOOK, overlapS)).toThrow('overlapSeconds must lie between 0 and 2592000');
  });
});
