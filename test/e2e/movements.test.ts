/** Money that the operator moves, over the graph. */
import { newId } from '../../src/kernel/ids';
import { formatDecimal, NANO_MAX, parseDecimal } from '../../src/kernel/money';
import { graph, postChat, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const ENTRY = 'id kind amount balanceBefore balanceAfter memo receipt { id } wallet { id balance }';

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly amount: string;
  readonly balanceAfter: string;
  readonly memo: string | null;
  readonly receipt: { readonly id: string } | null;
  readonly wallet: { readonly id: string; readonly balance: string };
}

onEachDatabase('money that the operator moves', (bed, promise) => {
  const ask = <T>(query: string, token = OPERATOR_TOKEN) => graph<T>(bed.gateway.origin, token, query);
  const topUp = async (amount: string, key: string, token = OPERATOR_TOKEN) =>
    (
      await ask<{ topUp: Entry }>(
        `mutation { topUp(accountId: "acme", bucket: RMB, amount: "${amount}", idempotencyKey: "${key}", memo: "paid") { ${ENTRY} } }`,
        token,
      )
    ).topUp;
  const refund = async (id: string, key: string, amount: string | null = null) =>
    (
      await ask<{ refund: Entry }>(
        `mutation { refund(receiptId: "${id}", ${amount === null ? '' : `amount: "${amount}",`} idempotencyKey: "${key}", memo: "sorry") { ${ENTRY} } }`,
      )
    ).refund;
  const adjust = async (amount: string, key = newId()) =>
    (
      await ask<{ adjust: Entry }>(
        `mutation { adjust(accountId: "acme", bucket: CREDIT, amount: "${amount}", idempotencyKey: "${key}", memo: "fix") { ${ENTRY} } }`,
      )
    ).adjust;
  const call = async () => {
    const response = await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI });
    await response.text();
    const id = response.headers.get('x-request-id') ?? '';
    return { id, charge: (await receipt(bed.gateway.origin, CHAT, id)).charge };
  };

  promise('tops up once for a key, and gives the same entry again', async () => {
    const key = newId();
    const first = await topUp('12.5', key);
    expect(first).toMatchObject({ kind: 'TOP_UP', amount: '12.5', memo: 'paid', wallet: { id: 'acme:RMB', balance: first.balanceAfter } });
    expect(await topUp('12.5', key)).toEqual(first);
    await expect(topUp('13', key)).rejects.toThrow(/moved something else before/);
  });

  promise('moves money once for a key, by whichever mutation it is asked', async () => {
    const [paid, fixed, given, { id }] = [newId(), newId(), newId(), await call()];
    await topUp('1', paid);
    await adjust('-1', fixed);
    await refund(id, given, '0.000001');
    const again = [refund(id, paid), refund(id, fixed), adjust('1', paid), adjust('1', given), topUp('1', fixed), topUp('1', given)];
    for (const outcome of await Promise.allSettled(again)) {
      expect(outcome).toMatchObject({ reason: { message: expect.stringContaining('moved something else before') } });
    }
  });

  promise('shows the wallet behind each of several movements of one request', async () => {
    const entry = 'balanceAfter wallet { balance entries(first: 1) { nodes { balanceAfter } } }';
    const one = (name: string) => `${name}: topUp(accountId: "acme", bucket: RMB, amount: "1", idempotencyKey: "${newId()}") { ${entry} }`;
    const done = await ask<Record<string, { balanceAfter: string }>>(`mutation { ${['a', 'b', 'c'].map(one).join(' ')} }`);
    for (const { balanceAfter, ...shown } of Object.values(done)) {
      expect(shown).toEqual({ wallet: { balance: balanceAfter, entries: { nodes: [{ balanceAfter }] } } });
    }
  });

  promise('gives the entry of a key again also when the wallet could not take it a second time', async () => {
    const key = newId();
    const most = async (idempotencyKey: string) => {
      const wish = `accountId: "globex", bucket: CREDIT, amount: "4600000000", idempotencyKey: "${idempotencyKey}"`;
      return (await ask<{ topUp: Entry }>(`mutation { topUp(${wish}) { ${ENTRY} } }`)).topUp;
    };
    const first = await most(key);
    expect(await most(key)).toEqual(first);
    await expect(most(newId())).rejects.toThrow(/more than a wallet can hold/);
  });

  promise('fills a wallet to the very last unit that it can hold, and not beyond', async () => {
    const add = async (amount: bigint) => {
      const wish = `accountId: "globex", bucket: RMB, amount: "${formatDecimal(amount)}", idempotencyKey: "${newId()}"`;
      return (await ask<{ topUp: Entry }>(`mutation { topUp(${wish}) { ${ENTRY} } }`)).topUp.balanceAfter;
    };
    const standing = parseDecimal(await add(1n)) ?? 0n;
    expect(await add(NANO_MAX - standing)).toBe(formatDecimal(NANO_MAX));
    await expect(add(1n)).rejects.toThrow(/more than a wallet can hold/);
  });

  promise('tops up once also when a hundred ask at once', async () => {
    const key = newId();
    const entries = await Promise.all(Array.from({ length: 100 }, () => topUp('1', key)));
    expect(new Set(entries.map(({ id }) => id)).size).toBe(1);
  });

  promise('gives back a charge, in parts and then the rest, and never more', async () => {
    const { id, charge } = await call();
    const part = await refund(id, newId(), '0.000001');
    expect(part).toMatchObject({ kind: 'REFUND', amount: '0.000001', receipt: { id } });
    const tooMuch = await refund(id, newId(), charge).catch((error: Error) => error.message);
    await expect(refund(id, newId(), '0')).rejects.toThrow(/must be above zero/);
    const key = newId();
    const rest = await refund(id, key);
    expect(Math.round(Number(rest.amount) * 1e9)).toBe(Math.round(Number(charge) * 1e9) - 1_000);
    expect(tooMuch).toContain(`The charge was ${charge} CNY, and ${rest.amount} CNY of it is left to give back.`);
    expect(await refund(id, key)).toEqual(rest);
    const { ledgerEntries } = await receipt(bed.gateway.origin, CHAT, id);
    expect(ledgerEntries.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['CHARGE', `-${charge}`],
      ['REFUND', '0.000001'],
      ['REFUND', rest.amount],
    ]);
    await expect(refund(id, newId())).rejects.toThrow(/was given back in full/);
  });

  promise('gives back all that is left once, also when twenty ask at once', async () => {
    const { id, charge } = await call();
    const key = newId();
    const entries = await Promise.all(Array.from({ length: 20 }, () => refund(id, key)));
    expect(new Set(entries.map((entry) => entry.id)).size).toBe(1);
    expect(entries[0]?.amount).toBe(charge);
  });

  promise('adjusts in both directions, and never takes what is not there', async () => {
    expect(await adjust('0.5')).toMatchObject({ kind: 'ADJUSTMENT', amount: '0.5' });
    expect(await adjust('-0.25')).toMatchObject({ amount: '-0.25' });
    await expect(adjust('-1000000')).rejects.toThrow(/can be taken/);
  });

  promise('refuses what makes no sense, and everybody but the operator', async () => {
    await expect(topUp('0', newId())).rejects.toThrow(/above zero/);
    await expect(topUp('-1', newId())).rejects.toThrow(/above zero/);
    await expect(adjust('0')).rejects.toThrow(/other than zero/);
    await expect(topUp('1', '')).rejects.toThrow(/idempotencyKey/);
    for (const wrong of ['adjust(accountId: "acme", bucket: RMB, amount: "1"', `refund(receiptId: "${newId()}"`]) {
      await expect(ask(`mutation { ${wrong}, idempotencyKey: "reason", memo: " ") { id } }`)).rejects.toThrow(/memo must say why/);
    }
    await expect(topUp('4611686018', newId())).rejects.toThrow(/more than a wallet can hold/);
    await expect(topUp('9999999999', newId())).rejects.toThrow(/no more than a wallet can hold/);
    await expect(refund(newId(), newId())).rejects.toThrow(/There is no settled receipt/);
    const refused = await postChat(bed.gateway.origin, CHAT, { model: 'unknown', messages: HI });
    await refused.text();
    const id = refused.headers.get('x-request-id') ?? '';
    for (const amount of [null, '1']) await expect(refund(id, newId(), amount)).rejects.toThrow(/has no charge to give back/);
    await expect(ask(`mutation { topUp(accountId: "nobody", bucket: RMB, amount: "1", idempotencyKey: "x") { id } }`)).rejects.toThrow(
      /There is no account/,
    );
    for (const token of [tokenOf('acme'), CHAT]) await expect(topUp('1', newId(), token)).rejects.toThrow(/Only the operator/);
  });
});
