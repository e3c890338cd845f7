import { MemoryAccountStore, MemoryKeyStore } from '../../test/support/memory-stores';
import { aKey } from '../../test/support/receipt-builders';
import { StillClock } from '../../test/support/still-clock';
import { nano } from '../kernel/money';
import { hashSecret } from '../kernel/secret';
import { NO_POLICIES } from './key-policies';
import { createKey, type KeyWishes, pauseKey, resumeKey, revokeKey, rotateKey } from './manage-keys';
import type { Viewer } from './viewer';

const OWNER: Viewer = { kind: 'account', accountId: 'acme', role: 'OWNER', tokenId: null };
const NO_LIMITS = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null, spend: [] };
const WISHES: KeyWishes = {
  accountId: null,
  name: 'chat',
  projectId: null,
  routePolicy: 'ORDINARY_ONLY',
  crossBucketFallback: false,
  allowedModels: null,
  limits: NO_LIMITS,
  policies: NO_POLICIES,
  expiresAt: null,
};

async function management() {
  const keys = new MemoryKeyStore();
  const accounts = new MemoryAccountStore();
  await accounts.add({ id: 'acme', name: 'Acme', createdAt: 0 }, [], [{ id: 'bots', accountId: 'acme', name: 'Bots', spendLimits: [] }]);
  await accounts.add(
    { id: 'globex', name: 'Globex', createdAt: 0 },
    [],
    [{ id: 'apps', accountId: 'globex', name: 'Apps', spendLimits: [] }],
  );
  keys.put(aKey('k'), 'sk-tf-test-old-secret');
  const keyRing = {
    forgotten: 0,
    forget: () => {
      keyRing.forgotten += 1;
    },
  };
  const clock = new StillClock();
  return { keys, accounts, keyRing, clock, modelExists: (id: string) => id === 'm' };
}

describe('a new key', () => {
  it('keeps of its secret only the hash, and a public part that opens nothing', async () => {
    const means = await management();
    const { apiKey, secret } = await createKey(means, OWNER, WISHES);
    expect(secret).toMatch(/^sk-tf-[\w-]{32}$/);
    expect(apiKey.prefix.length).toBeLessThan(secret.length / 2);
    expect(means.keys.secrets.get(hashSecret(secret))).toEqual({ hash: hashSecret(secret), keyId: apiKey.id, validUntil: null });
    expect(JSON.stringify([...means.keys.keys.values()])).not.toContain(secret);
  });

  const limits = (changes: Partial<KeyWishes['limits']>) => ({ limits: { ...NO_LIMITS, ...changes } });
  const manyModels = (count: number) => Array.from({ length: count }, (_, at) => `m-${at}`);
  const spend = (amount: bigint) => ({ bucket: 'RMB', window: 'DAY', amount: nano(amount) }) as const;

  it.each([
    ['name', { name: '   ' }, 'name must have'],
    ['name', { name: 'x'.repeat(201) }, '1 to 200'],
    ['allowedModels', { allowedModels: ['m', 'nothing'] }, '"nothing"'],
    ['allowedModels', { allowedModels: [] }, 'null allows every model'],
    ['allowedModels', { allowedModels: ['m', 'm'] }, 'twice'],
    ['allowedModels', { allowedModels: manyModels(1_001) }, '1 to 1000'],
    ['requestsPerMinute', limits({ requestsPerMinute: 0 }), 'from 1 to'],
    ['tokensPerMinute', limits({ tokensPerMinute: -5 }), 'from 1 to'],
    ['concurrency', limits({ concurrency: 1.5 }), 'null is no limit'],
    ['spendLimits[0].amount', limits({ spend: [spend(0n)] }), 'above zero'],
    ['spendLimits[1]', limits({ spend: [spend(1n), spend(2n)] }), 'RMB per DAY'],
    ['expiresAt', { expiresAt: new StillClock().time }, 'null is for a key that does not expire'],
  ] satisfies [string, Partial<KeyWishes>, string][])('is refused for a wrong %s, by name', async (param, wrong, words) => {
    const means = await management();
    const refused = createKey(means, OWNER, { ...WISHES, ...wrong });
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_request',
      detail: { param },
      publicMessage: expect.stringContaining(words),
    });
    expect(means.keys.keys.size).toBe(1);
  });

  it('takes every wish that is right', async () => {
    const means = await management();
    const wishes = {
      ...WISHES,
      projectId: 'bots',
      allowedModels: ['m'],
      ...limits({ concurrency: 1, spend: [spend(1n)] }),
      expiresAt: means.clock.time + 1,
    };
    const { apiKey } = await createKey(means, OWNER, wishes);
    expect(apiKey).toMatchObject({ accountId: 'acme', projectId: 'bots', allowedModels: ['m'], limits: { concurrency: 1 } });
  });

  it('may name a thousand models', async () => {
    const means = { ...(await management()), modelExists: () => true };
    const { apiKey } = await createKey(means, OWNER, { ...WISHES, allowedModels: manyModels(1_000) });
    expect(apiKey.allowedModels).toHaveLength(1_000);
  });

  it.each(['apps', 'nothing'])('is refused a project of another account as one that does not exist: %s', async (projectId) => {
    await expect(createKey(await management(), OWNER, { ...WISHES, projectId })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a revoked key', () => {
  it('stays revoked, whatever is tried', async () => {
    const means = await management();
    await revokeKey(means, OWNER, 'k');
    for (const attempt of [pauseKey(means, OWNER, 'k'), resumeKey(means, OWNER, 'k'), rotateKey(means, OWNER, 'k', 0)]) {
      await expect(attempt).rejects.toMatchObject({ code: 'invalid_request', publicMessage: expect.stringContaining('never works again') });
    }
    expect((await revokeKey(means, OWNER, 'k')).status).toBe('REVOKED');
    expect(means.keys.secrets.size).toBe(1);
  });
});

describe('every change', () => {
  it('makes the process forget what it remembers of keys', async () => {
    const means = await management();
    await createKey(means, OWNER, WISHES);
    await pauseKey(means, OWNER, 'k');
    await resumeKey(means, OWNER, 'k');
    await rotateKey(means, OWNER, 'k', 0);
    await revokeKey(means, OWNER, 'k');
    expect(means.keyRing.forgotten).toBe(5);
  });

  it('ends the secret before at once by every clock, also by one that is behind, and else when its overlap is over', async () => {
    const { keys, ...means } = await management();
    const endOf = (secret: string) => keys.secrets.get(hashSecret(secret))?.validUntil;
    const { secret } = await rotateKey({ ...means, keys }, OWNER, 'k', 60);
    expect([endOf('sk-tf-test-old-secret'), endOf(secret)]).toEqual([means.clock.time + 60_000, null]);
    await rotateKey({ ...means, keys }, OWNER, 'k', 0);
    expect([endOf('sk-tf-test-old-secret'), endOf(secret)]).toEqual([0, 0]);
  });

  it.each([-1, 2_592_001])('refuses an overlap of %d seconds', async (overlap) => {
    await expect(rotateKey(await management(), OWNER, 'k', overlap)).rejects.toMatchObject({ detail: { param: 'overlapSeconds' } });
  });

  it.each([
    ['another account', { kind: 'account', accountId: 'globex', role: 'OWNER', tokenId: null }, 'not_found'],
    ['a key', { kind: 'key', key: aKey('k') }, 'forbidden'],
  ] satisfies [string, Viewer, string][])('is refused to %s', async (_who, viewer, code) => {
    const means = await management();
    for (const change of [pauseKey, resumeKey, revokeKey]) await expect(change(means, viewer, 'k')).rejects.toMatchObject({ code });
    expect(means.keys.keys.get('k')?.status).toBe('ACTIVE');
  });
});
