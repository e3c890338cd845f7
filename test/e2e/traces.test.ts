/** Traces over OTLP, as a collector gets them: the tree of a call that fell back, in the trace of its client, and nothing that was said. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freshDatabase, type TestDatabase } from '../support/databases';
import { post } from '../support/forge-client';
import { type GatewayProcess, gatewayThatRefuses, startGateway } from '../support/gateway-process';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import { secretOf, shopCatalog } from '../support/shop-catalog';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const PROMPT = 'canary-of-a-prompt';

/** A collector that keeps what it is sent. */
async function startCollector(status = 200) {
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(`${request.url} ${Buffer.concat(chunks).toString('utf8')}`);
    headers.push(request.headers);
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const spans = () =>
    bodies.flatMap((body) => {
      const sent = JSON.parse(body.slice(body.indexOf(' ')));
      return sent.resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: Span[] }[] }) =>
        scopeSpans.flatMap((scope) => scope.spans),
      );
    }) as Span[];
  return { url: `http://127.0.0.1:${port}`, bodies, headers, spans, close: () => server.close() };
}

const valueOf = (span: Span | undefined, name: string): unknown =>
  Object.values(span?.attributes.find(({ key }) => key === name)?.value ?? {})[0];

let upstreams: ScriptedUpstream[];
let database: TestDatabase;
let collector: Awaited<ReturnType<typeof startCollector>>;
let gateway: GatewayProcess;
const environment = () => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=of%20mine',
  OTEL_SERVICE_NAME: 'forge-of-the-tests',
});

beforeAll(async () => {
  upstreams = await Promise.all([startScriptedUpstream(), startScriptedUpstream(), startScriptedUpstream()]);
  database = await freshDatabase('sqlite');
  collector = await startCollector();
});

afterAll(async () => {
  collector.close();
  await Promise.all([...upstreams.map((upstream) => upstream.close()), database.drop()]);
});

it('a call that fell back is one tree in the trace of its client, sent before the process ends', async () => {
  const [a, b, official] = upstreams as [ScriptedUpstream, ScriptedUpstream, ScriptedUpstream];
  gateway = await startGateway({ databaseUrl: database.url, catalog: shopCatalog({ a, b, official }), environment: environment() });
  a.next({ status: 500 });
  const body = { model: 'small', messages: [{ role: 'user', content: PROMPT }], max_tokens: 20 };
  const response = await fetch(`${gateway.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretOf('chat')}`, 'content-type': 'application/json', traceparent: `00-${TRACE}-${PARENT}-01` },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { choices: { message: { content: string } }[]; usage: { cost: string } };
  await (await post(gateway.origin, '/v1/chat/completions', 'sk-tf-a-wrong-key', body)).text();
  expect((await gateway.stop()).code).toBe(0);

  const spans = collector.spans();
  const root = spans.find(({ parentSpanId }) => parentSpanId === PARENT);
  expect(spans.every(({ traceId }) => traceId === TRACE)).toBe(true);
  expect(root?.name).toBe('chat small');
  const below = spans.filter((span) => span !== root);
  expect(below.every(({ parentSpanId }) => parentSpanId === root?.spanId)).toBe(true);
  expect(below.map((span) => `${span.name} ${valueOf(span, 'tokens_forge.channel.id') ?? ''}`).sort()).toEqual([
    'chat small cheap-b',
    'chat small-2025 cheap-a',
    'hold ',
    'settle ',
  ]);
  expect(valueOf(root, 'tokens_forge.receipt.id')).toBe(response.headers.get('x-request-id'));
  expect(valueOf(root, 'tokens_forge.charge')).toBe(answer.usage.cost);
  expect(valueOf(root, 'server.address')).toBe('127.0.0.1');

  // Nothing that was said, and no secret.
  expect(collector.headers[0]?.['x-collector-key']).toBe('of mine');
  expect(collector.bodies[0]).toMatch(/^\/v1\/traces .*forge-of-the-tests/);
  const words = [PROMPT, answer.choices[0]?.message.content ?? PROMPT, 'sk-upstream-cheap-a', secretOf('chat')];
  for (const word of words) expect(collector.bodies.join(' ')).not.toContain(word);
  // Providers are not told of the client's trace.
  expect(a.requests.every(({ headers }) => headers['traceparent'] === undefined)).toBe(true);
});

it('a collector that takes nothing costs no call, and the log says it once', async () => {
  const [a, b, official] = upstreams as [ScriptedUpstream, ScriptedUpstream, ScriptedUpstream];
  const refusing = await startCollector(400);
  const away = { ...environment(), OTEL_EXPORTER_OTLP_ENDPOINT: refusing.url };
  gateway = await startGateway({ databaseUrl: database.url, catalog: shopCatalog({ a, b, official }), environment: away });
  const body = { model: 'small', messages: [{ role: 'user', content: PROMPT }], max_tokens: 20 };
  expect((await post(gateway.origin, '/v1/chat/completions', secretOf('chat'), body)).status).toBe(200);
  const { code, stderr } = await gateway.stop();
  refusing.close();
  expect(code).toBe(0);
  expect(stderr.split('traces cannot be sent').length).toBe(2);
});

it('a wrong setting is an error at the start that names it', async () => {
  const [a, b, official] = upstreams as [ScriptedUpstream, ScriptedUpstream, ScriptedUpstream];
  const wrong = { ...environment(), OTEL_TRACES_SAMPLER: 'sometimes' };
  const { code, stderr } = await gatewayThatRefuses({
    databaseUrl: database.url,
    catalog: shopCatalog({ a, b, official }),
    environment: wrong,
  });
  expect(code).toBe(78);
  expect(stderr).toContain('OTEL_TRACES_SAMPLER: must be one of always_on');
});
