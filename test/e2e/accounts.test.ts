/** Accounts that the operator makes, and the people who manage them: owners and members, each with a token of their own. */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually';
import { graph, graphAnswer, postChat } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

interface Created {
  readonly token: { readonly id: string; readonly role: string; readonly revokedAt: string | null };
  readonly secret: string;
}

onEachDatabase('an account and its people', (bed, promise) => {
  const ask = <T>(query: string, token: string) => graph<T>(bed.gateway.origin, token, query);
  const codeOf = async (query: string, token: string) =>
    (await graphAnswer(bed.gateway.origin, token, query)).errors?.[0]?.extensions as
      | { readonly faultCode?: string; readonly code?: string }
      | undefined;
  const hire = async (role: string, token = tokenOf('acme'), more = '') =>
    (
      await ask<{ createAccountToken: Created }>(
        `mutation { createAccountToken(name: "Ada", role: ${role}${more}) { token { id role revokedAt } secret } }`,
        token,
      )
    ).createAccountToken;

  promise('is made by the operator, with two empty balances and a token for its owner', async () => {
    const query = 'mutation { createAccount(id: "newcomer", name: "New") { account { id name } owner { secret token { role } } } }';
    const { createAccount } = await ask<{ createAccount: { account: object; owner: Created } }>(query, OPERATOR_TOKEN);
    expect(createAccount).toMatchObject({ account: { id: 'newcomer', name: 'New' }, owner: { token: { role: 'OWNER' } } });
    const owner = createAccount.owner.secret;
    expect(await ask('{ accounts { id } wallets { id balance } }', owner)).toEqual({
      accounts: [{ id: 'newcomer' }],
      wallets: [
        { id: 'newcomer:RMB', balance: '0' },
        { id: 'newcomer:CREDIT', balance: '0' },
      ],
    });
    await ask('mutation { createApiKey(input: { name: "first" }) { secret } }', owner);
    await expect(ask(query, OPERATOR_TOKEN)).rejects.toThrow(/already/);
    await expect(ask('mutation { createAccount(id: "a b", name: "x") { account { id } } }', OPERATOR_TOKEN)).rejects.toThrow(
      /id must have/,
    );
    for (const token of [tokenOf('acme'), secretOf('chat')]) await expect(ask(query, token)).rejects.toThrow(/Only the operator/);
  });

  promise('makes projects, whose limits bind their keys and whose names stand on receipts, and gives them other names', async () => {
    const token = tokenOf('acme');
    const made =
      'mutation { made: createProject(name: "Crawlers", spendLimits: [{ bucket: RMB, window: DAY, amount: "0.00007" }]) { id } }';
    const { made: project } = await ask<{ made: { id: string } }>(made, token);
    const key = `mutation { made: createApiKey(input: { name: "crawler", projectId: "${project.id}" }) { secret } }`;
    const { secret } = (await ask<{ made: Created }>(key, token)).made;
    const call = () => postChat(bed.gateway.origin, secret, { model: 'only-ordinary', messages: HI, max_tokens: 10 });
    const served = await call();
    await served.text();
    await ask(`mutation { renameProject(projectId: "${project.id}", name: "Readers") { id } }`, token);
    const receipt = `{ receipt(id: "${served.headers.get('x-request-id')}") { charge project { id name } } }`;
    expect(await ask(receipt, token)).toEqual({ receipt: { charge: '0.000013', project: { id: project.id, name: 'Readers' } } });
    const { auditLog } = await ask<{ auditLog: { nodes: { action: string; before: string | null; after: string }[] } }>(
      '{ auditLog(first: 5) { nodes { action before after } } }',
      token,
    );
    const noted = auditLog.nodes.filter(({ action }) => action.endsWith('Project')).map(({ before, after }) => [before, after]);
    const named = (name: string) => expect.stringContaining(`"name":"${name}"`);
    expect(noted).toEqual([
      [named('Crawlers'), named('Readers')],
      [null, named('Crawlers')],
    ]);
    await eventually(async () => expect((await call()).status).toBe(429));
  });

  promise('has another name when the operator gives it one, which a start with its catalog leaves, and the log shows both', async () => {
    const rename = (name: string, id = 'globex') => `mutation { renameAccount(id: "${id}", name: "${name}") { id name } }`;
    const [before] = (await ask<{ accounts: { name: string }[] }>('{ accounts { name } }', tokenOf('globex'))).accounts;
    expect(await ask(rename(' Globex Ltd '), OPERATOR_TOKEN)).toEqual({ renameAccount: { id: 'globex', name: 'Globex Ltd' } });
    for (const token of [tokenOf('globex'), tokenOf('acme'), secretOf('globex-chat')])
      expect(await codeOf(rename('Mine'), token)).toMatchObject({ faultCode: 'forbidden' });
    expect(await codeOf(rename(' '), OPERATOR_TOKEN)).toMatchObject({ faultCode: 'invalid_request', param: 'name' });
    expect(await codeOf(rename('x', 'nobody'), OPERATOR_TOKEN)).toMatchObject({ faultCode: 'not_found', param: 'id' });
    expect((await bed.gateway.stop()).code).toBe(0);
    bed.gateway = await startGateway(bed.gateway.settings);
    expect(await ask('{ accounts { name } }', tokenOf('globex'))).toEqual({ accounts: [{ name: 'Globex Ltd' }] });
    const { auditLog } = await ask<{ auditLog: { nodes: { action: string; before: string; after: string; outcome: string }[] } }>(
      '{ auditLog(first: 20) { nodes { action before after outcome } } }',
      tokenOf('globex'),
    );
    const [noted] = auditLog.nodes.filter(({ action, outcome }) => action === 'renameAccount' && outcome === 'DONE');
    const named = (name?: string) => expect.objectContaining({ id: 'globex', name });
    expect([JSON.parse(noted?.before ?? '{}'), JSON.parse(noted?.after ?? '{}')]).toEqual([named(before?.name), named('Globex Ltd')]);
  });

  promise('is made once, however many ask at once, and the others are told', async () => {
    const query = 'mutation { createAccount(id: "contested", name: "x") { account { id } } }';
    const answers = await Promise.all(Array.from({ length: 8 }, () => graphAnswer(bed.gateway.origin, OPERATOR_TOKEN, query)));
    const refusals = answers.flatMap(({ errors }) => errors ?? []);
    expect(refusals).toHaveLength(7);
    for (const { message } of refusals) expect(message).toContain('id is that of another account already');
  });

  promise('has members who read everything and manage keys, but neither money nor people', async () => {
    const { secret, token } = await hire('MEMBER');
    expect(token).toMatchObject({ role: 'MEMBER', revokedAt: null });
    const seen = await ask<{ wallets: object[]; accounts: { tokens: object[] }[] }>(
      '{ wallets { id } accounts { id tokens { id } } }',
      secret,
    );
    expect([seen.wallets.length, seen.accounts]).toEqual([2, [{ id: 'acme', tokens: [] }]]);
    await ask('mutation { createApiKey(input: { name: "by a member" }) { secret } }', secret);
    for (const refused of [
      'mutation { redeem(code: "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA") { id } }',
      'mutation { setProjectSpendLimits(projectId: "acme-bots", spendLimits: []) { id } }',
      'mutation { createProject(name: "x") { id } }',
      'mutation { renameProject(projectId: "acme-bots", name: "x") { id } }',
      'mutation { createAccountToken(name: "x", role: OWNER) { secret } }',
      `mutation { revokeAccountToken(id: "${token.id}") { id } }`,
      'mutation { topUp(accountId: "acme", bucket: RMB, amount: "1", idempotencyKey: "m") { id } }',
    ]) {
      expect({ refused, code: (await codeOf(refused, secret))?.faultCode }).toEqual({ refused, code: 'forbidden' });
    }
  });

  promise('shows its owners who may do what, and never a secret', async () => {
    const owner = await hire('OWNER');
    const query = '{ accounts { tokens { id name role createdAt expiresAt revokedAt } } }';
    const { accounts } = await ask<{ accounts: { tokens: { id: string }[] }[] }>(query, owner.secret);
    expect(accounts[0]?.tokens.map(({ id }) => id)).toContain(owner.token.id);
    expect(JSON.stringify(await bed.database.query('SELECT id, hash, name FROM management_token'))).not.toContain(owner.secret);
    expect(await ask('{ accounts { id tokens { id } } }', secretOf('chat'))).toEqual({ accounts: [{ id: 'acme', tokens: [] }] });
  });

  promise('refuses a token that was revoked or has expired, from then on', async () => {
    const { secret, token } = await hire('OWNER');
    const revoked = `mutation { revokeAccountToken(id: "${token.id}") { revokedAt } }`;
    const first = await ask<object>(revoked, tokenOf('acme'));
    expect(await ask<object>(revoked, tokenOf('acme'))).toEqual(first);
    expect(await codeOf('{ wallets { id } }', secret)).toMatchObject({ faultCode: 'key_revoked' });
    const soon = await hire('MEMBER', tokenOf('acme'), `, expiresAt: "${new Date(Date.now() + 8_000).toISOString()}"`);
    await eventually(async () => expect(await codeOf('{ wallets { id } }', soon.secret)).toMatchObject({ faultCode: 'key_expired' }));
    await expect(hire('MEMBER', tokenOf('acme'), ', expiresAt: "2020-01-01T00:00:00.000Z"')).rejects.toThrow(
      /expiresAt must lie in the future/,
    );
    expect(await codeOf('{ wallets { id } }', 'tf-mt-nobody')).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  promise('ends the token that the catalog declared, for the next start too, and another takes its place', async () => {
    const [poor, query] = [tokenOf('poor'), '{ accounts { tokens { id name role revokedAt } } }'];
    const declared = { id: 'poor:catalog', name: 'declared in the catalog', role: 'OWNER' };
    expect(await ask(query, poor)).toEqual({ accounts: [{ tokens: [{ ...declared, revokedAt: null }] }] });
    const revoke = 'mutation { revokeAccountToken(id: "poor:catalog") { revokedAt } }';
    expect(await codeOf(revoke, tokenOf('acme'))).toMatchObject({ faultCode: 'not_found' });
    const other = await hire('OWNER', poor);
    const first = await ask<object>(revoke, other.secret);
    expect(await ask<object>(revoke, OPERATOR_TOKEN)).toEqual(first);
    await bed.gateway.stop();
    bed.gateway = await startGateway(bed.gateway.settings);
    expect(await codeOf(query, poor)).toMatchObject({ faultCode: 'key_revoked' });
    expect(await ask(query, other.secret)).toMatchObject({ accounts: [{ tokens: [{ id: other.token.id }, declared] }] });
    expect(await codeOf('mutation { revokeAccountToken(id: "nobody:catalog") { id } }', OPERATOR_TOKEN)).toMatchObject({
      faultCode: 'not_found',
    });
  });

  promise('is followed live by a token until it is revoked, and no longer', async () => {
    const { secret, token } = await hire('MEMBER');
    const client = createClient({
      url: `${bed.gateway.origin.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${secret}` },
    });
    const connected = new Promise<void>((resolve) => client.on('connected', () => resolve()));
    const next = client.iterate({ query: 'subscription { spend { cursor } }' }).next();
    next.catch(() => undefined);
    await connected;
    await ask(`mutation { revokeAccountToken(id: "${token.id}") { id } }`, tokenOf('acme'));
    await expect(next).rejects.toMatchObject({ code: 4403 });
    await client.dispose();
  });

  promise('is left alone by the owners of others', async () => {
    const { token } = await hire('OWNER');
    const strange = `mutation { revokeAccountToken(id: "${token.id}") { id } }`;
    expect(await codeOf(strange, tokenOf('globex'))).toMatchObject({ faultCode: 'not_found' });
    expect(
      await codeOf('mutation { createAccountToken(name: "x", role: OWNER, accountId: "acme") { secret } }', tokenOf('globex')),
    ).toMatchObject({
      faultCode: 'not_found',
    });
    await hire('OWNER', OPERATOR_TOKEN, ', accountId: "globex"');
    await expect(hire('OWNER', OPERATOR_TOKEN)).rejects.toThrow(/must name the account/);
  });
});
