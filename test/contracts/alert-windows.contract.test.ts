/** What a rule about a window of the calendar tells of one that has ended, whatever database stands behind it. */
import type { AlertRule } from '../../src/alerts/alert';
import { isFiring } from '../../src/alerts/told-windows';
import { updateRule } from '../../src/alerts/update-rule';
import { type WatchPorts, watchRules } from '../../src/alerts/watch-rules';
import { newId } from '../../src/kernel/ids';
import { DAY_MS, HOUR_MS } from '../../src/kernel/times';
import { SqlAlertLog } from '../../src/storage/alerts/alert-log';
import { SqlAlertRules } from '../../src/storage/alerts/alert-rule-store';
import { SqlUsageReports } from '../../src/storage/usage/usage-reports';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { end, place, requestFacts } from '../support/ledger-items';
import { NAMELESS } from '../support/nameless';
import { StillClock } from '../support/still-clock';

const MIDNIGHT = Date.UTC(2026, 11, 1);
const MINUTE = 60_000;
const OF_YESTERDAY: unknown = expect.stringMatching(
  /^Mine: 0\.000000005 CNY of RMB were spent on 2026-11-30 \(UTC\): the threshold is 0\.000000005 CNY\. Account: account-\d+\.$/,
);

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the windows of an alert rule on %s', (kind) => {
  const bed = ledgerBed(kind);
  const { promise, write } = bed;
  const stores = () => ({
    alertRules: new SqlAlertRules(bed.open.dataSource, Buffer.alloc(32, 7)),
    alertLog: new SqlAlertLog(bed.open.dataSource),
  });

  /** An account with a rule that is told of five nano in a day, and a process that looks at it whenever it is asked to. */
  const watched = async (over: Partial<AlertRule> = {}) => {
    const accountId = await bed.accountWith(1_000n, 'RMB');
    const rule: AlertRule = {
      ...{ id: newId(), accountId, name: 'Mine', metric: 'SPEND', bucket: 'RMB', apiKeyId: null, projectId: null, routeType: null },
      ...{ model: null, window: 'DAY', threshold: 5n, minimumRequests: null, slowerThanMs: null, emails: [], enabled: true },
      ...{ episode: null, createdAt: 0 },
      ...over,
    };
    const { alertRules, alertLog } = stores();
    await alertRules.addRule(rule);
    const reading = { reader: bed.open.reader, usage: new SqlUsageReports(bed.open.dataSource), log: { warn: fails }, ...NAMELESS };
    const ofAccount: WatchPorts['alertRules'] = {
      rules: () => alertRules.rules(accountId),
      pass: (...passed) => alertRules.pass(...passed),
      calm: (...calmed) => alertRules.calm(...calmed),
    };
    const looksAt = (time: number) => watchRules({ ...reading, alertLog, alertRules: ofAccount, clock: new StillClock(time) });
    const alerts = async () => (await alertLog.page(accountId, { first: 50 }, rule.id)).items.map(({ node }) => node).reverse();
    const begun = async (amount: bigint, createdAt: number) => {
      const hold = place(accountId, amount, { request: requestFacts(accountId, { createdAt }), placedAt: createdAt });
      await write(hold);
      return { requestId: hold.request.requestId, settles: () => write(end(hold, amount)) };
    };
    return {
      rule,
      alertRules,
      looksAt,
      alerts,
      told: async () => (await alerts()).map(({ message }) => message),
      begun,
      spends: async (amount: bigint, createdAt: number) => {
        const call = await begun(amount, createdAt);
        await call.settles();
        return call.requestId;
      },
      firing: async (at: number) => {
        const [standing] = await alertRules.rules(accountId);
        return standing !== undefined && isFiring(standing, at);
      },
    };
  };

  promise('are looked at once more after their end, told once, and named with the receipt that was of them', async () => {
    const { looksAt, spends, alerts } = await watched();
    await looksAt(MIDNIGHT - 2_000);
    const last = await spends(5n, MIDNIGHT - 1);
    await spends(1n, MIDNIGHT + 500);
    for (const after of [1_000, 3_000, HOUR_MS, DAY_MS - 1]) await looksAt(MIDNIGHT + after);
    expect(await alerts()).toMatchObject([{ message: OF_YESTERDAY, value: 5n, receiptId: last, ledgerEntryId: null }]);
  });

  promise('are told of by one of many processes that look at the same time', async () => {
    const { looksAt, spends, told } = await watched();
    await looksAt(MIDNIGHT - 2_000);
    await spends(5n, MIDNIGHT - 1);
    await spends(6n, MIDNIGHT + 1);
    await Promise.all(Array.from({ length: 6 }, (_, nth) => looksAt(MIDNIGHT + 1_000 + nth)));
    expect(await told()).toEqual([OF_YESTERDAY, expect.stringContaining('0.000000006 CNY of RMB were spent today')]);
  });

  promise('wait for a call that began in them, however late it is settled, and also where the next one was told before', async () => {
    const { looksAt, begun, spends, told, firing } = await watched();
    await looksAt(MIDNIGHT - 2_000);
    const late = await begun(5n, MIDNIGHT - 1);
    await looksAt(MIDNIGHT + 2_000);
    await spends(7n, MIDNIGHT + MINUTE);
    for (const after of [2 * MINUTE, 3 * HOUR_MS]) await looksAt(MIDNIGHT + after);
    const today = expect.stringContaining('0.000000007 CNY of RMB were spent today');
    expect(await told()).toEqual([today]);
    await late.settles();
    for (const after of [4 * HOUR_MS, 5 * HOUR_MS]) await looksAt(MIDNIGHT + after);
    expect(await told()).toEqual([today, OF_YESTERDAY]);
    expect([await firing(MIDNIGHT + 5 * HOUR_MS), await firing(MIDNIGHT + DAY_MS)]).toEqual([true, false]);
  });

  promise('wait an hour for a call that was received in them, and is held for only then', async () => {
    const { looksAt, spends, told } = await watched();
    for (const after of [-2_000, 1_000, HOUR_MS - 1]) await looksAt(MIDNIGHT + after);
    await spends(5n, MIDNIGHT - 1);
    await looksAt(MIDNIGHT + HOUR_MS);
    expect(await told()).toEqual([OF_YESTERDAY]);
  });

  promise('are told of after days in which nobody looked, with what recovery settled after the first look', async () => {
    const { looksAt, begun, spends, told } = await watched();
    await looksAt(MIDNIGHT - 2_000);
    const crashed = await begun(5n, MIDNIGHT - 1);
    const started = MIDNIGHT + 3 * DAY_MS + 5 * HOUR_MS;
    await looksAt(started);
    await crashed.settles();
    await spends(6n, started);
    for (let nth = 1; nth < 6; nth += 1) await looksAt(started + nth * 2_000);
    expect(await told()).toEqual([OF_YESTERDAY, expect.stringContaining('were spent today')]);
  });

  promise('are not told of where a process whose clock is behind still looks at one that is over', async () => {
    const { looksAt, spends, told } = await watched();
    await looksAt(MIDNIGHT - 2_000);
    await spends(4n, MIDNIGHT - 1);
    for (const after of [HOUR_MS, -1, 2 * HOUR_MS, -1, 3 * HOUR_MS]) await looksAt(MIDNIGHT + after);
    await spends(5n, MIDNIGHT + 3 * HOUR_MS);
    for (const after of [4 * HOUR_MS, -1, DAY_MS, 4 * HOUR_MS]) await looksAt(MIDNIGHT + after);
    expect(await told()).toEqual([expect.stringContaining('0.000000005 CNY of RMB were spent today')]);
  });

  promise('that had ended before a rule was made, changed or enabled again are not told', async () => {
    const made = await watched();
    await made.spends(9n, MIDNIGHT - 1);
    const corrected = await watched({ threshold: 50n });
    const enabled = await watched({ threshold: 50n });
    for (const each of [corrected, enabled]) {
      await each.looksAt(MIDNIGHT - 2_000);
      await each.spends(9n, MIDNIGHT - 1);
      await each.looksAt(MIDNIGHT + 1_000);
    }
    await updateRule({ alertRules: corrected.alertRules, sendsMail: false }, corrected.rule.id, { threshold: 5n });
    for (const on of [false, true]) await enabled.alertRules.setRuleEnabled(enabled.rule.id, on);
    for (const each of [made, corrected, enabled]) {
      for (const after of [2_000, 4_000, 2 * HOUR_MS]) await each.looksAt(MIDNIGHT + after);
      expect(await each.told()).toEqual([]);
      await each.spends(51n, MIDNIGHT + DAY_MS - 1);
      await each.looksAt(MIDNIGHT + DAY_MS + 1_000);
      expect(await each.told()).toHaveLength(1);
    }
  });

  promise('of a rule that began anew are not told by a process that had looked before', async () => {
    const { looksAt, spends, told, rule, alertRules } = await watched();
    await looksAt(MIDNIGHT - 2_000);
    const [before] = await alertRules.rules(rule.accountId);
    await spends(9n, MIDNIGHT - 1);
    for (const on of [false, true]) await alertRules.setRuleEnabled(rule.id, on);
    const { alertLog } = stores();
    const links = { receiptId: null, ledgerEntryId: null };
    const alert = { id: newId(), ruleId: rule.id, accountId: rule.accountId, metric: rule.metric, message: 'late', value: 9n, ...links };
    const late = { ...alert, threshold: 5n, raisedAt: MIDNIGHT };
    expect(before === undefined || (await alertLog.raise(before, late, `DAY ${MIDNIGHT - DAY_MS}`))).toBe(false);
    await looksAt(MIDNIGHT + 2_000);
    expect(await told()).toEqual([]);
  });

  for (const [window, ended, words] of [
    ['WEEK', Date.UTC(2026, 10, 30), 'in the week from 2026-11-23 (UTC)'],
    ['MONTH', MIDNIGHT, 'in 2026-11 (UTC)'],
  ] as const) {
    promise(`of a ${window} are told as what they were`, async () => {
      const { looksAt, spends, told } = await watched({ metric: 'TOKENS', bucket: null, window, threshold: 1_000_000_000n });
      await looksAt(ended - 2_000);
      await spends(1n, ended - 1);
      for (const after of [1_000, 2 * HOUR_MS]) await looksAt(ended + after);
      expect(await told()).toEqual([expect.stringMatching(/^Mine: \d+ tokens were used /)]);
      expect((await told())[0]).toContain(` ${words}: the threshold is 1.`);
    });
  }
});

function fails(fields: object, message: string): never {
  throw new Error(`${message}: ${JSON.stringify(fields)}`);
}
