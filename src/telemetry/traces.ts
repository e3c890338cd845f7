/**
 * Traces, where they are configured. The flow is not instrumented: what it measured stands on the receipt, and the ledger's
 * two writes are timed here. Without a configuration nothing of this is loaded into a request.
 */
import { type Context, ROOT_CONTEXT, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import type { GroupCommit } from '../ledger/group-commit';
import type { EndRequest } from '../ledger/ledger-store';
import type { CatalogStore } from '../routing/catalog-store';
import { type EndedCall, emitSpans, type Step } from './call-spans';

/** Where spans go, and of which calls there are any. */
export interface TraceConfig {
  /** Where they are posted, as OTLP in JSON. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** As OpenTelemetry names it. */
  readonly sampler: string;
  /** From 0 to 1, for the samplers that take a part. */
  readonly ratio: number;
}

type Ledger = Pick<GroupCommit, 'place' | 'end'>;

export interface TraceMeans {
  readonly catalog: Pick<CatalogStore, 'current'>;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly log: Log;
}

/** What is known of a call before its receipt is written. */
interface Open {
  parent: Context;
  readonly holds: Step[];
  /** The end that the ledger has not taken yet. */
  unwritten: EndedCall | null;
}

const OPEN_MAX = 10_000;
const EXPORT_TIMEOUT_MS = 5_000;
const STOP_MS = 3_000;
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

export function createTraces(config: TraceConfig, means: TraceMeans, exporter: SpanExporter = collectorOf(config, means.log)) {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': config.serviceName }),
    sampler: samplerOf(config),
    spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: EXPORT_TIMEOUT_MS })],
  });
  const calls = new OpenCalls(provider.getTracer('tokens-forge'), means);
  return {
    /** A call has come in with the trace of its client, which its spans continue. What is none is passed over. */
    continued(id: string, traceparent: string): void {
      const parent = parentOf(traceparent);
      if (parent !== null) calls.open(id).parent = parent;
    },
    /** The response is closed. A call whose end waits on the disk is told as it stands; one that is read on ends later. */
    closed: (id: string): void => calls.closed(id),
    /** The same ledger, whose holds and ends are told. */
    around: (ledger: Ledger): Ledger => told(ledger, calls, means.clock),
    /** Sends what is left, for a moment. */
    close: async (): Promise<void> => {
      await Promise.race([provider.shutdown(), means.clock.sleep(STOP_MS)]);
    },
  };
}

/** Calls whose spans have not been made yet. */
class OpenCalls {
  private readonly calls = new Map<string, Open>();

  constructor(
    private readonly tracer: Tracer,
    private readonly means: TraceMeans,
  ) {}

  open(id: string): Open {
    const known = this.calls.get(id);
    if (known !== undefined) return known;
    const added: Open = { parent: ROOT_CONTEXT, holds: [], unwritten: null };
    // Whatever never ends is forgotten, the oldest first.
    if (this.calls.size >= OPEN_MAX) this.calls.delete(this.calls.keys().next().value ?? '');
    this.calls.set(id, added);
    return added;
  }

  closed(id: string): void {
    const call = this.calls.get(id);
    if (call === undefined) return;
    if (call.unwritten !== null) this.emit(id, call.unwritten);
    else if (call.holds.length === 0) this.calls.delete(id);
  }

  holdsOf(id: string): readonly Step[] {
    return this.calls.get(id)?.holds ?? [];
  }

  emit(id: string, call: EndedCall): void {
    const { catalog, log } = this.means;
    const parent = this.calls.get(id)?.parent ?? ROOT_CONTEXT;
    this.calls.delete(id);
    try {
      emitSpans(this.tracer, parent, call, (channelId) => catalog.current().channels.get(channelId));
    } catch (err) {
      // What is told of a call never changes how it ends.
      log.warn({ err, receipt: id }, 'the spans of a call could not be made');
    }
  }
}

function told(ledger: Ledger, calls: OpenCalls, clock: Pick<Clock, 'now'>): Ledger {
  return {
    place: async (item) => {
      const began = clock.now();
      const note = (verdict: string) => void calls.open(item.request.requestId).holds.push({ began, ended: clock.now(), verdict });
      const verdict = await ledger.place(item).catch((error: unknown) => {
        note('unavailable');
        throw error;
      });
      note(verdict.verdict);
      return verdict;
    },
    end: async (item: EndRequest) => {
      const began = clock.now();
      const { receipt, attempts } = item;
      const ended = (verdict: string): EndedCall => ({
        ...{ receipt, attempts, holds: calls.holdsOf(receipt.requestId) },
        settlement: { began, ended: clock.now(), verdict },
      });
      const verdict = await ledger.end(item).catch((error: unknown) => {
        calls.open(receipt.requestId).unwritten = ended('unavailable');
        throw error;
      });
      calls.emit(receipt.requestId, ended(verdict.verdict));
      return verdict;
    },
  };
}

function parentOf(traceparent: string): Context | null {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent.trim()) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  const isSampled = (Number.parseInt(flags, 16) & TraceFlags.SAMPLED) !== 0;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

function samplerOf({ sampler, ratio }: TraceConfig): Sampler {
  const root = rootSampler(sampler.replace('parentbased_', ''), ratio);
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'traceidratio') return new TraceIdRatioBasedSampler(ratio);
  return name === 'always_off' ? new AlwaysOffSampler() : new AlwaysOnSampler();
}

/** Sends to the collector. One that is away costs spans and nothing else; the log says so once, until it is back. */
function collectorOf({ url, headers }: TraceConfig, log: Log): SpanExporter {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: EXPORT_TIMEOUT_MS });
  let isAway = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !isAway) log.warn({ err: result.error }, 'traces cannot be sent to the collector now');
        isAway = failed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
}
