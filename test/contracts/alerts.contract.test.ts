/** What rules, alerts and deliveries promise, whatever database stands behind them. */
import type { Alert, AlertRule } from '../../src/alerts/alert';
import { newId } from '../../src/kernel/ids';
import type { Once } from '../../src/kernel/made-once';
import { unseal } from '../../src/kernel/secret';
import { SqlAlertLog } from '../../src/storage/alerts/alert-log';
import { SqlAlertRules } from '../../src/storage/alerts/alert-rule-store';
import { rowCursor } from '../../src/storage/sql/cursors';
import { eachDatabase } from '../support/data-sources';
import { readAllPages } from '../support/read-all-pages';

const NOW = 1_790_000_000_000;
/** More than any test makes. */
const ROOM = { limit: 1_000, perAccount: 1_000, underWay: new Map<string, number>() };
const KEY = Buffer.alloc(32, 7);

function aRule(accountId: string, emails: readonly string[] = []): AlertRule {
  const selection = { bucket: 'RMB', apiKeyId: null, projectId: null, routeType: null, model: null, window: null } as const;
  const rest = { threshold: 5n, minimumRequests: null, slowerThanMs: null, emails, enabled: true, episode: null, createdAt: NOW };
  return { id: newId(), accountId, name: 'Low', metric: 'BALANCE', ...selection, ...rest };
}

function anAlert({ id: ruleId, accountId, metric, threshold }: AlertRule): Omit<Alert, 'seq'> {
  const links = { receiptId: null, ledgerEntryId: null };
  return { id: newId(), ruleId, accountId, metric, message: 'Low: 汉 left.', value: 1n, threshold, ...links, raisedAt: NOW };
}

eachDatabase('alerts', (opened, promise) => {
  /** The log when the clock of the database stands there. */
  const logAt = (now: number) => new SqlAlertLog(opened.dataSource, String(now));
  const stores = () => ({ rules: new SqlAlertRules(opened.dataSource, KEY), log: logAt(NOW) });

  promise('are raised once for an episode, whoever sees it first', async () => {
    const { rules, log } = stores();
    const rule = aRule('once');
    await rules.addRule(rule);
    const raised = await Promise.all(Array.from({ length: 8 }, () => log.raise(rule, anAlert(rule), 'low')));
    expect(raised.filter(Boolean)).toHaveLength(1);
    await rules.calm(rule.id, 'another');
    expect(await log.raise(rule, anAlert(rule), 'low')).toBe(false);
    await rules.calm(rule.id, 'low');
    expect(await log.raise(rule, anAlert(rule), 'low')).toBe(true);
    expect((await log.page('once', { first: 10 }, rule.id)).items).toHaveLength(2);
  });

  promise('have gapless places in the order in which they were committed', async () => {
    const { rules, log } = stores();
    const before = await log.head();
    const made = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const rule = aRule('ordered');
        await rules.addRule(rule);
        return log.raise(rule, anAlert(rule), 'low');
      }),
    );
    const seen = await log.after('ordered', before, 100);
    expect(seen.map(({ seq }) => seq)).toEqual(made.map((_, nth) => before + BigInt(nth) + 1n));
    expect(await log.head()).toBe(before + 6n);
    const pages = await readAllPages((after) => log.page('ordered', { first: 4, ...(after !== undefined && { after }) }, undefined));
    expect(pages).toEqual([...seen].reverse());
    await expect(log.page('ordered', { first: 4, after: rowCursor(newId()) }, undefined)).rejects.toThrow(/cursor/);
  });

  promise('of another account have no place in a list: their cursors are refused as those of nobody', async () => {
    const { rules, log } = stores();
    const rule = aRule('theirs');
    await rules.addRule(rule);
    await log.raise(rule, anAlert(rule), 'low');
    const [theirs] = (await log.page('theirs', { first: 1 }, undefined)).items;
    const after = theirs?.cursor ?? '';
    await expect(log.page('mine', { first: 1, after }, undefined)).rejects.toThrow(/cursor/);
    for (const account of ['theirs', null]) expect((await log.page(account, { first: 1, after }, rule.id)).items).toEqual([]);
  });

  promise('are not raised of a rule that was deleted or disabled meanwhile', async () => {
    const { rules, log } = stores();
    const [deleted, disabled] = [aRule('gone'), aRule('gone')];
    for (const rule of [deleted, disabled]) await rules.addRule(rule);
    await rules.deleteRule(deleted.id);
    await rules.setRuleEnabled(disabled.id, false);
    expect([await log.raise(deleted, anAlert(deleted), 'low'), await log.raise(disabled, anAlert(disabled), 'low')]).toEqual([
      false,
      false,
    ]);
    expect(await log.page('gone', { first: 5 }, undefined)).toEqual({ items: [], hasNextPage: false });
  });

  promise('of a rule that was changed are raised by its new bounds alone, and go to the addresses of now', async () => {
    const { rules, log } = stores();
    const looked = aRule('changed', ['before@example.com']);
    await rules.addRule(looked);
    expect(await log.raise(looked, anAlert(looked), 'low')).toBe(true);
    const changed = await rules.changeRule(looked.id, (rule) => ({ ...rule, threshold: 7n, emails: ['after@example.com'], episode: null }));
    expect(await log.raise(looked, anAlert(looked), 'low')).toBe(false);
    const alert = anAlert(changed);
    expect(await log.raise({ ...changed, emails: looked.emails }, alert, 'low')).toBe(true);
    expect((await log.deliveries([alert.id])).get(alert.id)).toMatchObject([{ means: 'EMAIL', target: 'after@example.com' }]);
  });

  promise('are of rules that change as a whole, one change after another, or not at all', async () => {
    const { rules } = stores();
    const rate = { metric: 'SLOW_RATE', bucket: null, minimumRequests: 20, slowerThanMs: 500, enabled: false, episode: 'high' } as const;
    const [rule, other] = [{ ...aRule('corrected'), ...rate }, aRule('corrected')];
    for (const each of [rule, other]) await rules.addRule(each);
    const changes = {
      name: 'Übrig 汉',
      threshold: 9n,
      minimumRequests: 3,
      slowerThanMs: 2 ** 31 - 1,
      emails: ['a@example.com'],
      episode: null,
    };
    const changed = await rules.changeRule(rule.id, (standing) => {
      expect(standing).toEqual(rule);
      return { ...standing, ...changes };
    });
    expect(changed).toEqual({ ...rule, ...changes });
    expect(await rules.rulesById([rule.id, other.id])).toEqual(
      new Map([
        [rule.id, changed],
        [other.id, other],
      ]),
    );
    const refused = () => {
      throw new Error('refused');
    };
    await expect(rules.changeRule(rule.id, refused)).rejects.toThrow('refused');
    await Promise.all(
      Array.from({ length: 5 }, () => rules.changeRule(rule.id, (standing) => ({ ...standing, threshold: standing.threshold + 1n }))),
    );
    expect((await rules.rulesById([rule.id])).get(rule.id)).toEqual({ ...changed, threshold: 14n });
    await rules.deleteRule(rule.id);
    await expect(rules.changeRule(rule.id, (standing) => standing)).rejects.toMatchObject({ code: 'not_found', detail: { param: 'id' } });
  });

  promise('go to every webhook of the account and every address of the rule, each claimed by one process at a time', async () => {
    const { rules, log } = stores();
    const rule = aRule('sent', ['a@example.com', 'b@example.com']);
    await rules.addRule(rule);
    await rules.addWebhook({ id: newId(), accountId: 'sent', url: 'https://example.com/', createdAt: NOW }, 'whsec_x', null);
    await rules.addWebhook({ id: newId(), accountId: 'other', url: 'https://example.com/', createdAt: NOW }, 'whsec_y', null);
    const alert = anAlert(rule);
    await log.raise(rule, alert, 'low');
    const claims = await Promise.all(Array.from({ length: 4 }, () => log.claim(60_000, ROOM)));
    const mine = claims.flat().filter(({ delivery }) => delivery.alertId === alert.id);
    expect(mine.map(({ delivery }) => delivery.means).sort()).toEqual(['EMAIL', 'EMAIL', 'WEBHOOK']);
    expect(new Set(mine.map(({ delivery }) => delivery.id)).size).toBe(3);
    const again = (await logAt(NOW + 60_000).claim(60_000, ROOM)).filter(({ delivery }) => delivery.alertId === alert.id);
    expect(again).toHaveLength(3);
  });

  promise(
    'that a process raised whose clock is an hour off go out at once, and are claimed by the clock of the database alone',
    async () => {
      const { rules, log } = stores();
      const rule = aRule('skewed', ['a@example.com']);
      await rules.addRule(rule);
      const alerts = [3_600_000, -3_600_000].map((off) => ({ ...anAlert(rule), raisedAt: NOW + off }));
      for (const [nth, alert] of alerts.entries()) await log.raise(rule, alert, `DAY ${nth}`);
      const claimedAt = async (now: number) => {
        const claimed = await logAt(now).claim(20_000, ROOM);
        return alerts.map(({ id }) => claimed.filter(({ alert }) => alert.id === id).length);
      };
      expect([await claimedAt(NOW), await claimedAt(NOW + 19_999), await claimedAt(NOW + 20_000)]).toEqual([
        [1, 1],
        [0, 0],
        [1, 1],
      ]);
    },
  );

  promise('are told once for a window, also where the clock of another process still stands in the one before', async () => {
    const { rules, log } = stores();
    const rule = aRule('windows');
    await rules.addRule(rule);
    const told = [];
    for (const episode of ['DAY 1790035200000', 'DAY 1790121600000', 'DAY 1790035200000', 'DAY 1790121600000']) {
      told.push(await log.raise(rule, anAlert(rule), episode));
    }
    expect(told).toEqual([true, true, false, false]);
  });

  promise('are told once of a state, whatever it began at for the process that looked, and anew when it has ended', async () => {
    const { rules, log } = stores();
    const rule = aRule('states');
    await rules.addRule(rule);
    const told = [];
    for (const episode of ['low 500', 'low 600', 'low 70']) told.push(await log.raise(rule, anAlert(rule), episode));
    await rules.calm(rule.id, 'low 600');
    told.push(await log.raise(rule, anAlert(rule), 'low 800'));
    await rules.calm(rule.id, 'low 500');
    told.push(await log.raise(rule, anAlert(rule), 'low 800'));
    expect(told).toEqual([true, false, false, false, true]);
  });

  promise('of one account, whose receivers hang, take no room from those of another', async () => {
    const { rules, log } = stores();
    const addresses = Array.from({ length: 10 }, (_, nth) => `${nth}@example.com`);
    const [flooding, other] = [aRule('flooding', addresses), aRule('patient', ['one@example.com'])];
    const of = (accountId: string, claimed: Awaited<ReturnType<typeof log.claim>>) =>
      claimed.filter(({ alert }) => alert.accountId === accountId).length;
    for (const rule of [flooding, other]) {
      await rules.addRule(rule);
      await log.raise(rule, anAlert(rule), 'low');
    }
    const first = await log.claim(60_000, { limit: 1_000, perAccount: 4, underWay: new Map() });
    expect([of('flooding', first), of('patient', first)]).toEqual([4, 1]);
    const second = await log.claim(60_000, { limit: 1_000, perAccount: 4, underWay: new Map([['flooding', 3]]) });
    expect([of('flooding', second), of('patient', second)]).toEqual([1, 0]);
  });

  promise('are mailed two hundred times an hour at most, and say so of the rest', async () => {
    const { rules, log } = stores();
    const rule = aRule(
      'mailing',
      Array.from({ length: 10 }, (_, nth) => `${nth}@example.com`),
    );
    await rules.addRule(rule);
    for (let nth = 0; nth <= 20; nth += 1) await log.raise(rule, anAlert(rule), `DAY ${String(nth).padStart(2, '0')}`);
    const raised = (await log.page('mailing', { first: 50 }, rule.id)).items.map(({ node }) => node.id);
    const states = [...(await log.deliveries(raised)).values()].flat().map(({ state }) => state);
    expect([states.filter((state) => state === 'PENDING').length, states.filter((state) => state === 'FAILED').length]).toEqual([200, 10]);
  });

  const taken = async (alertId: string, now: number) => {
    const mine = (await logAt(now).claim(20_000, ROOM)).find(({ alert }) => alert.id === alertId);
    if (mine === undefined) throw new Error('there is no such delivery, or somebody tries it');
    return mine;
  };
  const toBeMailed = async (accountId: string) => {
    const { rules, log } = stores();
    const rule = aRule(accountId, ['a@example.com']);
    await rules.addRule(rule);
    const alert = anAlert(rule);
    await log.raise(rule, alert, 'low');
    return { alertId: alert.id, ended: async () => (await log.deliveries([alert.id])).get(alert.id) };
  };
  const failed = (at: number) => ({ state: 'PENDING', result: 'HTTP 500', sent: true, at, againInMs: 5_000 }) as const;
  const arrived = (at: number) => ({ state: 'DELIVERED', result: 'HTTP 200', sent: true, at, againInMs: 0 }) as const;

  promise('remember how each try ended', async () => {
    const { alertId, ended } = await toBeMailed('tried');
    await logAt(NOW).tried(await taken(alertId, NOW), failed(NOW));
    await logAt(NOW + 5_000).tried(await taken(alertId, NOW + 5_000), arrived(NOW + 5_000));
    expect(await ended()).toMatchObject([{ state: 'DELIVERED', tries: 2, lastResult: 'HTTP 200', deliveredAt: NOW + 5_000 }]);
  });

  promise('that another process delivered are not undone by one that was stopped, and says late that its own try failed', async () => {
    const { alertId, ended } = await toBeMailed('stopped');
    const late = await taken(alertId, NOW);
    const next = await taken(alertId, NOW + 20_000);
    await logAt(NOW + 21_000).tried(late, failed(NOW + 21_000));
    await logAt(NOW + 22_000).tried(next, arrived(NOW + 22_000));
    await logAt(NOW + 23_000).tried(late, { ...failed(NOW + 23_000), state: 'FAILED' });
    expect(await ended()).toMatchObject([{ state: 'DELIVERED', tries: 1, lastResult: 'HTTP 200', deliveredAt: NOW + 22_000 }]);
  });

  promise('have arrived also where the try that brought them was taken for dead, and are tried no more', async () => {
    const { alertId, ended } = await toBeMailed('slow');
    const late = await taken(alertId, NOW);
    const next = await taken(alertId, NOW + 20_000);
    await logAt(NOW + 21_000).tried(late, arrived(NOW + 21_000));
    await logAt(NOW + 22_000).tried(next, failed(NOW + 22_000));
    expect(await ended()).toMatchObject([{ state: 'DELIVERED', deliveredAt: NOW + 21_000 }]);
    await expect(taken(alertId, NOW + 90_000)).rejects.toThrow('no such delivery');
  });

  promise('are over with their webhook, but for a try that is under way, and count no try that nobody made', async () => {
    const { rules, log } = stores();
    const rule = aRule('unhooked', ['a@example.com']);
    await rules.addRule(rule);
    const [gone, kept] = [newId(), newId()];
    for (const id of [gone, kept]) {
      await rules.addWebhook({ id, accountId: 'unhooked', url: 'https://example.com/', createdAt: NOW }, 'whsec_x', null);
    }
    const [running, waiting] = [anAlert(rule), anAlert(rule)];
    await log.raise(rule, running, 'DAY 1');
    const claimed = (await log.claim(20_000, ROOM)).filter(({ alert }) => alert.id === running.id);
    await log.raise(rule, waiting, 'DAY 2');
    await rules.deleteWebhook(gone);
    const states = async ({ id }: Pick<Alert, 'id'>) => {
      const found = ((await log.deliveries([id])).get(id) ?? []).map(({ target, state, tries, lastResult }) => [
        target,
        { state, tries, lastResult },
      ]);
      return Object.fromEntries(found);
    };
    const pending = { state: 'PENDING', tries: 0, lastResult: null };
    const over = { state: 'FAILED', tries: 0, lastResult: 'The webhook was deleted.' };
    expect(await states(waiting)).toEqual({ [gone]: over, [kept]: pending, 'a@example.com': pending });
    expect(await states(running)).toEqual({ [gone]: pending, [kept]: pending, 'a@example.com': pending });
    for (const taken of claimed) await log.tried(taken, { ...failed(NOW), sent: taken.delivery.target !== gone });
    const tried = { state: 'PENDING', tries: 1, lastResult: 'HTTP 500' };
    expect(await states(running)).toEqual({ [gone]: { ...tried, tries: 0 }, [kept]: tried, 'a@example.com': tried });
  });

  promise('are signed with a secret that only this gateway can open', async () => {
    const { rules } = stores();
    const id = newId();
    await rules.addWebhook({ id, accountId: 'sealed', url: 'https://example.com/', createdAt: NOW }, 'whsec_secret', null);
    expect((await rules.webhook(id))?.secret).toBe('whsec_secret');
    await expect(new SqlAlertRules(opened.dataSource, Buffer.alloc(32, 8)).webhook(id)).rejects.toThrow();
    const [row] = await opened.dataSource.query<Record<string, unknown>[]>('SELECT * FROM webhook WHERE id = ?', [id]);
    expect(JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toContain('whsec_secret');
  });

  promise('are signed with the secret before as well until its time is over, and with none that was before that', async () => {
    const { rules } = stores();
    const id = newId();
    const webhook = { id, accountId: 'rotated', url: 'https://example.com/', createdAt: NOW };
    await rules.addWebhook(webhook, 'whsec_one', null);
    const rotate = (secret: string, formerUntil: number, once: Once | null = null) =>
      rules.rotateWebhook({ id, secret, at: NOW, formerUntil, once });
    await rotate('whsec_two', NOW + 1_000);
    expect(await rules.webhook(id)).toEqual({ webhook, secret: 'whsec_two', former: { secret: 'whsec_one', until: NOW + 1_000 } });
    const once = { key: `rotated ${id}`, contentHash: 'same' };
    await rotate('whsec_three', NOW + 2_000, once);
    await expect(rotate('whsec_four', NOW + 2_000, once)).rejects.toThrow();
    expect(await rules.webhook(id)).toEqual({ webhook, secret: 'whsec_three', former: { secret: 'whsec_two', until: NOW + 2_000 } });
    await rotate('whsec_five', NOW);
    expect(await rules.webhook(id)).toEqual({ webhook, secret: 'whsec_five' });
    await rules.deleteWebhook(id);
    await expect(rotate('whsec_six', NOW)).rejects.toMatchObject({ code: 'not_found', detail: { param: 'id' } });
  });

  promise('are signed with the secret of now by an older process, which knows no other one', async () => {
    const { rules } = stores();
    const id = newId();
    await rules.addWebhook({ id, accountId: 'older', url: 'https://example.com/', createdAt: NOW }, 'whsec_one', null);
    await rules.rotateWebhook({ id, secret: 'whsec_two', at: NOW, formerUntil: NOW + 1_000, once: null });
    const [row] = await opened.dataSource.query<Record<string, unknown>[]>('SELECT secret_sealed FROM webhook WHERE id = ?', [id]);
    expect(unseal(KEY, String(row?.['secret_sealed']), `webhook:${id}`)).toBe('whsec_two');
  });

  promise('are not signed with a secret of now that was put into the place of the one before', async () => {
    const { rules } = stores();
    const id = newId();
    await rules.addWebhook({ id, accountId: 'moved', url: 'https://example.com/', createdAt: NOW }, 'whsec_one', null);
    await rules.rotateWebhook({ id, secret: 'whsec_two', at: NOW, formerUntil: NOW + 1_000, once: null });
    await opened.dataSource.query('UPDATE webhook SET former_secret_sealed = secret_sealed WHERE id = ?', [id]);
    await expect(rules.webhook(id)).rejects.toThrow();
  });
});
