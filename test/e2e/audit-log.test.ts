/** Who changed what through the graph: every mutation leaves an entry, with what was before and after, and no secret. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { graph, graphAnswer } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { neededValues, operationOf, rootFields } from '../support/generated-queries';
import { onEachDatabase } from '../support/on-each-database';
import { secretOf, tokenOf } from '../support/shop-catalog';

const SCHEMA = buildSchema(readFileSync(join(__dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8'));
const NOBODY = '01a00000-0000-7000-8000-000000000000';
const KNOWN = { ID: NOBODY, String: 'something', Int: 1, Boolean: false, Decimal: '1', DateTime: '2030-01-01T00:00:00.000Z' };
const ENTRY = 'id at requestId actorKind actorId accountId action target outcome faultCode before after';

interface Entry {
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly accountId: string | null;
  readonly action: string;
  readonly target: string | null;
  readonly outcome: string;
  readonly faultCode: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

onEachDatabase('the log of mutations', (bed, promise) => {
  const ask = <T>(query: string, token: string) => graph<T>(bed.gateway.origin, token, query);
  const log = async (token = OPERATOR_TOKEN, asked = 'first: 100') =>
    (await ask<{ auditLog: { nodes: Entry[] } }>(`{ auditLog(${asked}) { nodes { ${ENTRY} } } }`, token)).auditLog.nodes;

  promise('has an entry of every mutation of the schema, also where it was refused', async () => {
    for (const field of rootFields(SCHEMA, 'mutation')) {
      const values = neededValues(field, KNOWN);
      await graphAnswer(bed.gateway.origin, tokenOf('acme'), operationOf('mutation', field, values), values);
      const [last] = await log();
      expect(last).toMatchObject({ action: field.name, actorKind: 'ACCOUNT', actorId: 'acme', accountId: 'acme' });
      expect(last?.outcome).toBe(last?.faultCode === null ? 'DONE' : 'REFUSED');
    }
  });

  promise('says what a key was before and after, and who changed it', async () => {
    await ask('mutation { pauseApiKey(id: "pausable") { id } }', tokenOf('acme'));
    const [entry] = await log(tokenOf('acme'), 'first: 1, target: "pausable"');
    expect(entry).toMatchObject({ action: 'pauseApiKey', outcome: 'DONE', actorKind: 'ACCOUNT', actorId: 'acme', accountId: 'acme' });
    expect([JSON.parse(entry?.before ?? ''), JSON.parse(entry?.after ?? '')]).toMatchObject([{ status: 'ACTIVE' }, { status: 'PAUSED' }]);
  });

  promise('says what money moved: the balances before and after, under the account', async () => {
    const moved = 'mutation { topUp(accountId: "globex", bucket: RMB, amount: "7", idempotencyKey: "log-1") { id } }';
    await ask(moved, OPERATOR_TOKEN);
    const [entry] = await log(tokenOf('globex'), 'first: 1, action: "topUp"');
    const balance = (text: string | null | undefined) => Number((JSON.parse(text ?? '{}') as { RMB: { balance: string } }).RMB.balance);
    expect(entry).toMatchObject({ actorKind: 'OPERATOR', actorId: null, accountId: 'globex', target: 'globex', outcome: 'DONE' });
    expect(balance(entry?.after) - balance(entry?.before)).toBe(7);
  });

  promise('says why a mutation was refused, and shows nothing of another account in it', async () => {
    await expect(ask('mutation { pauseApiKey(id: "globex-chat") { id } }', tokenOf('acme'))).rejects.toThrow(/no API key|not_found/);
    const [entry] = await log(tokenOf('acme'), 'first: 1, target: "globex-chat"');
    expect(entry).toMatchObject({ accountId: 'acme', outcome: 'REFUSED', faultCode: 'not_found', before: null, after: null });
    expect(await log(tokenOf('globex'), 'first: 100, target: "globex-chat"')).toEqual([]);
  });

  promise('keeps no secret: neither of a key nor the text of a code', async () => {
    const made = await ask<{ createApiKey: { secret: string } }>(
      'mutation { createApiKey(input: { name: "logged" }) { secret } }',
      tokenOf('acme'),
    );
    const codes = await ask<{ createRedemptionCodes: { code: string }[] }>(
      'mutation { createRedemptionCodes(count: 1, bucket: RMB, amount: "1") { code } }',
      OPERATOR_TOKEN,
    );
    const code = codes.createRedemptionCodes[0]?.code ?? '';
    await ask(`mutation { redeem(code: "${code}") { id } }`, tokenOf('acme'));
    const rows = JSON.stringify(await bed.database.query('SELECT * FROM audit_log'), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(rows).toContain('logged');
    for (const secret of [made.createApiKey.secret, code, code.replaceAll('-', ''), tokenOf('acme')]) expect(rows).not.toContain(secret);
  });

  promise('says what codes were made and what one of them added, also where the owner names no account', async () => {
    const made = 'mutation { createRedemptionCodes(count: 2, bucket: RMB, amount: "3.5") { code redemptionCode { id } } }';
    const codes = (await ask<{ createRedemptionCodes: { code: string; redemptionCode: { id: string } }[] }>(made, OPERATOR_TOKEN))
      .createRedemptionCodes;
    const [of] = await log(OPERATOR_TOKEN, `first: 1, action: "createRedemptionCodes"`);
    expect([of?.target, JSON.parse(of?.after ?? '')]).toMatchObject([
      codes[0]?.redemptionCode.id,
      { count: 2, bucket: 'RMB', amount: '3.5' },
    ]);
    await ask(`mutation { redeem(code: "${codes[1]?.code}") { id } }`, tokenOf('acme'));
    const [redeemed] = await log(tokenOf('acme'), 'first: 1, action: "redeem"');
    const balance = (text: string | null | undefined) =>
      Math.round(Number((JSON.parse(text ?? '{}') as { RMB: { balance: string } }).RMB.balance) * 1e9);
    expect([redeemed?.target, balance(redeemed?.after) - balance(redeemed?.before)]).toEqual(['acme', 3_500_000_000]);
  });

  promise('is read by owners and the operator, page by page, and not by keys', async () => {
    await expect(log(secretOf('chat'))).rejects.toThrow(/cannot read the audit log/);
    const all = await log();
    const query = (after: string) => `{ auditLog(first: 2${after}) { nodes { id } pageInfo { endCursor } } }`;
    const first = await ask<{ auditLog: { nodes: { id: string }[]; pageInfo: { endCursor: string } } }>(query(''), OPERATOR_TOKEN);
    const second = await ask<typeof first>(query(`, after: "${first.auditLog.pageInfo.endCursor}"`), OPERATOR_TOKEN);
    const ids = [...first.auditLog.nodes, ...second.auditLog.nodes].map(({ id }) => id);
    expect(ids).toEqual(all.slice(0, 4).map((entry) => (entry as unknown as { id: string }).id));
    expect((await log(tokenOf('acme'))).every(({ accountId }) => accountId === 'acme')).toBe(true);
  });
});
