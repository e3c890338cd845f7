/**
 * No secret comes out: keys, tokens, channel secrets, the master key, prompts and answers are planted, everything that can be
 * asked is asked, providers say their secrets back, and then no answer, log line or row outside its sealed place has one of them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { freshDatabase } from '../support/databases';
import { get, post, postChat } from '../support/forge-client';
import { MASTER_KEY, OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { neededValues, operationOf, rootFields } from '../support/generated-queries';
import { onEachDatabase } from '../support/on-each-database';
import { startScriptedUpstream } from '../support/scripted-upstream';
import { secretOf, shopCatalog, tokenOf } from '../support/shop-catalog';

const SCHEMA = buildSchema(readFileSync(join(__dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8'));
const KNOWN = { ID: 'chat', String: 'something', Int: 1, Boolean: false, Decimal: '1', DateTime: '2030-01-01T00:00:00.000Z' };
const CHAT = secretOf('chat');
/** Of a provider: they must never reach a client. The address is one as well. */
const SECRETS = [
  'sk-upstream-cheap-a',
  'sk-upstream-cheap-b',
  'sk-upstream-official',
  CHAT,
  secretOf('official'),
  OPERATOR_TOKEN,
  tokenOf('acme'),
  MASTER_KEY,
];
/** What people say to a model, and what it answers: in the answer alone. */
const PROMPT = 'canary-of-a-prompt';
const ANSWER = 'canary-of-an-answer';

/** Where the text was found, with what stands before it. */
const around = (texts: readonly string[], wanted: string) =>
  texts.flatMap((text) =>
    text.includes(wanted) ? [text.slice(Math.max(0, text.indexOf(wanted) - 80), text.indexOf(wanted) + wanted.length)] : [],
  );

onEachDatabase('a secret', (bed, promise) => {
  const told: string[] = [];
  const keep = async (response: Response) =>
    void told.push(`${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`);

  const chat = async (script: Parameters<typeof bed.a.next>[0], body: object = {}) => {
    bed.a.next(script);
    const messages = [{ role: 'user', content: PROMPT }];
    return postChat(bed.gateway.origin, CHAT, { model: 'only-ordinary', messages, ...body });
  };

  /** A provider that says its secret and its address back, in every way in which it can answer. */
  const providersTalk = async () => {
    const said = `your key sk-upstream-cheap-a is no good at ${bed.a.baseUrl}/chat/completions, nor is Bearer sk-upstream-cheap-a`;
    const error = { message: said, type: 'invalid_request_error', code: 'sk-upstream-cheap-a', param: said };
    for (const status of [400, 401, 403, 404, 429, 500, 503]) await keep(await chat({ status, error }));
    await keep(await chat({ status: 500, error: said }));
    await keep(await chat({ errorAfter: 1, error }, { stream: true }));
    await keep(await chat({ text: 'fine', headers: { 'x-request-id': 'sk-upstream-cheap-a' } }));
    // What a model says of its own is the client's to read, and nobody else's.
    for (const stream of [false, true]) expect(await (await chat({ text: ANSWER }, { stream })).text()).toContain(ANSWER);
  };

  const strangersAsk = async () => {
    for (const credential of [CHAT, 'sk-tf-a-wrong-key', `${CHAT}x`]) {
      for (const path of ['/v1/models', '/v1/key', '/v1/receipts/none', '/metrics', '/healthz', '/readyz', '/nowhere']) {
        await keep(await get(bed.gateway.origin, path, credential));
      }
      await keep(await postChat(bed.gateway.origin, credential, '{ "model": '));
    }
    await keep(await post(bed.gateway.origin, '/v1/runs', CHAT, { name: 'x', budget: 'y' }));
  };

  const everybodyReads = async () => {
    for (const token of [OPERATOR_TOKEN, tokenOf('acme'), CHAT]) {
      for (const field of rootFields(SCHEMA, 'query')) {
        const values = neededValues(field, KNOWN);
        await keep(await post(bed.gateway.origin, '/graphql', token, { query: operationOf('query', field, values), variables: values }));
      }
    }
    await keep(await post(bed.gateway.origin, '/graphql', tokenOf('acme'), { query: '{ nothing }' }));
  };

  promise(
    'is in no answer, no line of the log and no row, whatever is asked and whatever a provider says',
    async () => {
      const quiet = bed.gateway.settings;
      await bed.gateway.stop();
      bed.gateway = await startGateway({ ...quiet, environment: { ...quiet.environment, LOG_LEVEL: 'trace' } });
      await providersTalk();
      await strangersAsk();
      await everybodyReads();
      const { settings } = bed.gateway;
      const ended = await bed.gateway.stop();
      const rows = await everyRow(bed.database.query);
      bed.gateway = await startGateway(settings);
      const places = { answers: told, log: [ended.stdout, ended.stderr], rows };
      for (const [place, texts] of Object.entries(places)) {
        for (const secret of [...SECRETS, PROMPT, ANSWER]) expect({ place, found: around(texts, secret) }).toEqual({ place, found: [] });
      }
    },
    600_000,
  );

  promise('is not the address of a channel either, but for the operator', async () => {
    const { host } = new URL(bed.a.baseUrl);
    const answers = told.filter((answer) => !answer.includes('"baseUrl":"http'));
    expect(answers.length).toBeGreaterThan(50);
    expect(around(answers, host)).toEqual([]);
  });

  /** Every row of every table as text. */
  async function everyRow(query: (sql: string) => Promise<Record<string, unknown>[]>): Promise<string[]> {
    const tables =
      bed.kind === 'sqlite'
        ? await query("SELECT name FROM sqlite_master WHERE type = 'table'")
        : await query('SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()');
    const rows: string[] = [];
    for (const { name } of tables) {
      for (const row of await query(`SELECT * FROM ${String(name)}`)) {
        rows.push(`${String(name)} ${JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`);
      }
    }
    expect(rows.length).toBeGreaterThan(100);
    return rows;
  }
});

it('what breaks inside is logged with the id of its request, and without a word of what was said', async () => {
  const database = await freshDatabase('sqlite');
  const [a, b, official] = await Promise.all([startScriptedUpstream(), startScriptedUpstream(), startScriptedUpstream()]);
  const catalog = shopCatalog({ a, b, official });
  const gateway = await startGateway({ databaseUrl: database.url, catalog, environment: { LOG_LEVEL: 'trace' } });
  const ids: string[] = [];
  const call = async (body: object) => {
    const messages = [{ role: 'user', content: PROMPT }];
    const response = await postChat(gateway.origin, CHAT, { model: 'only-ordinary', messages, ...body });
    await response.text();
    ids.push(response.headers.get('x-request-id') ?? '');
  };
  // Under the feet of the gateway: no receipt can be read or written.
  await database.query('ALTER TABLE receipt RENAME TO receipt_away');
  const error = { message: `I do not like "${PROMPT}"`, code: PROMPT };
  for (const stream of [false, true]) {
    a.next({ text: ANSWER });
    await call({ stream });
    a.next({ status: 400, error });
    await call({ stream });
  }
  await database.query('ALTER TABLE receipt_away RENAME TO receipt');
  const { stderr, stdout } = await gateway.stop();
  await Promise.all([a.close(), b.close(), official.close(), database.drop()]);
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  const ofCalls = lines.map((line) => JSON.parse(line) as { level: number; requestId?: string }).filter(({ level }) => level >= 40);
  expect(ofCalls.length).toBeGreaterThanOrEqual(ids.length);
  for (const { requestId } of ofCalls) expect(ids).toContain(requestId);
  for (const word of [...SECRETS, PROMPT, ANSWER]) expect(around([stderr, stdout], word)).toEqual([]);
});
