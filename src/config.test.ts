import { catalogSource, type Environment, loadConfig } from './config';
import { ConfigurationError } from './kernel/configuration-error';

const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');

function faultsOf(environment: Environment): Record<string, string> {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return Object.fromEntries(error.faults.map(({ path, problem }) => [path, problem]));
    throw error;
  }
  return {};
}

/** What the driver is told of TLS; null: nothing. */
function sslOf(DATABASE_URL: string): unknown {
  const { database } = loadConfig({ DATABASE_URL, MASTER_KEY });
  return JSON.parse(new URL(database.kind === 'mysql' ? database.url : '').searchParams.get('ssl') ?? 'null');
}

describe('loadConfig', () => {
  it('runs with nothing set', () => {
    expect(loadConfig({})).toEqual({
      host: '127.0.0.1',
      port: 4_000,
      database: { kind: 'sqlite', file: './data/tokens-forge.sqlite' },
      redisUrl: null,
      catalogFile: null,
      adminToken: null,
      masterKey: null,
      masterKeyPrevious: null,
      upstreamAllowPrivate: false,
      webhookAllowPrivate: false,
      trustedProxies: [],
      corsOrigins: [],
      workers: 1,
      graphqlIntrospection: true,
      idempotencyRetentionMs: null,
      mail: null,
      traces: null,
      logLevel: 'info',
    });
  });

  it('reads every variable of the table', () => {
    const config = loadConfig({
      HOST: '0.0.0.0',
      PORT: '0',
      DATABASE_URL: 'mysql://forge:secret@db.example:3307/forge',
      REDIS_URL: 'redis://cache.example:6379',
      CATALOG: './catalog.yaml',
      ADMIN_TOKEN: 'sixteen-letters!',
      MASTER_KEY,
      UPSTREAM_ALLOW_PRIVATE: 'true',
      WEBHOOK_ALLOW_PRIVATE: 'true',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      CORS_ORIGINS: 'https://app.example,http://localhost:5173',
      WORKERS: '1',
      GRAPHQL_INTROSPECTION: 'false',
      IDEMPOTENCY_RETENTION: '24h',
      LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 0,
      trustedProxies: ['10.0.0.0/8', '::1'],
      corsOrigins: ['https://app.example', 'http://localhost:5173'],
      database: { kind: 'mysql', url: 'mysql://forge:secret@db.example:3307/forge' },
      redisUrl: 'redis://cache.example:6379',
      catalogFile: './catalog.yaml',
      adminToken: 'sixteen-letters!',
      masterKey: Buffer.alloc(32, 7),
      upstreamAllowPrivate: true,
      webhookAllowPrivate: true,
      graphqlIntrospection: false,
      idempotencyRetentionMs: 86_400_000,
      logLevel: 'debug',
    });
  });

  it('names every fault at once', () => {
    const wrong = {
      HOST: 'two words',
      PORT: '70000',
      DATABASE_URL: 'postgres://db/forge',
      REDIS_URL: 'cache:6379',
      ADMIN_TOKEN: 'short',
      MASTER_KEY: 'c2hvcnQ=',
      UPSTREAM_ALLOW_PRIVATE: 'yes',
      WORKERS: '0',
      GRAPHQL_INTROSPECTION: '1',
      IDEMPOTENCY_RETENTION: 'forever',
      LOG_LEVEL: 'loud',
    };
    expect(Object.keys(faultsOf(wrong)).sort()).toEqual(Object.keys(wrong).sort());
  });

  it('prints one message with a line for each fault and without their values', () => {
    const load = () => loadConfig({ PORT: 'x', ADMIN_TOKEN: 'hidden', DATABASE_URL: 'mysql://root:hunter2@db' });
    expect(load).toThrow(/2|3|4 faults/);
    expect(load).toThrow(/PORT: must be a whole number from 0 to 65535/);
    expect(load).not.toThrow(/hidden|hunter2/);
  });

  it.each([
    ['REDIS_URL', 'redis://cache:99999', /host:port/],
    ['REDIS_URL', 'redis://a:b:c', /host:port/],
    ['REDIS_URL', 'redis://:hunter%zz2@cache', /%25/],
    ['REDIS_URL', 'redis://cache:6379/sessions', /number of a database/],
    ['SMTP_URL', 'smtp://mail:99999', /host:587/],
    ['SMTP_URL', 'smtp://forge:hunter%zz2@mail', /%25/],
    ['SMTP_FROM', '@', /address/],
    ['SMTP_FROM', 'forge@example.com\r\nBcc: everybody@example.com', /one line/],
    ['SMTP_FROM', 'Forge\nX-Note: told <forge@example.com>', /one line/],
    ['SMTP_FROM', 'forge@example.com\n', /one line/],
    ['SMTP_URL', 'smtp://mail:25\nQUIT', /host:587/],
    ['SMTP_URL', 'smtp://forge:hunter2%0d%0aQUIT@mail', /line break.*password/],
  ])('refuses what the client of the service would break on: %s=%s', (name, value, problem) => {
    const faults = faultsOf({ SMTP_URL: 'smtp://mail', SMTP_FROM: 'forge@example.com', [name]: value });
    expect(faults).toEqual({ [name]: expect.stringMatching(problem) });
  });

  it.each(['redis://cache', 'redis://cache:6379/', 'rediss://forge:p%40ss@cache:6380/3', 'redis://[::1]:6379'])('takes %s', (REDIS_URL) => {
    expect(loadConfig({ REDIS_URL }).redisUrl).toBe(REDIS_URL);
  });

  it.each(['1e3', '80.5', '-1', ' 80', '0x50', '65536', 'http'])('refuses PORT=%s', (PORT) => {
    expect(faultsOf({ PORT })).toEqual({ PORT: 'must be a whole number from 0 to 65535' });
  });

  it.each(['::1', '::', 'fe80::1%eth0', 'localhost', 'gateway.example', 'gateway_1', '10.0.0.7'])('listens at HOST=%s', (HOST) => {
    expect(loadConfig({ HOST }).host).toBe(HOST);
  });

  it.each(['[::1]', '256.1.1.1', '10.0.0', 'localhost:4000', 'http://localhost', 'a/b', 'a..b', '-', '*'])(
    'refuses HOST=%s, which nothing can listen at',
    (HOST) => expect(faultsOf({ HOST })).toEqual({ HOST: 'must be a host name or an address' }),
  );

  it.each(['TRUE', '1', 'yes', 'on', 'false '])('refuses %s for a yes or no', (value) => {
    expect(faultsOf({ UPSTREAM_ALLOW_PRIVATE: value })).toEqual({ UPSTREAM_ALLOW_PRIVATE: 'must be true or false' });
  });

  it.each([
    ['sqlite:./data/a.sqlite', './data/a.sqlite'],
    ['sqlite:/var/lib/a.sqlite', '/var/lib/a.sqlite'],
    ['sqlite:///var/lib/a.sqlite', '/var/lib/a.sqlite'],
  ])('finds the file of %s', (DATABASE_URL, file) => {
    expect(loadConfig({ DATABASE_URL }).database).toEqual({ kind: 'sqlite', file });
  });

  it.each([
    'sqlite:',
    'sqlite::memory:',
    'mysql://',
    'mysql://db.example',
    'mysql://db.example/a/b',
    'mysql://db.example/100%',
    'mysql://db.example/forge?typeCast=false',
    'mysql://db.example/forge?ssl=true',
    'data.sqlite',
    'sqlite:./a.sqlite ',
    'sqlite:~/a.sqlite',
    'sqlite:./a.sqlite?mode=ro',
  ])('refuses DATABASE_URL=%s', (DATABASE_URL) => {
    expect(faultsOf({ DATABASE_URL, MASTER_KEY })).toHaveProperty('DATABASE_URL');
  });

  it('takes of the options of the MySQL driver only how the server is to be trusted', () => {
    expect(sslOf('mysql://db.example/forge?ssl={"rejectUnauthorized":true}')).toMatchObject({ rejectUnauthorized: true });
    const faulty = 'mysql://db.example/forge?timezone=local&bigNumberStrings=false';
    expect(faultsOf({ DATABASE_URL: faulty, MASTER_KEY })).toEqual({ DATABASE_URL: expect.stringContaining('timezone, bigNumberStrings') });
  });

  it('has the name of the server checked over TLS, unless that is declined or the server has none', () => {
    expect(sslOf('mysql://u:p%25@db.example:3306/forge?ssl={}')).toEqual({ verifyIdentity: true });
    expect(sslOf(`mysql://db.example/forge?ssl=${encodeURIComponent('{"ca":"a+b\\nc"}')}`)).toEqual({ ca: 'a+b\nc', verifyIdentity: true });
    expect(sslOf('mysql://db.example/forge?ssl={"verifyIdentity":false}')).toEqual({ verifyIdentity: false });
    for (const address of ['10.0.0.1', '[::1]']) expect(sslOf(`mysql://${address}/forge?ssl={}`)).toEqual({});
    expect(sslOf('mysql://db.example/forge')).toBeNull();
  });

  it('requires the master key with MySQL, also beside other faults, and however the URL is spelt', () => {
    expect(Object.keys(faultsOf({ DATABASE_URL: 'MySQL://db.example/forge' }))).toEqual(['MASTER_KEY']);
    const faults = faultsOf({ DATABASE_URL: 'mysql://db.example/forge', PORT: 'x' });
    expect(Object.keys(faults).sort()).toEqual(['MASTER_KEY', 'PORT']);
  });

  it.each([MASTER_KEY.slice(0, -1), `${MASTER_KEY} `, Buffer.alloc(31).toString('base64'), 'ü'.repeat(32)])(
    'refuses a master key that is not 32 bytes in base64',
    (key) => {
      expect(Object.keys(faultsOf({ MASTER_KEY: key }))).toEqual(['MASTER_KEY']);
    },
  );

  it('says what several workers lack', () => {
    expect(faultsOf({ WORKERS: '2' })).toEqual({ WORKERS: 'above 1 needs a mysql:// DATABASE_URL and REDIS_URL' });
    expect(faultsOf({ WORKERS: '2', MASTER_KEY, DATABASE_URL: 'mysql://db.example/forge' })).toEqual({
      WORKERS: 'above 1 needs REDIS_URL',
    });
    const complete = { WORKERS: '2', MASTER_KEY, DATABASE_URL: 'mysql://db.example/forge', REDIS_URL: 'redis://cache.example' };
    expect(loadConfig(complete).workers).toBe(2);
  });

  it('hides the schema of the graph in production unless told otherwise', () => {
    expect(loadConfig({ NODE_ENV: 'production' }).graphqlIntrospection).toBe(false);
    expect(loadConfig({ NODE_ENV: 'production', GRAPHQL_INTROSPECTION: 'true' }).graphqlIntrospection).toBe(true);
    expect(loadConfig({ NODE_ENV: 'test' }).graphqlIntrospection).toBe(true);
  });

  it('passes over other variables, and takes an empty one as not set', () => {
    expect(loadConfig({ SHELL: '/bin/sh', PORT: '', REDIS_URL: '', CATALOG: '' })).toMatchObject({
      port: 4_000,
      redisUrl: null,
      catalogFile: null,
    });
  });

  it('cannot be changed once it is read', () => {
    const config = loadConfig({});
    expect(Object.isFrozen(config) && Object.isFrozen(config.database)).toBe(true);
  });
});

describe('catalogSource', () => {
  it('looks variables up, and an empty one is not there', () => {
    const { lookup } = catalogSource({ CHEAP_A_KEY: 'sk-1', EMPTY: '' });
    expect([lookup('CHEAP_A_KEY'), lookup('EMPTY'), lookup('OTHER')]).toEqual(['sk-1', undefined, undefined]);
  });

  it('can be had while another variable is wrong', () => {
    expect(catalogSource({ PORT: 'x', CATALOG: 'a.yaml', UPSTREAM_ALLOW_PRIVATE: 'true' })).toMatchObject({
      file: 'a.yaml',
      allowPrivate: true,
    });
  });
});
