/** What shows a secret once, or would tell everything twice, is made once, however often it is asked for with one idempotency key. */
import { type GraphAnswer, graph, graphAnswer } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const TIMES = 6;

onEachDatabase('an idempotency key', (bed, promise) => {
  type Made = { readonly createApiKey: { readonly apiKey: { readonly id: string } } } | null;
  const createKey = (token: string, idempotencyKey: string | null, input: object) =>
    graphAnswer<Made>(
      bed.gateway.origin,
      token,
      'mutation($input: CreateApiKeyInput!, $key: String) { createApiKey(input: $input, idempotencyKey: $key) { apiKey { id } secret } }',
      { input, key: idempotencyKey },
    );
  const keysNamed = async (name: string) => {
    const { apiKeys } = await graph<{ apiKeys: { id: string; name: string }[] }>(bed.gateway.origin, ACME, '{ apiKeys { id name } }');
    return apiKeys.filter((key) => key.name === name).map(({ id }) => id);
  };
  const createCodes = (more: string) => {
    const mutation = `mutation { createRedemptionCodes(count: 2, bucket: CREDIT, ${more}) { code redemptionCode { id } } }`;
    return graphAnswer<{ createRedemptionCodes: { redemptionCode: { id: string } }[] } | null>(
      bed.gateway.origin,
      OPERATOR_TOKEN,
      mutation,
    );
  };
  const codes = async () => {
    const query = '{ redemptionCodes(first: 100) { nodes { id } } }';
    const found = await graph<{ redemptionCodes: { nodes: { id: string }[] } }>(bed.gateway.origin, OPERATOR_TOKEN, query);
    return found.redemptionCodes.nodes.map(({ id }) => id);
  };
  const refusals = (answers: readonly GraphAnswer<unknown>[]) =>
    answers.flatMap(({ errors = [] }) => errors.map(({ message, extensions }) => [extensions.faultCode, message]));

  promise('makes one API key of many requests at once, and each other one hears which', async () => {
    const input = { name: 'once', spendLimits: [{ bucket: 'RMB', window: 'DAY', amount: '5' }] };
    const answers = await Promise.all(Array.from({ length: TIMES }, () => createKey(ACME, 'first', input)));
    const made = await keysNamed('once');
    expect(made).toHaveLength(1);
    expect(answers.flatMap(({ data }) => data?.createApiKey.apiKey.id ?? [])).toEqual(made);
    const told = expect.stringMatching(`made the API key ${made[0]}. .*rotateApiKey.*revokeApiKey`);
    expect(refusals(answers)).toEqual(Array.from({ length: TIMES - 1 }, () => ['idempotency_settled', told]));
    expect(refusals([await createKey(OPERATOR_TOKEN, 'first', { ...input, accountId: 'acme' })])).toEqual([['idempotency_settled', told]]);
  });

  promise('is not taken for another API key, is of one account, and must be one', async () => {
    await createKey(ACME, 'second', { name: 'wanted' });
    expect(refusals([await createKey(ACME, 'second', { name: 'other' })])).toEqual([['idempotency_mismatch', expect.any(String)]]);
    expect(await keysNamed('other')).toEqual([]);
    expect(refusals([await createKey(tokenOf('globex'), 'second', { name: 'wanted' })])).toEqual([]);
    expect(refusals([await createKey(ACME, ' ', { name: 'other' })])).toEqual([['invalid_request', expect.stringMatching(/1 to 150/)]]);
  });

  promise('that made nothing may be used again, and without one every request makes an API key', async () => {
    expect(refusals([await createKey(ACME, 'third', { name: 'late', allowedModels: ['nothing'] })])).toHaveLength(1);
    expect(refusals([await createKey(ACME, 'third', { name: 'late' })])).toEqual([]);
    await Promise.all([createKey(ACME, null, { name: 'twice' }), createKey(ACME, null, { name: 'twice' })]);
    expect(await keysNamed('twice')).toHaveLength(2);
  });

  promise('makes redemption codes once, and each other request hears which was the first of them', async () => {
    const before = await codes();
    const wish = 'amount: "2.5", idempotencyKey: "codes"';
    const answers = await Promise.all(Array.from({ length: TIMES }, () => createCodes(wish)));
    const made = answers.flatMap(({ data }) => data?.createRedemptionCodes.map(({ redemptionCode }) => redemptionCode.id) ?? []);
    expect((await codes()).filter((id) => !before.includes(id)).sort()).toEqual(made.toSorted());
    expect(made).toHaveLength(2);
    const told = expect.stringContaining(`2 redemption codes, the first of them ${made[0]}.`);
    expect(refusals(answers)).toEqual(Array.from({ length: TIMES - 1 }, () => ['idempotency_settled', told]));
    const other = await createCodes('amount: "9", idempotencyKey: "codes"');
    expect(refusals([other])).toEqual([['idempotency_mismatch', expect.any(String)]]);
  });

  promise('rotates an API key once, so that the secret that was shown lives on', async () => {
    const created = await createKey(ACME, null, { name: 'rotated' });
    const id = created.data?.createApiKey.apiKey.id ?? '';
    const rotate = (key: string, overlapSeconds = 60) =>
      graphAnswer<{ rotateApiKey: { secret: string } } | null>(
        bed.gateway.origin,
        ACME,
        'mutation($id: ID!, $s: Int!, $key: String) { rotateApiKey(id: $id, overlapSeconds: $s, idempotencyKey: $key) { secret } }',
        { id, s: overlapSeconds, key },
      );
    const answers = await Promise.all(Array.from({ length: TIMES }, () => rotate('turn')));
    const [secret = '', ...others] = answers.flatMap(({ data }) => data?.rotateApiKey.secret ?? []);
    expect(others).toEqual([]);
    const told = expect.stringMatching(`gave the API key ${id} a new secret.*another idempotencyKey`);
    expect(refusals(answers)).toEqual(Array.from({ length: TIMES - 1 }, () => ['idempotency_settled', told]));
    expect(refusals([await rotate('turn', 0)])).toEqual([['idempotency_mismatch', expect.any(String)]]);
    expect(await graph(bed.gateway.origin, secret, '{ apiKeys { id } }')).toEqual({ apiKeys: [{ id }] });
    expect(refusals([await rotate('turn again', 0)])).toEqual([]);
  });

  promise('makes one token for the people of an account, and names it to every repeat', async () => {
    const hire = (key: string, name = 'Ada', token = ACME) =>
      graphAnswer<{ createAccountToken: { token: { id: string } } } | null>(
        bed.gateway.origin,
        token,
        'mutation($name: String!, $key: String) { createAccountToken(name: $name, role: MEMBER, idempotencyKey: $key) { token { id } secret } }',
        { name, key },
      );
    const answers = await Promise.all(Array.from({ length: TIMES }, () => hire('ada')));
    const made = answers.flatMap(({ data }) => data?.createAccountToken.token.id ?? []);
    expect(made).toHaveLength(1);
    const told = expect.stringMatching(`made the token ${made[0]}.*revokeAccountToken`);
    expect(refusals(answers)).toEqual(Array.from({ length: TIMES - 1 }, () => ['idempotency_settled', told]));
    const { accounts } = await graph<{ accounts: { tokens: { id: string }[] }[] }>(
      bed.gateway.origin,
      ACME,
      '{ accounts { tokens { id } } }',
    );
    expect(accounts[0]?.tokens.map(({ id }) => id)).toEqual([...made, 'acme:catalog']);
    expect(refusals([await hire('ada', 'Bob')])).toEqual([['idempotency_mismatch', expect.any(String)]]);
    expect(refusals([await hire('ada', 'Ada', tokenOf('globex'))])).toEqual([]);
  });

  promise('makes one alert rule, and names it to every repeat', async () => {
    const create = (key: string, threshold = '1') =>
      graphAnswer<{ createAlertRule: { id: string } } | null>(
        bed.gateway.origin,
        ACME,
        'mutation($input: CreateAlertRuleInput!, $key: String) { createAlertRule(input: $input, idempotencyKey: $key) { id } }',
        { input: { name: 'low', metric: 'BALANCE', bucket: 'RMB', threshold }, key },
      );
    const answers = await Promise.all(Array.from({ length: TIMES }, () => create('low')));
    const made = answers.flatMap(({ data }) => data?.createAlertRule.id ?? []);
    expect(made).toHaveLength(1);
    const told = expect.stringMatching(`made the alert rule ${made[0]}.*deleteAlertRule`);
    expect(refusals(answers)).toEqual(Array.from({ length: TIMES - 1 }, () => ['idempotency_settled', told]));
    const { alertRules } = await graph<{ alertRules: { id: string }[] }>(bed.gateway.origin, ACME, '{ alertRules { id } }');
    expect(alertRules.map(({ id }) => id)).toEqual(made);
    expect(refusals([await create('low', '2')])).toEqual([['idempotency_mismatch', expect.any(String)]]);
  });

  promise('makes one webhook, and names it to every repeat', async () => {
    const create = (key: string, url = 'https://93.184.216.34/alerts') =>
      graphAnswer<{ createWebhook: { webhook: { id: string } } } | null>(
        bed.gateway.origin,
        ACME,
        'mutation($url: String!, $key: String) { createWebhook(url: $url, idempotencyKey: $key) { webhook { id } secret } }',
        { url, key },
      );
    const answers = await Promise.all(Array.from({ length: TIMES }, () => create('hook')));
    const made = answers.flatMap(({ data }) => data?.createWebhook.webhook.id ?? []);
    expect(made).toHaveLength(1);
    const told = expect.stringMatching(`made the webhook ${made[0]}.*deleteWebhook`);
    expect(refusals(answers)).toEqual(Array.from({ length: TIMES - 1 }, () => ['idempotency_settled', told]));
    const { webhooks } = await graph<{ webhooks: { id: string }[] }>(bed.gateway.origin, ACME, '{ webhooks { id } }');
    expect(webhooks.map(({ id }) => id)).toEqual(made);
    expect(refusals([await create('hook', 'https://93.184.216.34/other')])).toEqual([['idempotency_mismatch', expect.any(String)]]);
  });
});
