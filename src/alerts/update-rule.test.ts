import { StillClock } from '../../test/support/still-clock';
import { Fault } from '../kernel/fault';
import { ONE } from '../kernel/money';
import type { AlertRule } from './alert';
import { createRule, type RuleWish } from './manage-alerts';
import { type RuleChanges, updateRule } from './update-rule';

const WISH: RuleWish = {
  ...{ accountId: 'acme', name: 'Slow', metric: 'SLOW_RATE', bucket: null, window: null, threshold: ONE / 2n, minimumRequests: 20 },
  ...{ slowerThanMs: 500, apiKeyId: null, projectId: null, routeType: null, model: null, emails: ['a@example.com'] },
};
const RULE: AlertRule = { ...WISH, id: 'r', enabled: true, episode: 'high', createdAt: 1 };
const TOKENS = { metric: 'TOKENS', window: 'DAY', threshold: ONE, minimumRequests: null, slowerThanMs: null } as const;

const change = (changes: RuleChanges, rule: Partial<AlertRule> = {}, sendsMail = true) => {
  const alertRules = { changeRule: async (_: string, to: (standing: AlertRule) => AlertRule) => to({ ...RULE, ...rule }) };
  return updateRule({ alertRules, sendsMail }, RULE.id, changes);
};
const faultOf = (asked: Promise<unknown>): Promise<Fault> =>
  asked.then(
    () => Promise.reject(new Error('it is not refused')),
    (error: unknown) => (error instanceof Fault ? error : Promise.reject(error)),
  );

describe('a rule that is changed', () => {
  it('is what it was but for what is said, and stays told where only its name and its addresses are others', async () => {
    expect(await change({ name: ' Slower ' })).toEqual({ ...RULE, name: 'Slower' });
    expect(await change({ emails: [] })).toEqual({ ...RULE, emails: [] });
    expect(await change({})).toEqual(RULE);
  });

  it.each<RuleChanges>([{ threshold: ONE / 4n }, { minimumRequests: 5 }, { slowerThanMs: 900 }])('begins anew with %o', async (changes) => {
    expect(await change(changes)).toEqual({ ...RULE, ...changes, episode: null });
  });

  it('stays told where the same bounds are said once more', async () => {
    const { threshold, minimumRequests, slowerThanMs } = RULE;
    expect(await change({ threshold, minimumRequests, slowerThanMs, name: 'Other' })).toEqual({ ...RULE, name: 'Other' });
  });

  it.each<[RuleChanges, Partial<RuleWish>]>([
    [{ name: ' ' }, {}],
    [{ threshold: 0n }, {}],
    [{ threshold: 2n * ONE }, {}],
    [{ threshold: ONE / 2n }, TOKENS],
    [{ minimumRequests: 0 }, {}],
    [{ minimumRequests: 5 }, TOKENS],
    [{ slowerThanMs: 0 }, {}],
    [{ slowerThanMs: 5 }, { metric: 'FAILURE_RATE', slowerThanMs: null }],
    [{ emails: ['nobody'] }, {}],
    [{ emails: Array.from({ length: 11 }, (_, nth) => `${nth}@example.com`) }, {}],
  ])('is refused %o in the words in which a new one is', async (changes, wish) => {
    const means = {
      alertRules: { rules: async () => [], addRule: async () => undefined, madeBefore: async () => undefined },
      clock: new StillClock(),
      sendsMail: true,
    };
    const [changed, made] = await Promise.all([
      faultOf(change(changes, wish)),
      faultOf(createRule(means, { ...WISH, ...wish, ...changes })),
    ]);
    expect([changed.code, changed.message, changed.detail]).toEqual([made.code, made.message, made.detail]);
  });

  it('keeps the addresses that it has where the operator has no mail server any more, and gets no other ones', async () => {
    expect(await change({ threshold: ONE / 4n }, {}, false)).toMatchObject({ emails: RULE.emails });
    expect((await faultOf(change({ emails: ['b@example.com'] }, {}, false))).message).toMatch(/^emails needs a mail server/);
    expect(await change({ emails: [] }, {}, false)).toMatchObject({ emails: [] });
  });
});
