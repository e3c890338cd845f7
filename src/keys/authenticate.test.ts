import { aKey } from '../../test/support/key-builders';
import { hashSecret } from '../kernel/secret';
import type { ApiKey, KeySecret } from './api-key';
import type { ApiKeyStore } from './api-key-store';
import { admitKey, KeyRing, type Source, WITHIN } from './authenticate';
import { NO_POLICIES } from './key-policies';

class ManualClock {
  time = 0;
  now = () => this.time;
  monotonic = () => this.time;
  sleep = () => Promise.resolve();
}

const KEY = aKey({ id: 'k' });

function ringWith(stored: { key: ApiKey; secret?: Partial<KeySecret> }) {
  const clock = new ManualClock();
  const store = {
    reads: 0,
    fails: false,
    stored,
    async findBySecretHash(hash: string) {
      store.reads += 1;
      if (store.fails) throw new Error('down');
      if (hash !== hashSecret('right')) return undefined;
      return { key: store.stored.key, secret: { hash, keyId: 'k', validUntil: null, ...store.stored.secret } };
    },
  };
  return { clock, store, ring: new KeyRing(store as unknown as ApiKeyStore, clock) };
}

describe('recognising a key', () => {
  it('refuses a missing and an unknown secret alike', async () => {
    const { ring } = ringWith({ key: KEY });
    for (const secret of [null, '', 'wrong']) await expect(ring.recognise(secret)).rejects.toMatchObject({ code: 'invalid_api_key' });
  });

  it('reads a key once for many calls, and again within two seconds at the latest', async () => {
    const { ring, store, clock } = ringWith({ key: KEY });
    await Promise.all([ring.recognise('right'), ring.recognise('right'), ring.recognise('right')]);
    expect(store.reads).toBe(1);
    store.stored = { key: { ...KEY, status: 'REVOKED' } };
    clock.time = 1_999;
    expect((await ring.recognise('right')).key.status).toBe('REVOKED');
  });

  it('is asked afresh by whoever looks once a second, who so sees no state that is older than two', async () => {
    const { ring, store, clock } = ringWith({ key: KEY });
    await ring.recognise('right');
    store.stored = { key: { ...KEY, status: 'REVOKED' } };
    clock.time = 799;
    expect((await ring.recogniseFresh('right')).key.status).toBe('ACTIVE');
    clock.time = 1_799;
    expect((await ring.recogniseFresh('right')).key.status).toBe('REVOKED');
    expect(store.reads).toBe(2);
  });

  it('sees a change at once after forget, also while a former read is under way', async () => {
    const { ring, store } = ringWith({ key: KEY });
    const before = ring.recognise('right');
    store.stored = { key: { ...KEY, status: 'PAUSED' } };
    ring.forget();
    await before;
    expect((await ring.recognise('right')).key.status).toBe('PAUSED');
  });

  it('keeps serving a key that it knows for two seconds when the store is down, then says so', async () => {
    const { ring, store, clock } = ringWith({ key: KEY });
    await ring.recognise('right');
    store.fails = true;
    clock.time = 1_500;
    await expect(ring.recognise('right')).resolves.toMatchObject({ key: { id: 'k' } });
    clock.time = 2_500;
    await expect(ring.recognise('right')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });

  it('refuses a replaced secret from the moment its overlap ends', async () => {
    const { ring, clock } = ringWith({ key: KEY, secret: { validUntil: 1_000 } });
    await expect(ring.recognise('right')).resolves.toBeDefined();
    clock.time = 1_000;
    await expect(ring.recognise('right')).rejects.toMatchObject({ code: 'invalid_api_key' });
  });
});

describe('admitting a recognised key', () => {
  const admit =
    (key: Partial<ApiKey>, from: Source = '203.0.113.7') =>
    () =>
      admitKey({ key: { ...KEY, ...key } }, 1_000, from);

  it('lets an active key call until the instant of its expiry', () => {
    expect(admit({ expiresAt: 1_001 })().key.id).toBe('k');
    expect(admit({ expiresAt: 1_000 })).toThrow(expect.objectContaining({ code: 'key_expired' }));
  });

  it('says of a paused and a revoked key which it is', () => {
    expect(admit({ status: 'PAUSED' })).toThrow(expect.objectContaining({ code: 'key_paused' }));
    expect(admit({ status: 'REVOKED', expiresAt: 1 })).toThrow(expect.objectContaining({ code: 'key_revoked' }));
  });

  it('refuses every key of a suspended account, and says so before anything of the key itself', () => {
    for (const status of ['ACTIVE', 'PAUSED', 'REVOKED'] as const)
      expect(admit({ accountSuspended: true, status })).toThrow(expect.objectContaining({ code: 'account_suspended' }));
  });

  it('refuses a call from anywhere else than the key allows, and names the place', () => {
    const policies = { ...NO_POLICIES, allowedAddresses: ['203.0.113.0/24', '2001:db8::/32'] };
    const refused = (from: Source) => admit({ policies, status: 'PAUSED' }, from);
    expect(admit({ policies }, '203.0.113.7')().key.id).toBe('k');
    expect(admit({ policies }, WITHIN)().key.id).toBe('k');
    expect(admit({}, null)().key.id).toBe('k');
    expect(refused('198.51.100.1')).toThrow(
      expect.objectContaining({ code: 'address_not_allowed', message: expect.stringContaining('from 198.51.100.1') }),
    );
    expect(refused(null)).toThrow(expect.objectContaining({ code: 'address_not_allowed' }));
  });
});
