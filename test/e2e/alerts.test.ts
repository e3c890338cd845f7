/** Alerts as people get them: signed to a webhook, by mail, and live; each with the receipt or entry that shows why. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-ws';
import { SMTPServer } from 'smtp-server';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually';
import { graph, graphAnswer, postChat } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface AlertJson {
  readonly id: string;
  readonly cursor: string;
  readonly message: string;
  readonly receipt: { readonly id: string } | null;
  readonly ledgerEntry: { readonly id: string } | null;
  readonly deliveries: readonly {
    readonly means: string;
    readonly state: string;
    readonly tries: number;
    readonly lastResult: string | null;
  }[];
}

const ALERT = 'id cursor message receipt { id } ledgerEntry { id } deliveries { means state tries lastResult }';

/** A receiver that answers with each of `statuses` in turn, and with the last of them from then on. */
async function receiver(statuses: readonly number[]) {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      posted.push({ headers: request.headers, body });
      response.writeHead(statuses[Math.min(posted.length, statuses.length) - 1] ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/alerts`, posted, close: () => void server.close().closeAllConnections() };
}

async function mailServer() {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (part: Buffer) => {
        text += part.toString('utf8');
      });
      stream.on('end', () => {
        mails.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, mails, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

function signatureOf(secret: string, { headers, body }: Posted): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

onEachDatabase('alerts', (bed, promise) => {
  const ask = <T>(query: string, variables: object = {}, token = tokenOf('acme')) => graph<T>(bed.gateway.origin, token, query, variables);
  const create = async (input: object, token?: string) =>
    (
      await ask<{ createAlertRule: { id: string } }>(
        'mutation($i: CreateAlertRuleInput!) { createAlertRule(input: $i) { id } }',
        { i: input },
        token,
      )
    ).createAlertRule.id;
  const alertsOf = async (ruleId: string, token?: string) =>
    (await ask<{ alerts: { nodes: AlertJson[] } }>(`query($r: ID) { alerts(ruleId: $r) { nodes { ${ALERT} } } }`, { r: ruleId }, token))
      .alerts.nodes;

  promise('reach a webhook signed, with the same id for every try, and by then the entry that shows why', async () => {
    const hook = await receiver([500, 204]);
    const { createWebhook } = await ask<{ createWebhook: { webhook: { id: string }; secret: string } }>(
      'mutation($u: String!) { createWebhook(url: $u) { webhook { id } secret } }',
      { u: hook.url },
    );
    const rule = await create({ name: 'Nearly empty', metric: 'BALANCE', bucket: 'RMB', threshold: '1000000' });
    const [alert] = await eventually(async () => {
      const found = await alertsOf(rule);
      expect(found[0]?.deliveries).toMatchObject([{ means: 'WEBHOOK', state: 'DELIVERED', tries: 2, lastResult: 'HTTP 204' }]);
      return found;
    });
    expect(alert?.message).toMatch(/^Nearly empty: RMB has .* left to spend, below 1000000/);
    expect(alert?.ledgerEntry?.id).toBeTruthy();
    const [first, second] = hook.posted;
    expect(first?.headers['webhook-id']).toBe(second?.headers['webhook-id']);
    expect(second?.headers['webhook-signature']).toBe(signatureOf(createWebhook.secret, second as Posted));
    expect(JSON.parse(second?.body ?? '')).toMatchObject({
      type: 'alert.raised',
      data: { id: alert?.id, accountId: 'acme', metric: 'BALANCE' },
    });
    await ask('mutation($id: ID!) { deleteWebhook(id: $id) }', { id: createWebhook.webhook.id });
    await ask('mutation($id: ID!) { deleteAlertRule(id: $id) }', { id: rule });
    hook.close();
  });

  promise('are signed with a new secret, and for a while with the one before, once a webhook was given another', async () => {
    const hook = await receiver([204, 204]);
    type Shown = { readonly webhook: { readonly id: string }; readonly secret: string };
    const made = 'mutation($u: String!) { shown: createWebhook(url: $u) { webhook { id } secret } }';
    const { shown: first } = await ask<{ shown: Shown }>(made, { u: hook.url });
    const rotate = async (overlapSeconds: number, key: string | null = null) => {
      const query =
        'mutation($id: ID!, $o: Int, $k: String) { shown: rotateWebhookSecret(id: $id, overlapSeconds: $o, idempotencyKey: $k) { webhook { id } secret } }';
      return (await ask<{ shown: Shown }>(query, { id: first.webhook.id, o: overlapSeconds, k: key })).shown;
    };
    const signedBy = async (secrets: readonly string[], nth: number) => {
      const rule = await create({ name: `Signed ${nth}`, metric: 'BALANCE', bucket: 'RMB', threshold: '1000000' });
      const posted = await eventually(async () => {
        const found = hook.posted[nth];
        expect(found).toBeDefined();
        return found as Posted;
      });
      expect(posted.headers['webhook-signature']).toBe(secrets.map((secret) => signatureOf(secret, posted)).join(' '));
      await ask('mutation($id: ID!) { deleteAlertRule(id: $id) }', { id: rule });
    };
    const second = await rotate(3_600, 'turn');
    expect(second).toMatchObject({ webhook: first.webhook, secret: expect.stringMatching(/^whsec_/) });
    await expect(rotate(3_600, 'turn')).rejects.toThrow(`gave the webhook ${first.webhook.id} a new secret`);
    await signedBy([second.secret, first.secret], 0);
    const third = await rotate(0);
    await signedBy([third.secret], 1);
    await expect(rotate(-1)).rejects.toThrow(/overlapSeconds must lie between 0 and 2592000/);
    const { auditLog } = await ask<{ auditLog: { nodes: { action: string; before: string; after: string }[] } }>(
      '{ auditLog(first: 20) { nodes { action before after } } }',
    );
    expect(JSON.stringify(auditLog)).not.toContain('whsec_');
    const [rotated] = auditLog.nodes.filter(({ action, after }) => action === 'rotateWebhookSecret' && after !== null);
    expect(rotated?.after).not.toBe(rotated?.before);
    await ask('mutation($id: ID!) { deleteWebhook(id: $id) }', { id: first.webhook.id });
    hook.close();
  });

  promise('are raised once while a rule stays true, and again when it came true anew', async () => {
    const rule = await create({ name: 'Once', metric: 'BALANCE', bucket: 'CREDIT', threshold: '1000000' });
    await eventually(async () => expect(await alertsOf(rule)).toHaveLength(1));
    for (const enabled of [false, true])
      await ask('mutation($id: ID!, $e: Boolean!) { setAlertRuleEnabled(id: $id, enabled: $e) { firing } }', { id: rule, e: enabled });
    await eventually(async () => expect(await alertsOf(rule)).toHaveLength(2));
  });

  promise('tell of what a key spends and of requests that need a backup, with a receipt, live and from a cursor on', async () => {
    const client = createClient({
      ...{ url: `${bed.gateway.origin.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 },
      connectionParams: { authorization: `Bearer ${tokenOf('globex')}` },
    });
    const follow = (after: string | null) =>
      client.iterate<{ alertRaised: AlertJson }>({
        query: `subscription($a: String) { alertRaised(after: $a) { ${ALERT} } }`,
        variables: { a: after },
      });
    const [live, others] = [follow('a0'), ask<{ alerts: { nodes: AlertJson[] } }>('{ alerts { nodes { id } } }', {}, tokenOf('globex'))];
    expect((await others).alerts.nodes).toEqual([]);
    const spend = { name: 'Spent', metric: 'SPEND', bucket: 'RMB', window: 'DAY', threshold: '0.000001', apiKeyId: 'globex-chat' };
    await create(spend, tokenOf('globex'));
    const answer = await postChat(bed.gateway.origin, secretOf('globex-chat'), { model: 'small', messages: HI });
    await answer.text();
    const spent = (await live.next()).value?.data?.alertRaised;
    expect(spent?.message).toMatch(/^Spent: .* RMB were spent today by the key globex-chat/);
    expect(spent?.receipt?.id).toBe(answer.headers.get('x-request-id'));
    await create(
      { name: 'Backups', metric: 'FALLBACK_RATE', threshold: '0.5', minimumRequests: 2, apiKeyId: 'globex-chat' },
      tokenOf('globex'),
    );
    const moved = await Promise.all(
      [1, 2, 3].map(() => postChat(bed.gateway.origin, secretOf('globex-chat'), { model: 'unreachable', messages: HI })),
    );
    await Promise.all(moved.map((response) => response.text()));
    const backups = (await live.next()).value?.data?.alertRaised;
    expect(backups?.message).toMatch(/^Backups: 75 % of 4 requests by the key globex-chat needed a backup within the last hour/);
    expect(moved.map((response) => response.headers.get('x-request-id'))).toContain(backups?.receipt?.id);
    const again = follow(spent?.cursor ?? null);
    expect((await again.next()).value?.data?.alertRaised.id).toBe(backups?.id);
    await client.dispose();
  });

  promise('name keys, projects and accounts as people know them, with the id', async () => {
    await ask('mutation { renameAccount(id: "acme", name: "Acme Ltd") { id } }', {}, OPERATOR_TOKEN);
    const wish = { accountId: 'acme', name: 'Night job', projectId: 'acme-bots', routePolicy: 'ORDINARY_ONLY' };
    const made = 'mutation($i: CreateApiKeyInput!) { createApiKey(input: $i) { secret apiKey { id } } }';
    const { createApiKey: night } = await ask<{ createApiKey: { secret: string; apiKey: { id: string } } }>(made, { i: wish });
    const spend = { name: 'Spent', metric: 'SPEND', bucket: 'RMB', window: 'DAY', threshold: '0.000001' };
    const rules = [{ apiKeyId: night.apiKey.id }, { projectId: 'acme-bots' }, {}].map((of) => create({ ...spend, ...of }));
    const ids = await Promise.all(rules);
    await (await postChat(bed.gateway.origin, night.secret, { model: 'small', messages: HI })).text();
    const messages = () => Promise.all(ids.map(async (id) => (await alertsOf(id))[0]?.message));
    const [ofKey, ofProject, ofAll] = await eventually(async () => {
      const found = await messages();
      expect(found).not.toContain(undefined);
      return found;
    });
    expect(ofKey).toContain(` were spent today by the key Night job (${night.apiKey.id}): the threshold is 0.000001 CNY.`);
    expect(ofProject).toContain(' were spent today by the project Bots (acme-bots): ');
    for (const message of [ofKey, ofProject, ofAll]) expect(message).toMatch(/CNY\. Account: Acme Ltd \(acme\)\.$/);
    for (const id of ids) await ask('mutation($id: ID!) { deleteAlertRule(id: $id) }', { id });
  });

  promise('say what is wrong with a rule, and are for nobody but the people of the account', async () => {
    const refusals: [object, RegExp][] = [
      [{ name: '', metric: 'BALANCE', bucket: 'RMB', threshold: '1' }, /name must have/],
      [{ name: 'x', metric: 'BALANCE', threshold: '1' }, /bucket is needed for BALANCE/],
      [{ name: 'x', metric: 'SPEND', bucket: 'RMB', threshold: '1' }, /window is needed for SPEND/],
      [{ name: 'x', metric: 'FAILURE_RATE', threshold: '1.5' }, /share of the requests/],
      [{ name: 'x', metric: 'TOKENS', threshold: '1000' }, /window is needed for TOKENS/],
      [{ name: 'x', metric: 'TOKENS', bucket: 'RMB', window: 'DAY', threshold: '1000' }, /bucket is not for TOKENS/],
      [{ name: 'x', metric: 'TOKENS', window: 'DAY', threshold: '0.5' }, /threshold is a number of tokens/],
      [
        { name: 'x', metric: 'TOKENS', window: 'DAY', threshold: '5000000000' },
        /threshold must be above zero, and at most 4611686018 tokens/,
      ],
      [{ name: 'x', metric: 'SPEND', bucket: 'RMB', window: 'DAY', threshold: '1', routeType: 'OFFICIAL' }, /never paid from RMB/],
      [{ name: 'x', metric: 'SPEND', bucket: 'RMB', window: 'DAY', threshold: '1', apiKeyId: 'globex-chat' }, /no API key/],
      [{ name: 'x', metric: 'BALANCE', bucket: 'RMB', threshold: '1', emails: ['a@example.com'] }, /needs a mail server/],
    ];
    for (const [input, problem] of refusals) await expect(create(input)).rejects.toThrow(problem);
    await expect(
      create({ name: 'x', metric: 'BALANCE', bucket: 'RMB', threshold: '1', accountId: 'acme' }, tokenOf('globex')),
    ).rejects.toThrow(/no account/);
    const forNobody = { name: 'x', metric: 'BALANCE', bucket: 'RMB', threshold: '1', accountId: 'nobody' };
    await expect(create(forNobody, OPERATOR_TOKEN)).rejects.toThrow(/no account \\"nobody/);
    const webhook = 'mutation { createWebhook(accountId: "nobody", url: "https://example.com/") { secret } }';
    await expect(ask(webhook, {}, OPERATOR_TOKEN)).rejects.toThrow(/no account \\"nobody/);
    const byKey = await graphAnswer(bed.gateway.origin, secretOf('chat'), '{ alerts { nodes { id } } alertRules { id } webhooks { id } }');
    expect(byKey.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await expect(ask('mutation { createWebhook(url: "ftp://example.com") { secret } }')).rejects.toThrow(/must begin with https/);
  });

  promise(
    'are mailed where the operator has a mail server, whose log says when it takes none, and not posted to private addresses unless that is allowed for webhooks',
    async () => {
      const mail = await mailServer();
      const environment = {
        SMTP_URL: mail.url,
        SMTP_FROM: 'forge@example.com',
        UPSTREAM_ALLOW_PRIVATE: 'true',
        WEBHOOK_ALLOW_PRIVATE: 'false',
      };
      await bed.gateway.stop();
      bed.gateway = await startGateway({ databaseUrl: bed.database.url, catalog: bed.catalog, environment });
      const inside = 'mutation { createWebhook(url: "http://127.0.0.1:4000/") { secret } }';
      await expect(ask(inside)).rejects.toThrow(/WEBHOOK_ALLOW_PRIVATE=true/);
      await create({ name: 'Mailed', metric: 'BALANCE', bucket: 'RMB', threshold: '1000000', emails: ['team@example.com'] });
      await eventually(() => expect(mail.mails).toHaveLength(1));
      expect(mail.mails[0]).toMatch(/To: team@example\.com[\s\S]*Subject: Tokens Forge alert: Mailed: RMB has/);
      await mail.close();
      // Nobody listens there any more.
      await create({ name: 'Unmailed', metric: 'BALANCE', bucket: 'RMB', threshold: '1000000', emails: ['team@example.com'] });
      await eventually(() => expect(bed.gateway.stderr).toContain('an alert could not be mailed'));
      expect(bed.gateway.stderr).not.toContain('team@example.com');
    },
  );
});
