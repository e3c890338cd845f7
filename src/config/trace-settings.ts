/** Where traces go, by the names that OpenTelemetry gives its settings. Without an endpoint there are none, and the rest is not looked at. */
import type { ConfigurationFault } from '../kernel/configuration-error';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

export interface TraceSettings {
  /** Where spans are posted, as OTLP in JSON. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly sampler: SamplerName;
  /** From 0 to 1, for the samplers that take a part. */
  readonly ratio: number;
}

type Lookup = (name: string) => string | undefined;

const HTTP = /^https?:\/\/[^/\s]+\S*$/;
const HEADER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(.*)$/;
const OWN_HEADERS = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS';
const RATIO = /^(0(\.\d{1,9})?|1(\.0{1,9})?)$/;

/** traces null: there are none, or there are faults, each with the name of its variable. */
export function readTraceSettings(lookup: Lookup): {
  readonly traces: TraceSettings | null;
  readonly faults: readonly ConfigurationFault[];
} {
  const own = lookup('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const endpoint = own ?? lookup('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (endpoint === undefined) return { traces: null, faults: [] };
  const endpointName = own === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  const headersName = lookup(OWN_HEADERS) === undefined ? 'OTEL_EXPORTER_OTLP_HEADERS' : OWN_HEADERS;
  const headers = headersIn(lookup(headersName) ?? '');
  const wrongs = [...wrongEndpoint(endpointName, endpoint), ...wrongProtocol(lookup), ...wrongSampler(lookup)];
  if (headers === null) {
    const problem = 'must be name=value pairs with commas between them, values percent-encoded';
    return { traces: null, faults: [...wrongs, { path: headersName, problem }] };
  }
  if (wrongs.length > 0) return { traces: null, faults: wrongs };
  const url = own ?? `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const serviceName = lookup('OTEL_SERVICE_NAME') ?? 'tokens-forge';
  return { traces: { url, headers, serviceName, sampler: samplerIn(lookup) ?? DEFAULT_SAMPLER, ratio: +ratioIn(lookup) }, faults: [] };
}

const DEFAULT_SAMPLER = 'parentbased_always_on';

function samplerIn(lookup: Lookup): SamplerName | undefined {
  const wanted = lookup('OTEL_TRACES_SAMPLER') ?? DEFAULT_SAMPLER;
  return SAMPLERS.find((name) => name === wanted);
}

function ratioIn(lookup: Lookup): string {
  return lookup('OTEL_TRACES_SAMPLER_ARG') ?? '1';
}

function wrongEndpoint(path: string, endpoint: string): ConfigurationFault[] {
  if (HTTP.test(endpoint) && URL.canParse(endpoint)) return [];
  return [{ path, problem: 'must be an http:// or https:// URL, such as http://127.0.0.1:4318' }];
}

function wrongProtocol(lookup: Lookup): ConfigurationFault[] {
  const names = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];
  const path = names.find((name) => lookup(name) !== undefined);
  if (path === undefined || lookup(path) === 'http/json') return [];
  return [{ path, problem: 'must be http/json, the one that is spoken here, or left out' }];
}

function wrongSampler(lookup: Lookup): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  if (samplerIn(lookup) === undefined) faults.push({ path: 'OTEL_TRACES_SAMPLER', problem: `must be one of ${SAMPLERS.join(', ')}` });
  if (!RATIO.test(ratioIn(lookup))) faults.push({ path: 'OTEL_TRACES_SAMPLER_ARG', problem: 'must be a number from 0 to 1, such as 0.25' });
  return faults;
}

/** null: what stands there are no pairs. Never repeats a value: it may be a secret. */
function headersIn(text: string): Readonly<Record<string, string>> | null {
  const headers: Record<string, string> = {};
  for (const pair of text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [, name, value] = HEADER.exec(pair) ?? [];
    const decoded = value === undefined ? null : decodedOrNull(value.trim());
    if (name === undefined || decoded === null) return null;
    headers[name] = decoded;
  }
  return headers;
}

function decodedOrNull(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}
