import { readTraceSettings } from './trace-settings';

describe('where traces go', () => {
  const read = (environment: Record<string, string>) => readTraceSettings((name) => environment[name]);

  it('is nowhere without an endpoint, whatever else is set', () => {
    expect(read({ OTEL_TRACES_SAMPLER: 'nonsense' })).toEqual({ traces: null, faults: [] });
  });

  it('is read from the standard names', () => {
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=forge%20one, authorization=Bearer%20t',
      OTEL_SERVICE_NAME: 'mine',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    };
    expect(read(environment).traces).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: { 'x-team': 'forge one', authorization: 'Bearer t' },
      serviceName: 'mine',
      sampler: 'parentbased_traceidratio',
      ratio: 0.25,
    });
    expect(read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/own' }).traces).toMatchObject({
      url: 'http://c/own',
      serviceName: 'tokens-forge',
    });
  });

  it('is told the headers of traces where they are set apart', () => {
    const general = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_EXPORTER_OTLP_HEADERS: 'authorization=general' };
    const own = { ...general, OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=own' };
    expect(read(own).traces?.headers).toEqual({ authorization: 'own' });
    expect(read({ ...own, OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'own' }).faults).toMatchObject([
      { path: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS' },
    ]);
  });

  it.each(['http://collector:4318 ', 'http://collector:4318/a b', ' http://collector:4318'])('is refused at "%s"', (endpoint) => {
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).faults).toHaveLength(1);
  });

  it('is refused with every fault at once, and without the values of headers', () => {
    const { faults } = read({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: 'my-secret',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_TRACES_SAMPLER_ARG: '2',
    });
    expect(faults.map(({ path }) => path).sort()).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_HEADERS',
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'OTEL_TRACES_SAMPLER',
      'OTEL_TRACES_SAMPLER_ARG',
    ]);
    expect(JSON.stringify(faults)).not.toContain('my-secret');
  });
});
