/** Accounts that the operator suspends: their keys are refused wherever they are used, and their people read on. */
import { eventually, gate, SLACK_MS } from '../support/eventually';
import { get, graph, graphAnswer, postChat, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { fitting, researchRunIn, startResearch } from '../support/research-client';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const GLOBEX = tokenOf('globex');
const KEY = secretOf('globex-chat');
const OTHERS_MS = 2_000 + SLACK_MS;

onEachDatabase('a suspended account', (bed, promise) => {
  const ask = <T>(query: string, token = OPERATOR_TOKEN) => graph<T>(bed.gateway.origin, token, query);
  const codeAt = async (origin: string, secret: string) => {
    const response = await postChat(origin, secret, { model: 'small', messages: HI });
    return ((await response.json()) as { error?: { code: string } }).error?.code ?? 'served';
  };
  const code = (secret = KEY) => codeAt(bed.gateway.origin, secret);
  const suspend = (id = 'globex') => ask<{ suspendAccount: object }>(`mutation { suspendAccount(id: "${id}") { id suspendedAt } }`);
  const resume = (id = 'globex') => ask<{ resumeAccount: object }>(`mutation { resumeAccount(id: "${id}") { id suspendedAt } }`);

  promise('is one whose keys may not call, whatever its owner does, until the operator resumes it', async () => {
    expect(await code()).toBe('served');
    expect(await suspend()).toEqual({ suspendAccount: { id: 'globex', suspendedAt: expect.stringMatching(/Z$/) } });
    const refused = await postChat(bed.gateway.origin, KEY, { model: 'small', messages: HI });
    expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([403, 'false']);
    for (const change of ['pauseApiKey', 'resumeApiKey']) await ask(`mutation { ${change}(id: "globex-chat") { id } }`, GLOBEX);
    const made = await ask<{ createApiKey: { secret: string } }>('mutation { createApiKey(input: { name: "n" }) { secret } }', GLOBEX);
    expect([await code(), await code(made.createApiKey.secret)]).toEqual(['account_suspended', 'account_suspended']);
    expect(await code(secretOf('chat'))).toBe('served');
    expect(await resume()).toEqual({ resumeAccount: { id: 'globex', suspendedAt: null } });
    expect([await code(), await code(made.createApiKey.secret)]).toEqual(['served', 'served']);
  });

  promise('says so on the receipt, in previews and wherever else its keys ask, and its people read on', async () => {
    await suspend();
    const { headers } = await postChat(bed.gateway.origin, KEY, { model: 'small', messages: HI });
    const query = `{ accounts { suspendedAt } receipt(id: "${headers.get('x-request-id')}") { errorCode charge nextStep }
      routePreview(input: { apiKeyId: "globex-chat", model: "small" }) { callable reason } }`;
    expect(await ask(query, GLOBEX)).toEqual({
      accounts: [{ suspendedAt: expect.any(String) }],
      receipt: { errorCode: 'account_suspended', charge: '0', nextStep: expect.stringContaining('operator') },
      routePreview: { callable: false, reason: expect.stringContaining('account of the API key is suspended') },
    });
    const estimate = '{ researchEstimate(input: { apiKeyId: "globex-chat", symbol: "DEMO", mode: QUICK }) { sections } }';
    const refusals = [graphAnswer(bed.gateway.origin, KEY, '{ wallets { id } }'), graphAnswer(bed.gateway.origin, GLOBEX, estimate)];
    for (const { errors } of await Promise.all(refusals))
      expect(errors).toMatchObject([{ extensions: { faultCode: 'account_suspended' } }]);
    for (const path of ['/v1/key', '/v1/models']) expect((await get(bed.gateway.origin, path, KEY)).status).toBe(403);
    await resume();
  });

  promise('lets what was in flight come to its end, and pays for it', async () => {
    const { opened, open } = gate();
    bed.a.next({ gate: { before: 'head', opened } });
    const served = bed.a.requests.length;
    const flying = postChat(bed.gateway.origin, KEY, { model: 'small', messages: HI });
    await bed.a.until(() => bed.a.requests.length > served);
    await suspend();
    open();
    const answer = await flying;
    await answer.text();
    await resume();
    expect(await receipt(bed.gateway.origin, KEY, answer.headers.get('x-request-id'))).toMatchObject({
      status: 'SUCCEEDED',
      charge: '0.000013',
    });
  });

  promise('pauses its research, which goes on to its end once it is resumed', async () => {
    const { opened, open } = gate();
    bed.a.script('small-2025', (request) => ({ ...fitting(request), gate: { before: 'head', opened } }));
    const asked = bed.a.requests.length;
    const acme = tokenOf('acme');
    const id = await startResearch(bed.gateway.origin, acme, { apiKeyId: 'chat', mode: 'QUICK' });
    await bed.a.until(() => bed.a.requests.length > asked);
    await suspend('acme');
    open();
    const paused = await researchRunIn(bed.gateway.origin, acme, id, ['PAUSED']);
    expect(paused.statusReason).toMatch(/account of the API key is suspended\. Ask the operator/);
    const goOn = () => ask(`mutation { resumeResearchRun(id: "${id}") { id } }`, acme);
    await expect(goOn()).rejects.toThrow(/account of the API key is suspended/);
    await resume('acme');
    await goOn();
    await researchRunIn(bed.gateway.origin, acme, id, ['COMPLETED']);
  });

  promise('is suspended in other processes within two seconds, and by the operator alone', async () => {
    const other = bed.kind === 'mysql' ? await startGateway(bed.gateway.settings) : bed.gateway;
    try {
      expect(await codeAt(other.origin, KEY)).toBe('served');
      await suspend();
      await eventually(async () => expect(await codeAt(other.origin, KEY)).toBe('account_suspended'), OTHERS_MS);
      await resume();
      await eventually(async () => expect(await codeAt(other.origin, KEY)).toBe('served'), OTHERS_MS);
    } finally {
      if (other !== bed.gateway) await other.stop();
    }
    for (const token of [GLOBEX, tokenOf('acme')])
      await expect(ask('mutation { suspendAccount(id: "globex") { id } }', token)).rejects.toThrow(/Only the operator/);
    await expect(suspend('nobody')).rejects.toThrow(/There is no account/);
    const log = await ask<{ auditLog: { nodes: { action: string; before: string; after: string }[] } }>(
      '{ auditLog(first: 50) { nodes { action before after } } }',
    );
    const noted = log.auditLog.nodes.find(({ action, after }) => action === 'suspendAccount' && after !== null);
    expect([noted?.before, noted?.after]).toEqual([
      expect.stringContaining('"suspendedAt":null'),
      expect.stringMatching(/"suspendedAt":\d+/),
    ]);
  });
});
