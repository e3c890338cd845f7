import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { aCatalog, aChannel, aRoute } from '../../test/support/catalog-builders';
import { failing, ok, play, type Scene, stage } from '../../test/support/stage';
import { createTraces, type TraceConfig } from './traces';

const CONFIG: TraceConfig = { url: 'http://127.0.0.1:9', headers: {}, serviceName: 'forge', sampler: 'parentbased_always_on', ratio: 1 };
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const catalog = aCatalog({ channels: [aChannel('a', { baseUrl: 'https://up.example/v1' }), aChannel('b', { protocol: 'gemini' })] });

/** Plays a request with a traced ledger, and gives the spans that were sent. */
async function traced(scene: Scene, config: Partial<TraceConfig> = {}, traceparent?: string) {
  const exporter = new InMemorySpanExporter();
  let now = 1_000;
  const clock = { now: () => (now += 1), sleep: () => new Promise<never>(() => undefined) };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const traces = createTraces({ ...CONFIG, ...config }, { catalog: { current: () => catalog }, clock, log }, exporter);
  const set = stage(scene);
  set.gateway.ledger = traces.around(set.gateway.ledger) as typeof set.gateway.ledger;
  if (traceparent !== undefined) traces.continued('req-1', traceparent);
  const receipt = await set.serve();
  traces.closed('req-1');
  const kept: ReadableSpan[] = [];
  exporter.shutdown = async () => void kept.push(...exporter.getFinishedSpans());
  await traces.close();
  const spans = kept.sort((one, other) => one.startTime[0] - other.startTime[0] || one.startTime[1] - other.startTime[1]);
  const root = spans.find(({ kind }) => kind === SpanKind.SERVER);
  return { receipt, spans, root, children: spans.filter((span) => span !== root) };
}

const FALLBACK = { acts: { a: [failing(500), failing(500)], b: [ok] } };

describe('the spans of a call', () => {
  it('are one for the call, and below it one for the hold, each attempt and the settlement', async () => {
    const { root, children } = await traced(FALLBACK);
    expect(root?.name).toBe('chat m');
    expect(children.map(({ name }) => name).sort()).toEqual(['chat m', 'chat m', 'chat m', 'hold', 'settle']);
    for (const { parentSpanContext } of children) expect(parentSpanContext?.spanId).toBe(root?.spanContext().spanId);
    expect(root?.resource.attributes['service.name']).toBe('forge');
  });

  it('say in the words of the conventions what was asked for, what answered and what was used, and in ours what it cost', async () => {
    const { root, receipt } = await traced(FALLBACK);
    expect(root?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.response.model': 'm-reported',
      'gen_ai.usage.input_tokens': 7,
      'gen_ai.usage.output_tokens': 3,
      'gen_ai.provider.name': 'gcp.gemini',
      'server.address': '127.0.0.1',
      'tokens_forge.receipt.id': receipt.requestId,
      'tokens_forge.route.type': 'ORDINARY',
      'tokens_forge.bucket': 'RMB',
      'tokens_forge.charge': '0.000031',
      'tokens_forge.stop_reason': 'COMPLETED',
    });
    expect(root?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('say of a failed attempt which channel failed, with its code and never with its words', async () => {
    const { children } = await traced(FALLBACK);
    const first = children.find(({ attributes }) => attributes['tokens_forge.channel.id'] === 'a');
    expect(first?.attributes).toMatchObject({
      'tokens_forge.channel.id': 'a',
      'server.address': 'up.example',
      'server.port': 443,
      'error.type': 'provider_error',
    });
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'provider_error' });
    expect(JSON.stringify(children.map(({ attributes, status, events }) => [attributes, status, events]))).not.toMatch(/hello|fine|broke/);
  });

  it('name the steps that were passed over, on the span of the call', async () => {
    const { root } = await traced({ routes: [aRoute('m', 'ORDINARY', ['off', 'a'])] });
    expect(root?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['step passed over', { 'tokens_forge.channel.id': 'off', 'error.type': 'channel_disabled' }],
    ]);
  });

  it('tell a refusal too, with its code', async () => {
    const { root, children } = await traced({ body: { model: 'nothing', messages: [{ role: 'user', content: 'hello' }] } });
    expect([root?.attributes['error.type'], root?.status.message]).toEqual(['model_not_found', 'model_not_found']);
    expect(children.map(({ name }) => name)).toEqual(['settle']);
  });
});

describe('the trace of a client', () => {
  it('is continued', async () => {
    const { root } = await traced({}, {}, `00-${TRACE}-00f067aa0ba902b7-01`);
    expect([root?.spanContext().traceId, root?.parentSpanContext?.spanId]).toEqual([TRACE, '00f067aa0ba902b7']);
  });

  it('decides whether its calls are sampled, unless the sampler is told otherwise', async () => {
    const unsampled = `00-${TRACE}-00f067aa0ba902b7-00`;
    expect((await traced({}, {}, unsampled)).spans).toEqual([]);
    expect((await traced({}, { sampler: 'always_on' }, unsampled)).spans.length).toBeGreaterThan(0);
    expect((await traced({}, { sampler: 'always_off' })).spans).toEqual([]);
    expect((await traced({}, { sampler: 'traceidratio', ratio: 0 })).spans).toEqual([]);
  });

  it.each(['', 'nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `ff-${TRACE}-00f067aa0ba902b7-01`])(
    'that is none ("%s") is passed over',
    async (traceparent) => {
      const { root } = await traced({}, {}, traceparent);
      expect(root?.parentSpanContext).toBeUndefined();
    },
  );
});

describe('a call whose end the ledger does not take', () => {
  it('is told when its response is closed, and says so', async () => {
    const exporter = new InMemorySpanExporter();
    const clock = { now: () => 1_000, sleep: () => new Promise<never>(() => undefined) };
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const traces = createTraces(CONFIG, { catalog: { current: () => catalog }, clock, log }, exporter);
    const { gateway, ledger } = stage({});
    const { ledger: real } = { ledger: gateway.ledger };
    const { ends } = (await play({})).ledger;
    const [end] = ends;
    ledger.beforeWrite = () => {
      throw new Error('down');
    };
    if (end === undefined) throw new Error('the play has an end');
    await expect(traces.around(real).end(end)).rejects.toThrow();
    const sent: ReadableSpan[] = [];
    exporter.shutdown = async () => void sent.push(...exporter.getFinishedSpans());
    traces.closed(end.receipt.requestId);
    await traces.close();
    expect(sent.find(({ name }) => name === 'settle')?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'unavailable' });
  });
});
