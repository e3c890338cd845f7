/** Redemption codes over the graph: who may make, redeem and revoke them, and what is told to whom. */
import { graph, graphAnswer } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { secretOf, tokenOf } from '../support/shop-catalog';

interface Made {
  readonly code: string;
  readonly redemptionCode: { readonly id: string; readonly state: string };
}

onEachDatabase('redemption codes', (bed, promise) => {
  const make = async (more = '') =>
    (
      await graph<{ createRedemptionCodes: Made[] }>(
        bed.gateway.origin,
        OPERATOR_TOKEN,
        `mutation { createRedemptionCodes(count: 2, bucket: CREDIT, amount: "2.5"${more}) { code redemptionCode { id state } } }`,
      )
    ).createRedemptionCodes;
  const redeem = (token: string, code: string, more = '') =>
    graphAnswer<{ redeem: { id: string; kind: string; amount: string; wallet: { id: string } } } | null>(
      bed.gateway.origin,
      token,
      `mutation { redeem(code: "${code}"${more}) { id kind amount wallet { id } } }`,
    );
  const codeOf = async (answer: ReturnType<typeof redeem>) => (await answer).errors?.[0]?.extensions.code;
  const states = async () =>
    (
      await graph<{ redemptionCodes: { nodes: { id: string; state: string; entry: { wallet: { id: string } } | null }[] } }>(
        bed.gateway.origin,
        OPERATOR_TOKEN,
        '{ redemptionCodes(first: 100) { nodes { id state entry { wallet { id } } } } }',
      )
    ).redemptionCodes.nodes;

  promise('are redeemed by an owner for its own account, and by the operator for any', async () => {
    const [one, two] = await make();
    const own = await redeem(tokenOf('globex'), one?.code ?? '');
    expect(own.data?.redeem).toMatchObject({ kind: 'REDEMPTION', amount: '2.5', wallet: { id: 'globex:CREDIT' } });
    expect((await redeem(tokenOf('globex'), one?.code ?? '')).data).toEqual(own.data);
    expect(await codeOf(redeem(tokenOf('acme'), one?.code ?? ''))).toBe('NOT_FOUND');
    const forOther = await redeem(OPERATOR_TOKEN, two?.code ?? '', ', accountId: "acme"');
    expect(forOther.data?.redeem.wallet).toEqual({ id: 'acme:CREDIT' });
    const now = await states();
    expect(now.find(({ id }) => id === one?.redemptionCode.id)).toMatchObject({
      state: 'REDEEMED',
      entry: { wallet: { id: 'globex:CREDIT' } },
    });
  });

  promise('that were revoked or have expired are worth nothing, and listed so', async () => {
    const [revoked, open] = await make();
    const id = revoked?.redemptionCode.id ?? '';
    await graph(bed.gateway.origin, OPERATOR_TOKEN, `mutation { revokeRedemptionCode(id: "${id}") { state } }`);
    expect(await codeOf(redeem(tokenOf('globex'), revoked?.code ?? ''))).toBe('NOT_FOUND');
    const now = await states();
    expect(now.find((each) => each.id === id)?.state).toBe('REVOKED');
    expect(now.find((each) => each.id === open?.redemptionCode.id)?.state).toBe('OPEN');
    await expect(make(', expiresAt: "2020-01-01T00:00:00Z"')).rejects.toThrow(/future/);
  });

  promise('are nothing for keys, and a secret of the operator', async () => {
    const [made] = await make();
    expect(await codeOf(redeem(secretOf('chat'), made?.code ?? ''))).toBe('FORBIDDEN');
    expect(await codeOf(redeem(tokenOf('acme'), made?.code ?? '', ', accountId: "globex"'))).toBe('FORBIDDEN');
    for (const query of [
      '{ redemptionCodes { nodes { id } } }',
      'mutation { createRedemptionCodes(count: 1, bucket: RMB, amount: "1") { code } }',
    ]) {
      for (const token of [tokenOf('acme'), secretOf('chat')]) {
        expect((await graphAnswer(bed.gateway.origin, token, query)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
      }
    }
  });

  promise('slow down an account that tries what is no code, and no other', async () => {
    const [made] = await make();
    const tries = await Promise.all(Array.from({ length: 10 }, () => codeOf(redeem(tokenOf('poor'), 'GUESS'))));
    expect(new Set(tries)).toEqual(new Set(['NOT_FOUND']));
    expect(await codeOf(redeem(tokenOf('poor'), made?.code ?? ''))).toBe('RATE_LIMITED');
    expect(await codeOf(redeem(tokenOf('globex'), made?.code ?? ''))).toBeUndefined();
  });
});
