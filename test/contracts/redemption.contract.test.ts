/** What redemption codes promise, whatever database stands behind them: each moves money once, for one account. */
import { newId } from '../../src/kernel/ids';
import { NANO_MAX } from '../../src/kernel/money';
import { GroupCommit } from '../../src/ledger/group-commit';
import { type CodeWish, makeCodes, type RedemptionMeans, redeem, revokeCode } from '../../src/ledger/redemption/redeem';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { SqlRedemptionStore } from '../../src/storage/redemption-store';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { openLedger } from '../support/open-ledger';

const START = 1_790_000_000_000;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('redemption codes on %s', (kind) => {
  let means: RedemptionMeans;
  let now = START;
  const bed = ledgerBed(kind, {
    prepare: async () => {
      means = meansOn(bed.ledger);
    },
  });
  const { promise } = bed;

  const meansOn = ({ store }: OpenLedger): RedemptionMeans => ({
    codes: new SqlRedemptionStore(bed.open.dataSource),
    ledger: new GroupCommit(store),
    reader: bed.open.reader,
    clock: { now: () => now },
  });

  const newAccount = () => bed.accountWith(0n);

  async function newCode(over: Partial<CodeWish> = {}) {
    const wish: CodeWish = { count: 1, bucket: 'RMB', amount: 5n, expiresAt: null, memo: 'welcome', ...over };
    const [made] = await makeCodes(means, wish);
    if (made === undefined) throw new Error('no code was made');
    return { code: made.code, id: made.redemptionCode.id };
  }

  const balanceOf = async (account: string) => (await means.reader.walletsById([`${account}:RMB`])).get(`${account}:RMB`)?.posted;

  promise('add their amount once, and give the same entry to the account that asks again', async () => {
    const account = await newAccount();
    const { code } = await newCode();
    const entry = await redeem(means, account, code);
    expect(entry).toMatchObject({ kind: 'REDEMPTION', amount: 5n, walletId: `${account}:RMB`, memo: 'welcome' });
    expect(await redeem(means, account, code.toLowerCase())).toEqual(entry);
    expect(await balanceOf(account)).toBe(5n);
  });

  promise('say what kept them from being paid out where the wallet filled up, or the ledger lost its answer, in between', async () => {
    const account = await newAccount();
    const { code } = await newCode();
    const told = (verdict: 'over_balance' | 'refused') => redeem({ ...means, ledger: { end: async () => ({ verdict }) } }, account, code);
    await expect(told('over_balance')).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringContaining('can hold') });
    await expect(told('refused')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(await redeem(means, account, code)).toMatchObject({ amount: 5n });
  });

  promise('are worth something to one account alone, of a hundred that try at once', async () => {
    const { code } = await newCode();
    const tried = await Promise.all(Array.from({ length: 100 }, newAccount));
    const another = kind === 'mysql' ? await openLedger(bed.database) : null;
    try {
      const elsewhere = another === null ? means : meansOn(another);
      const outcomes = await Promise.allSettled(tried.map((account, nth) => redeem(nth % 2 === 0 ? means : elsewhere, account, code)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const balances = await Promise.all(tried.map(balanceOf));
      expect(balances.reduce<bigint>((sum, balance) => sum + (balance ?? 0n), 0n)).toBe(5n);
    } finally {
      await another?.close();
    }
  });

  promise('tell a stranger the same whether they are unknown, used, expired or revoked', async () => {
    const [account, stranger] = [await newAccount(), await newAccount()];
    const [used, expired, revoked] = [await newCode(), await newCode({ expiresAt: now + 1_000 }), await newCode()];
    await redeem(means, account, used.code);
    await revokeCode(means, revoked.id);
    now += 1_000;
    const unknown = used.code.replace(/^./, (first) => (first === '0' ? '1' : '0'));
    const told = await Promise.all(
      [used.code, expired.code, revoked.code, unknown, '', 'nonsense'].map((code) =>
        redeem(means, stranger, code).catch((error: Error) => error),
      ),
    );
    expect(new Set(told.map((error) => JSON.stringify([(error as { code?: string }).code, (error as Error).message])))).toHaveProperty(
      'size',
      1,
    );
    expect(told[0]).toMatchObject({ code: 'not_found', message: expect.stringContaining('cannot be redeemed') });
    expect(await balanceOf(stranger)).toBe(0n);
  });

  promise('are not what is wrong where the account is', async () => {
    const { code } = await newCode();
    const refused = { code: 'not_found', message: 'There is no account "nobody".', detail: { param: 'accountId' } };
    await expect(redeem(means, 'nobody', code)).rejects.toMatchObject(refused);
    const account = await newAccount();
    expect((await redeem(means, account, code)).walletId).toBe(`${account}:RMB`);
  });

  promise('that were redeemed cannot be revoked, and stay redeemed', async () => {
    const account = await newAccount();
    const { code, id } = await newCode();
    const entry = await redeem(means, account, code);
    await expect(revokeCode(means, id)).rejects.toThrow(/redeemed already/);
    expect(await means.codes.find(id)).toMatchObject({ revokedAt: null });
    expect(await redeem(means, account, code)).toEqual(entry);
    await expect(revokeCode(means, newId())).rejects.toThrow(/There is no redemption code/);
  });

  promise('that are revoked while they are redeemed pay nothing after it was said that they are revoked', async () => {
    const account = await newAccount();
    const { code, id } = await newCode();
    const findByHash = async (hash: string) => {
      const found = await means.codes.findByHash(hash);
      await revokeCode(means, id);
      return found;
    };
    const slow: RedemptionMeans = { ...means, codes: Object.assign(Object.create(means.codes), { findByHash }) };
    await expect(redeem(slow, account, code)).rejects.toThrow(/cannot be redeemed/);
    expect(await balanceOf(account)).toBe(0n);
  });

  promise('are redeemed or revoked, never both, where both are asked for at once', async () => {
    const account = await newAccount();
    const another = kind === 'mysql' ? await openLedger(bed.database) : null;
    try {
      const elsewhere = another === null ? means : meansOn(another);
      const codes = await Promise.all(Array.from({ length: 40 }, () => newCode()));
      const ends = await Promise.all(
        codes.map(async ({ code, id }) => {
          const [redeemed, revoked] = await Promise.allSettled([redeem(elsewhere, account, code), revokeCode(means, id)]);
          return [redeemed.status, revoked.status].sort();
        }),
      );
      expect(ends).toEqual(codes.map(() => ['fulfilled', 'rejected']));
    } finally {
      await another?.close();
    }
  });

  promise('that would give a wallet more than it can hold are refused in words, and stay open for another account', async () => {
    const [rich, other] = [await newAccount(), await newAccount()];
    const [first, second] = [await newCode({ amount: NANO_MAX }), await newCode({ amount: 1n })];
    await redeem(means, rich, first.code);
    await expect(redeem(means, rich, second.code)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('more than a wallet can hold'),
    });
    expect(await redeem(means, rich, first.code)).toMatchObject({ amount: NANO_MAX });
    expect(await redeem(means, other, second.code)).toMatchObject({ amount: 1n });
  });

  promise('leave no trace of their text in the database', async () => {
    const { code } = await newCode();
    const rows = JSON.stringify(await bed.database.query('SELECT id, code_hash, memo FROM redemption_code'));
    expect(rows).not.toContain(code);
    expect(rows).not.toContain(code.replaceAll('-', ''));
  });

  promise('are made a thousand at once, or none, and listed page by page', async () => {
    const made = await makeCodes(means, { count: 1_000, bucket: 'CREDIT', amount: 1n, expiresAt: null, memo: null });
    expect(new Set(made.map(({ code }) => code)).size).toBe(1_000);
    const seen: string[] = [];
    for (let after: string | undefined; seen.length < 1_000; ) {
      const page = await means.codes.page({ first: 100, ...(after === undefined ? {} : { after }) });
      seen.push(...page.items.map(({ node }) => node.id));
      after = page.items.at(-1)?.cursor;
    }
    expect(seen).toEqual(made.map(({ redemptionCode }) => redemptionCode.id).reverse());
    const none = { bucket: 'RMB', amount: 1n, expiresAt: null, memo: null } as const;
    for (const wish of [
      { count: 1_001 },
      { count: 0 },
      { count: 1, amount: 0n },
      { count: 1, expiresAt: now },
      { count: 1, memo: 'x'.repeat(501) },
    ]) {
      await expect(makeCodes(means, { ...none, ...wish })).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });
});
