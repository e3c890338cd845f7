import { someOf } from '../../../test/support/memory-stores';
import { ConfigurationError } from '../../kernel/configuration-error';
import { hashSecret } from '../../kernel/secret';
import type { Account, AccountStore, Project } from '../../keys/account-store';
import { type ApiKey, type KeySecret, NO_RATES } from '../../keys/api-key';
import type { ApiKeyStore, NewApiKey } from '../../keys/api-key-store';
import type { DeclaredAccount, DeclaredKey } from '../../keys/declared-account';
import { NO_POLICIES } from '../../keys/key-policies';
import type { MoveMoney } from '../../ledger/ledger-store';
import { type AccountPorts, applyAccounts, checkAccounts } from './apply-accounts';

const NOW = 1_790_000_000_000;

/** Accounts and keys in memory, with the parts of the ports that are needed here. */
class People {
  readonly accounts = new Map<string, { account: Account; tokens: readonly string[] }>();
  readonly projects = new Map<string, Project>();
  readonly keys = new Map<string, NewApiKey>();
  readonly moved = new Map<string, MoveMoney>();
  /** Throws once, after so many writes: the process that dies in the middle. */
  writesLeft = Number.POSITIVE_INFINITY;

  readonly ports: AccountPorts = {
    clock: { now: () => NOW, monotonic: () => 0, sleep: () => Promise.resolve() },
    moveMoney: async (item) => {
      this.write();
      if (!this.moved.has(item.externalKey)) this.moved.set(item.externalKey, item);
    },
    accounts: this.accountStore(),
    keys: this.keyStore(),
  };

  private write(): void {
    if (this.writesLeft-- <= 0) throw new Error('the process died here');
  }

  private accountStore(): AccountStore {
    const unused = () => Promise.reject(new Error('not needed here'));
    return {
      find: async (id) => this.accounts.get(id)?.account,
      add: async (account, tokens, projects) => {
        this.write();
        this.accounts.set(account.id, { account: { ...account, suspendedAt: null, rates: NO_RATES }, tokens });
        for (const project of projects) this.projects.set(project.id, project);
      },
      findByTokenHash: async (hash) => [...this.accounts.values()].find(({ tokens }) => tokens.includes(hash))?.account,
      addProject: async (project) => {
        this.write();
        this.projects.set(project.id, project);
      },
      projectsById: async (ids) => someOf(this.projects, ids),
      list: unused,
      projects: unused,
      changeProject: unused,
      suspend: unused,
      rename: unused,
      setRates: unused,
    };
  }

  private keyStore(): ApiKeyStore {
    const unused = () => Promise.reject(new Error('not needed here'));
    return {
      findBySecretHash: async (hash) => {
        const found = [...this.keys.values()].find(({ secret }) => secret.hash === hash);
        return found === undefined ? undefined : { ...found, projectLimits: [] };
      },
      findById: unused,
      find: async (ids) => new Map([...someOf(this.keys, ids)].map(([id, { key }]): [string, ApiKey] => [id, key])),
      add: async (added) => {
        this.write();
        this.keys.set(added.key.id, added);
      },
      madeBefore: unused,
      list: unused,
      setStatus: unused,
      change: unused,
      rotate: unused,
    };
  }
}

function aKey(id: string, secret = `sk-tf-${id}`): DeclaredKey {
  return {
    id,
    name: id,
    secret,
    projectId: 'bots',
    routePolicy: 'ORDINARY_ONLY',
    crossBucketFallback: false,
    allowedModels: null,
    limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null, spend: [] },
    policies: NO_POLICIES,
    expiresAt: null,
  };
}

function anAccount(overrides: Partial<DeclaredAccount> = {}): DeclaredAccount {
  return {
    id: 'acme',
    name: 'Acme',
    token: 'acme-token',
    wallets: [
      { bucket: 'RMB', amount: 100n },
      { bucket: 'CREDIT', amount: 0n },
    ],
    projects: [{ id: 'bots', name: 'Bots', spendLimits: [] }],
    keys: [aKey('chat')],
    ...overrides,
  };
}

describe('accounts of the catalog', () => {
  it('are made with their projects, first balances and keys', async () => {
    const people = new People();
    expect(await applyAccounts(people.ports, [anAccount()])).toEqual({ accounts: ['acme'], keys: ['chat'] });
    expect(people.accounts.get('acme')).toEqual({
      account: { id: 'acme', name: 'Acme', createdAt: NOW, suspendedAt: null, rates: NO_RATES },
      tokens: [hashSecret('acme-token')],
    });
    expect(people.projects.get('bots')).toEqual({ id: 'bots', name: 'Bots', accountId: 'acme', spendLimits: [] });
    expect([...people.moved.values()]).toMatchObject([
      { entryKind: 'TOP_UP', walletId: 'acme:RMB', currency: 'CNY', amount: 100n, externalKey: 'catalog:acme:RMB' },
    ]);
    const secret: KeySecret = { hash: hashSecret('sk-tf-chat'), keyId: 'chat', validUntil: null };
    expect(people.keys.get('chat')).toMatchObject({ key: { accountId: 'acme', status: 'ACTIVE', prefix: 'sk-tf-ch…' }, secret });
  });

  it('never keep a secret in clear', async () => {
    const people = new People();
    await applyAccounts(people.ports, [anAccount()]);
    const stored = JSON.stringify([[...people.accounts], [...people.keys]]);
    expect(stored).not.toMatch(/acme-token|sk-tf-chat/);
  });

  it('are never overwritten, and what is new in them is added', async () => {
    const people = new People();
    await applyAccounts(people.ports, [anAccount()]);
    const changed = anAccount({
      name: 'Other',
      token: 'other-token',
      wallets: [{ bucket: 'RMB', amount: 999n }],
      projects: [
        { id: 'bots', name: 'Renamed', spendLimits: [] },
        { id: 'cats', name: 'Cats', spendLimits: [] },
      ],
      keys: [{ ...aKey('chat', 'sk-tf-another'), name: 'renamed' }, aKey('new')],
    });
    expect(await applyAccounts(people.ports, [changed])).toEqual({ accounts: [], keys: ['new'] });
    expect(people.accounts.get('acme')).toMatchObject({ account: { name: 'Acme' }, tokens: [hashSecret('acme-token')] });
    expect([...people.projects.values()].map((project) => project.name)).toEqual(['Bots', 'Cats']);
    expect(people.keys.get('chat')).toMatchObject({ key: { name: 'chat' }, secret: { hash: hashSecret('sk-tf-chat') } });
    expect(people.moved.get('catalog:acme:RMB')?.amount).toBe(100n);
  });

  it.each([0, 1, 2, 3])('are completed by the next start when one dies after %i writes, and no balance doubles', async (writes) => {
    const declared = [anAccount({ keys: [aKey('chat'), aKey('more')] })];
    const whole = new People();
    await applyAccounts(whole.ports, declared);
    const cut = new People();
    cut.writesLeft = writes;
    await expect(applyAccounts(cut.ports, declared)).rejects.toThrow('died');
    cut.writesLeft = Number.POSITIVE_INFINITY;
    await applyAccounts(cut.ports, declared);
    expect([cut.accounts, cut.projects, cut.keys]).toEqual([whole.accounts, whole.projects, whole.keys]);
    expect([...cut.moved.values()].map(({ amount }) => amount)).toEqual([100n]);
  });

  it('are refused with every path when a name or secret is taken, before anything is written', async () => {
    const people = new People();
    await applyAccounts(people.ports, [anAccount()]);
    const clashing = anAccount({ id: 'other', keys: [aKey('chat'), aKey('fresh', 'sk-tf-chat')] });
    const refused = await checkAccounts(people.ports, [clashing]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigurationError);
    expect((refused as ConfigurationError).faults).toEqual([
      { path: 'accounts[0].token', problem: 'opens another account already ("acme")' },
      { path: 'accounts[0].projects[0].id', problem: 'belongs to another account already ("acme")' },
      { path: 'accounts[0].keys[0].id', problem: 'belongs to another account already ("acme")' },
      { path: 'accounts[0].keys[1].secret', problem: 'opens another key already ("chat")' },
    ]);
    expect(people.accounts.has('other')).toBe(false);
  });

  it('pass the check when they exist as they are declared', async () => {
    const people = new People();
    await applyAccounts(people.ports, [anAccount()]);
    await expect(checkAccounts(people.ports, [anAccount()])).resolves.toBeUndefined();
  });
});
