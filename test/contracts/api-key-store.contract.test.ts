/** What a store of API keys promises, whatever database stands behind it. */

import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { InvariantBroken } from '../../src/kernel/invariant';
import { nano } from '../../src/kernel/money';
import { hashSecret } from '../../src/kernel/secret';
import type { ApiKey } from '../../src/keys/api-key';
import { NO_POLICIES } from '../../src/keys/key-policies';
import { TypeormAccountStore } from '../../src/storage/account-store';
import { TypeormApiKeyStore } from '../../src/storage/api-key-store';
import { addNumberedRows, numberedIds } from '../support/bulk-rows';
import { eachDatabase } from '../support/data-sources';
import { aKey } from '../support/key-builders';

const NOW = 1_790_000_000_000;
const clock = { ...systemClock, now: () => NOW };

function newKey(over: Partial<ApiKey> = {}): ApiKey {
  return aKey({ id: newId(), projectId: null, prefix: 'sk-tf-abcdef…', createdAt: NOW, ...over });
}

eachDatabase('the API key store', (opened, promise) => {
  const store = () => new TypeormApiKeyStore(opened.dataSource, clock);

  async function added(over: Partial<ApiKey> = {}): Promise<{ key: ApiKey; hash: string }> {
    const key = newKey(over);
    const hash = hashSecret(key.id);
    await store().add({ key, secret: { hash, keyId: key.id, validUntil: null } });
    return { key, hash };
  }

  promise('gives a key that was made before there were policies, and takes from one what is lifted', async () => {
    const { key } = await added({ policies: { ...NO_POLICIES, maxAttempts: 2 } });
    await opened.dataSource.query('UPDATE api_key SET policies = NULL WHERE id = ?', [key.id]);
    expect((await store().find([key.id])).get(key.id)?.policies).toEqual(NO_POLICIES);
    await store().change(key.id, (each) => ({ ...each, policies: { ...each.policies, deadlineMs: 500 } }));
    expect((await store().find([key.id])).get(key.id)?.policies).toEqual({ ...NO_POLICIES, deadlineMs: 500 });
    await store().change(key.id, (each) => ({ ...each, policies: { ...each.policies, deadlineMs: null } }));
    const [row] = await opened.dataSource.query('SELECT policies FROM api_key WHERE id = ?', [key.id]);
    expect(row.policies).toBeNull();
  });

  promise('gives a key back with every field, amounts exact above 2^53', async () => {
    const { key, hash } = await added({
      projectId: 'bots',
      name: '研究 "quoted" 😀',
      crossBucketFallback: true,
      allowedModels: ['gpt-5-mini', 'a,b'],
      limits: {
        requestsPerMinute: 60,
        tokensPerMinute: 1_000_000,
        concurrency: 0,
        spend: [{ bucket: 'RMB', window: 'DAY', amount: nano(9_007_199_254_740_993n) }],
      },
      policies: {
        ...{ maxAttempts: 3, deadlineMs: 30_000 },
        maxPrice: [{ bucket: 'CREDIT', input: nano(9_007_199_254_740_993n), output: null }],
        maxCharge: [{ bucket: 'RMB', amount: nano(9_007_199_254_740_993n) }],
        modelAliases: [{ alias: 'org/a@1', model: 'gpt-5-mini' }],
        allowedAddresses: ['203.0.113.0/24', '2001:db8::/32'],
      },
      expiresAt: NOW + 1,
    });
    expect(await store().findBySecretHash(hash)).toEqual({ key, secret: { hash, keyId: key.id, validUntil: null }, projectLimits: [] });
    expect(await store().find([key.id, 'no such key', 'né'])).toEqual(new Map([[key.id, key]]));
  });

  promise('gives with a key the spend limits of its project, as they stand now', async () => {
    const accounts = new TypeormAccountStore(opened.dataSource);
    const limit = { bucket: 'RMB', window: 'DAY', amount: nano(5n) } as const;
    await accounts.addProject({ id: 'limited', accountId: 'acme', name: 'Limited', spendLimits: [limit] });
    const { hash } = await added({ projectId: 'limited' });
    expect((await store().findBySecretHash(hash))?.projectLimits).toEqual([limit]);
    await accounts.changeProject('limited', { spendLimits: [] });
    expect((await store().findBySecretHash(hash))?.projectLimits).toEqual([]);
  });

  promise('says with every key whether its account is suspended, and writes nothing of that with the key', async () => {
    const accounts = new TypeormAccountStore(opened.dataSource);
    await accounts.add({ id: 'barred', name: 'Barred', createdAt: NOW }, [], []);
    const { key, hash } = await added({ accountId: 'barred' });
    const suspended = async () => [
      (await store().findBySecretHash(hash))?.key.accountSuspended,
      (await store().findById(key.id))?.key.accountSuspended,
      (await store().find([key.id])).get(key.id)?.accountSuspended,
      (await store().list('barred'))[0]?.accountSuspended,
      (await store().change(key.id, (before) => ({ ...before, name: 'changed' }))).accountSuspended,
    ];
    for (const at of [NOW, null]) {
      await accounts.suspend('barred', at);
      expect(await suspended()).toEqual(Array(5).fill(at !== null));
    }
    await store().change(key.id, (before) => ({ ...before, accountSuspended: true }));
    expect(await suspended()).toEqual(Array(5).fill(false));
  });

  promise('gives with every key the rates of its account', async () => {
    const accounts = new TypeormAccountStore(opened.dataSource);
    await accounts.add({ id: 'rated', name: 'Rated', createdAt: NOW }, [], []);
    const { key, hash } = await added({ accountId: 'rated' });
    const rates = { requestsPerMinute: 60, tokensPerMinute: null, concurrency: 2 };
    await accounts.setRates('rated', rates);
    expect((await store().findBySecretHash(hash))?.key.accountRates).toEqual(rates);
    expect((await store().find([key.id])).get(key.id)?.accountRates).toEqual(rates);
  });

  promise('finds nothing by the hash of an unknown secret, and nothing by no ids', async () => {
    expect(await store().findBySecretHash(hashSecret('unknown'))).toBeUndefined();
    expect(await store().find([])).toEqual(new Map());
  });

  promise('lists the keys of one account or of all, new to old', async () => {
    const { key: older } = await added({ accountId: 'lists', createdAt: NOW - 5 });
    const { key: newer } = await added({ accountId: 'lists', createdAt: NOW + 5 });
    expect(await store().list('lists')).toEqual([newer, older]);
    const everyones = (await store().list(null)).map((key) => key.id);
    expect(everyones.indexOf(newer.id)).toBeLessThan(everyones.indexOf(older.id));
  });

  promise(
    'lists any number of keys in their order, and who asks an embedded database meanwhile is answered before the last is read',
    async () => {
      const accountId = newId();
      const { key } = await added({ accountId, createdAt: NOW - 1 });
      const [row = {}] = await opened.database.query(`SELECT * FROM api_key WHERE id = '${key.id}'`);
      const columns = Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? `'${value}'` : String(value)]);
      const many = { ...Object.fromEntries(columns), id: numberedIds(opened.database, '7000'), created_at: `${NOW} + n % 2` };
      await addNumberedRows(opened.database, 'api_key', 1_000, many);
      const ended: string[] = [];
      const listing = store().list(accountId);
      await Promise.all([
        listing.then(() => ended.push('list')),
        store()
          .find([key.id])
          .then(() => ended.push('other')),
      ]);
      const listed = (await listing).map(({ id, createdAt }) => `${createdAt} ${id}`);
      expect(listed).toHaveLength(1_001);
      expect(listed).toEqual([...new Set(listed)].sort().reverse());
      if (opened.database.kind === 'sqlite') expect(ended).toEqual(['other', 'list']);
    },
  );

  promise('adds a key with its secret or not at all', async () => {
    const { hash } = await added();
    const key = newKey();
    await expect(store().add({ key, secret: { hash, keyId: key.id, validUntil: null } })).rejects.toThrow();
    expect((await store().find([key.id])).size).toBe(0);
  });

  promise('makes a change of what stands there, with nothing lost of changes at the same time', async () => {
    const { key } = await added();
    const raised = (limits: object) => store().change(key.id, (now) => ({ ...now, limits: { ...now.limits, ...limits } }));
    await Promise.all([raised({ requestsPerMinute: 6 }), raised({ tokensPerMinute: 7 }), raised({ concurrency: 8 })]);
    const limits = { requestsPerMinute: 6, tokensPerMinute: 7, concurrency: 8, spend: [] };
    expect((await store().find([key.id])).get(key.id)).toEqual({ ...key, limits });
    await store().setStatus(key.id, 'REVOKED');
    await expect(raised({ concurrency: 9 })).rejects.toMatchObject({ code: 'key_revoked' });
    await expect(store().change('no such key', (now) => now)).rejects.toMatchObject({ code: 'not_found' });
  });

  promise('never changes a revoked key again', async () => {
    const { key } = await added();
    await store().setStatus(key.id, 'PAUSED');
    await store().setStatus(key.id, 'REVOKED');
    await store().setStatus(key.id, 'REVOKED');
    await expect(store().setStatus(key.id, 'ACTIVE')).rejects.toMatchObject({ code: 'key_revoked' });
    const secret = { hash: hashSecret(newId()), keyId: key.id, validUntil: null };
    await expect(store().rotate({ secret, prefix: 'sk-tf-x…', oldValidUntil: NOW })).rejects.toMatchObject({ code: 'key_revoked' });
    expect((await store().find([key.id])).get(key.id)?.status).toBe('REVOKED');
    expect(await store().findBySecretHash(secret.hash)).toBeUndefined();
  });

  promise('says so when the key to change does not exist', async () => {
    for (const id of ['no such key', 'né']) await expect(store().setStatus(id, 'PAUSED')).rejects.toMatchObject({ code: 'not_found' });
  });

  promise('rotates: the new secret opens the key, the old ones until they end, and none is prolonged', async () => {
    const { key, hash: first } = await added();
    const second = hashSecret(newId());
    const third = hashSecret(newId());
    await store().rotate({ secret: { hash: second, keyId: key.id, validUntil: null }, prefix: 'sk-tf-second…', oldValidUntil: NOW + 10 });
    await store().rotate({ secret: { hash: third, keyId: key.id, validUntil: null }, prefix: 'sk-tf-third…', oldValidUntil: NOW + 99 });
    const ends = await Promise.all([first, second, third].map(async (hash) => (await store().findBySecretHash(hash))?.secret.validUntil));
    expect(ends).toEqual([NOW + 10, NOW + 99, null]);
    expect((await store().find([key.id])).get(key.id)?.prefix).toBe('sk-tf-third…');
  });

  promise('keeps one status when many change it at once, and revoked wins', async () => {
    const { key } = await added();
    const changes = ['PAUSED', 'ACTIVE', 'REVOKED', 'PAUSED', 'ACTIVE'] as const;
    await Promise.allSettled(changes.map((status) => store().setStatus(key.id, status)));
    expect((await store().find([key.id])).get(key.id)?.status).toBe('REVOKED');
  });

  promise('never serves a stored key that makes no sense', async () => {
    const { key } = await added();
    await opened.database.query(`UPDATE api_key SET status = 'ASLEEP' WHERE id = '${key.id}'`);
    await expect(store().find([key.id])).rejects.toThrow(InvariantBroken);
    await expect(store().find([key.id])).rejects.toThrow(/status of api_key .* is "ASLEEP"/);
    await opened.database.query(`DELETE FROM api_key WHERE id = '${key.id}'`);
  });
});
