/** What the stores of accounts and settings promise, whatever database stands behind them. */

import { newId } from '../../src/kernel/ids';
import { nano } from '../../src/kernel/money';
import { NO_RATES } from '../../src/keys/api-key';
import { TypeormAccountStore } from '../../src/storage/account-store';
import { TypeormSettingStore } from '../../src/storage/setting-store';
import { inTransaction, inTurn } from '../../src/storage/sql/in-transaction';
import { eachDatabase } from '../support/data-sources';

const NOW = 1_790_000_000_000;

eachDatabase('the account store', (opened, promise) => {
  const store = () => new TypeormAccountStore(opened.dataSource);
  const account = (id: string) => ({ id, name: `${id} é 😀`, createdAt: NOW, suspendedAt: null, rates: NO_RATES });

  promise('adds an account with its two empty wallets, its tokens and its projects', async () => {
    const project = { id: 'acme-bots', accountId: 'acme', name: 'Bots', spendLimits: [] };
    await store().add(account('acme'), ['hash-1', 'hash-2'], [project]);
    expect(await store().find('acme')).toEqual(account('acme'));
    expect(await store().findByTokenHash('hash-2')).toEqual(account('acme'));
    expect(await store().projects('acme')).toEqual([project]);
    const wallets = await opened.database.query(
      "SELECT id, bucket, currency, posted, held, seq, changed_at_us FROM wallet WHERE account_id = 'acme' ORDER BY id",
    );
    const empty = { posted: 0n, held: 0n, seq: 0n, changed_at_us: 0n };
    expect(wallets).toEqual([
      { id: 'acme:CREDIT', bucket: 'CREDIT', currency: 'USD', ...empty },
      { id: 'acme:RMB', bucket: 'RMB', currency: 'CNY', ...empty },
    ]);
  });

  promise('keeps a name of 200 characters, whatever they are', async () => {
    const named = { ...account('long'), name: '😀'.repeat(200) };
    await store().add(named, [], []);
    expect(await store().find('long')).toEqual(named);
  });

  promise('adds all of an account or nothing', async () => {
    await store().add(account('first'), ['hash-of-first'], []);
    await expect(store().add(account('second'), ['hash-of-first'], [])).rejects.toThrow();
    expect(await store().find('second')).toBeUndefined();
    expect(await opened.database.query("SELECT id FROM wallet WHERE account_id = 'second'")).toEqual([]);
    await expect(store().add(account('first'), [], [])).rejects.toThrow();
    expect(await store().findByTokenHash('hash-of-first')).toEqual(account('first'));
  });

  promise('adds projects, and gives them by account, by id, or all', async () => {
    await store().add(account('projects'), [], []);
    const [a, b] = ['p-a', 'p-b'].map((id) => ({ id, accountId: 'projects', name: id, spendLimits: [] })) as [never, never];
    await store().addProject(b);
    await store().addProject(a);
    expect(await store().projects('projects')).toEqual([a, b]);
    expect(await store().projectsById(['p-b', 'none', 'né'])).toEqual(new Map([['p-b', b]]));
    expect(await store().projects(null)).toEqual(expect.arrayContaining([a, b]));
    expect(await store().projectsById([])).toEqual(new Map());
  });

  promise('keeps the name and the spend limits of a project, exact above 2^53, until others take their place', async () => {
    const daily = { bucket: 'RMB', window: 'DAY', amount: nano(9_007_199_254_740_993n) } as const;
    const project = { id: 'limited', accountId: 'limits', name: 'Limited', spendLimits: [daily] };
    await store().add(account('limits'), [], [project]);
    expect(await store().projects('limits')).toEqual([project]);
    const monthly = { bucket: 'CREDIT', window: 'MONTH', amount: nano(1n) } as const;
    await store().changeProject('limited', { spendLimits: [monthly] });
    await store().changeProject('limited', { spendLimits: [monthly] });
    expect((await store().projectsById(['limited'])).get('limited')?.spendLimits).toEqual([monthly]);
    await store().changeProject('limited', { spendLimits: [] });
    expect((await store().projectsById(['limited'])).get('limited')?.spendLimits).toEqual([]);
    await store().changeProject('limited', { name: 'Renamed' });
    await store().changeProject('limited', { spendLimits: [monthly] });
    expect((await store().projectsById(['limited'])).get('limited')).toEqual({ ...project, name: 'Renamed', spendLimits: [monthly] });
    await expect(store().changeProject('no such project', { spendLimits: [] })).rejects.toMatchObject({ code: 'not_found' });
  });

  promise('shows whoever compares a project with the others all that came before, however many come at once', async () => {
    await store().add(account('crowded'), [], []);
    const one = (others: readonly { readonly name: string }[]) => {
      if (others.some(({ name }) => name === 'Bots')) throw new Error('taken');
    };
    const project = () => ({ id: newId(), accountId: 'crowded', name: 'Bots', spendLimits: [] });
    const made = await Promise.allSettled(Array.from({ length: 8 }, () => store().addProject(project(), one)));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await store().projects('crowded')).toHaveLength(1);
  });

  promise('lets one of many projects that want a name have it, with no change to the rest', async () => {
    const ids = ['wish-a', 'wish-b', 'wish-c', 'wish-d'];
    const projects = ids.map((id) => ({ id, accountId: 'wishes', name: id, spendLimits: [] }));
    await store().add(account('wishes'), [], projects);
    const one = (others: readonly { readonly name: string }[]) => {
      if (others.some(({ name }) => name === 'Wanted')) throw new Error('taken');
    };
    const changed = await Promise.allSettled(ids.map((id) => store().changeProject(id, { name: 'Wanted' }, one)));
    expect(changed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await store().projects('wishes')).filter(({ name }) => name === 'Wanted')).toHaveLength(1);
    await store().changeProject('wish-a', { name: 'Wanted by itself' }, (others) =>
      expect(others.map(({ id }) => id)).not.toContain('wish-a'),
    );
  });

  promise('keeps since when an account is suspended, until it is resumed', async () => {
    await store().add(account('suspended'), [], []);
    expect((await store().find('suspended'))?.suspendedAt).toBeNull();
    for (const at of [7, 8]) await store().suspend('suspended', at);
    expect((await store().list()).find(({ id }) => id === 'suspended')?.suspendedAt).toBe(7);
    for (const at of [null, null]) await store().suspend('suspended', at);
    expect((await store().find('suspended'))?.suspendedAt).toBeNull();
    for (const id of ['no such account', 'né']) await expect(store().suspend(id, 7)).rejects.toMatchObject({ code: 'not_found' });
  });

  promise('keeps the rates of an account until others take their place', async () => {
    await store().add(account('rated'), [], []);
    const most = { requestsPerMinute: 1_000_000_000, tokensPerMinute: 1_000_000_000, concurrency: 1_000_000_000 };
    for (const rates of [most, { ...NO_RATES, concurrency: 1 }, NO_RATES]) {
      await store().setRates('rated', rates);
      expect(await store().find('rated')).toEqual({ ...account('rated'), rates });
    }
    await expect(store().setRates('no such account', NO_RATES)).rejects.toMatchObject({ code: 'not_found' });
  });

  promise('keeps the name of an account, whatever its characters are, until another takes its place', async () => {
    await store().add(account('named'), ['hash-of-named'], []);
    for (const name of ['😀'.repeat(200), '汉', '汉']) {
      await store().rename('named', name);
      expect(await store().findByTokenHash('hash-of-named')).toEqual({ ...account('named'), name });
    }
    expect(await store().find('long')).not.toMatchObject({ name: '汉' });
    for (const id of ['no such account', 'né', 'named '])
      await expect(store().rename(id, 'x')).rejects.toMatchObject({ code: 'not_found' });
  });

  promise('finds nothing where there is nothing', async () => {
    expect(await store().find('nobody')).toBeUndefined();
    expect(await store().find('né')).toBeUndefined();
    expect(await store().findByTokenHash('nothing')).toBeUndefined();
  });

  promise('never takes an id with a space at its end for the one without', async () => {
    const project = { id: 'spaced-bots', accountId: 'spaced', name: 'Bots', spendLimits: [] };
    await store().add(account('spaced'), [], [project]);
    expect(await store().find('spaced ')).toBeUndefined();
    expect(await store().projectsById(['spaced-bots '])).toEqual(new Map());
  });

  promise('lists accounts by id', async () => {
    const ids = (await store().list()).map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
    expect(ids).toContain('acme');
  });
});

eachDatabase('the setting store', (opened, promise) => {
  const store = () => new TypeormSettingStore(opened.dataSource);

  promise('writes once, and tells everybody who asks later what stands there', async () => {
    expect(await store().get('token')).toBeUndefined();
    const kept = await Promise.all(['a', 'b', 'c'].map((value) => store().setOnce('token', value)));
    expect(new Set(kept).size).toBe(1);
    expect(await store().get('token')).toBe(kept[0]);
  });

  promise('replaces what is set again', async () => {
    await store().set('name', 'one');
    await store().set('name', 'two');
    expect(await store().get('name')).toBe('two');
  });
});

eachDatabase('transactions of the control plane', (opened, promise) => {
  const stored = (name: string) => new TypeormSettingStore(opened.dataSource).get(name);
  const insert = 'INSERT INTO setting (name, value) VALUES (?, ?)';

  promise('never take a neighbour along when they are rolled back', async () => {
    const [failed, kept] = [newId(), newId()];
    const failing = inTransaction(opened.dataSource, async (manager) => {
      await manager.query(insert, [failed, 'x']);
      await manager.query('SELECT 1');
      throw new Error('rolled back');
    });
    const succeeding = inTransaction(opened.dataSource, (manager) => manager.query(insert, [kept, 'x']));
    await expect(failing).rejects.toThrow('rolled back');
    await succeeding;
    expect([await stored(failed), await stored(kept)]).toEqual([undefined, 'x']);
  });

  promise('show nobody what they have not committed', async () => {
    const name = newId();
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const failing = inTransaction(opened.dataSource, async (manager) => {
      await manager.query(insert, [name, 'x']);
      await held;
      throw new Error('rolled back');
    });
    const reading = inTurn(opened.dataSource, (manager) => manager.query('SELECT value FROM setting WHERE name = ?', [name]));
    letGo();
    await expect(failing).rejects.toThrow('rolled back');
    expect(await reading).toEqual([]);
  });
});
