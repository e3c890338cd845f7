/**
 * What a hostile upstream, a hostile address or a hostile receiver of webhooks can try: the list of attacks, and what becomes of
 * each of them.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Alert } from '../../src/alerts/alert';
import type { AlertRuleStore } from '../../src/alerts/alert-store';
import { createWebhook } from '../../src/alerts/manage-alerts';
import type { FailureKind, UpstreamResult } from '../../src/attempts/upstream';
import { parseCatalog } from '../../src/catalog-file/parse-catalog';
import { systemClock } from '../../src/kernel/clock';
import { ConfigurationError } from '../../src/kernel/configuration-error';
import { createNotifier } from '../../src/notify/notifier';
import type { ChannelTimeouts } from '../../src/routing/catalog';
import { problemOfAddress } from '../../src/upstreams/address-guard';
import { createHttpClient } from '../../src/upstreams/http-client';
import { postChat, receipt } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import { CHANNEL_KEY, failureOf, OpenAiBench, Taker } from '../support/openai-bench';
import { HI, secretOf } from '../support/shop-catalog';

const TIMEOUTS = { connectMs: 60_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 120_000 };
const MEBIBYTE = 1024 * 1024;
const ANSWER = JSON.stringify({ id: '1', model: 'theirs', choices: [{ message: { content: 'hi' } }] });
const BOMB = gzipSync(Buffer.alloc(8 * MEBIBYTE));
const ok = (headers: string, body: string | Buffer) =>
  Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n`), Buffer.from(body)]);

/** Whoever is connected to is attacked: with bytes, or by a way of sending them. */
type Attack = string | Buffer | ((socket: Socket) => void);

interface Attacker {
  readonly port: number;
  connections: number;
  attack: Attack;
  close(): void;
}

async function attacker(): Promise<Attacker> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    self.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      const { attack } = self;
      if (typeof attack === 'function') attack(socket);
      else socket.end(attack);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: Attacker = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    attack: '',
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return self;
}

/** Goes on with these bytes until nobody listens any more. */
const endless = (head: string, piece: string | Buffer, everyMs: number) => (socket: Socket) => {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.once('close', () => clearInterval(timer));
  socket.write(head);
};

/** As fast as they are taken. */
const flood = (head: string, piece: Buffer) => (socket: Socket) => {
  const pour = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', pour);
  socket.write(head);
  pour();
};

describe('an upstream that attacks', () => {
  let enemy: Attacker;
  let bench: OpenAiBench;

  beforeAll(async () => {
    [enemy, bench] = await Promise.all([attacker(), OpenAiBench.open()]);
  });

  afterAll(async () => {
    enemy.close();
    await bench.close();
  });

  const suffer = (attack: Attack, more: Partial<ChannelTimeouts> = {}, stream = false): Promise<UpstreamResult> => {
    enemy.attack = attack;
    const ask = { baseUrl: `http://127.0.0.1:${enemy.port}/v1`, timeouts: { ...TIMEOUTS, ...more }, stream, taker: new Taker() };
    return bench.start(null, ask).result;
  };

  it.each<[string, Attack, FailureKind, Partial<ChannelTimeouts>?]>([
    ['a head of 20 KiB', ok(`x-much: ${'x'.repeat(20_480)}\r\n`, ANSWER), 'answer_too_large'],
    ['five thousand headers', ok('a-name: b\r\n'.repeat(5_000), ANSWER), 'answer_too_large'],
    ['a head without an end', endless('HTTP/1.1 200 OK\r\n', `x: ${'y'.repeat(512)}\r\n`, 1), 'answer_too_large'],
    ['a head byte by byte', endless('HTTP/1.1 200 OK\r\n', 'x', 10), 'first_byte_timeout', { firstByteMs: 150 }],
    ['hints without an answer', endless('', 'HTTP/1.1 103 Early Hints\r\n\r\n', 5), 'first_byte_timeout', { firstByteMs: 150 }],
    ['silence', () => undefined, 'first_byte_timeout', { firstByteMs: 100 }],
    ['a body byte by byte', endless('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n', ' ', 10), 'total_timeout', { totalMs: 250 }],
    ['a body without an end', flood('HTTP/1.1 200 OK\r\n\r\n', Buffer.alloc(MEBIBYTE, ' ')), 'answer_too_large'],
    ['a bomb in gzip', ok('content-encoding: gzip\r\n', BOMB), 'malformed_answer'],
    ['a bomb in gzip twice', ok('content-encoding: GZIP, gzip\r\n', gzipSync(BOMB)), 'malformed_answer'],
    ['a bomb in an encoding of its own', ok('content-encoding: br\r\n', BOMB), 'malformed_answer'],
    ['a bomb that says nothing of itself', ok('', BOMB), 'malformed_answer'],
    ['less than it promises', 'HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{}', 'connection_lost'],
    ['two lengths', `HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`, 'connection_lost'],
    ['a length and chunks', `HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 'connection_lost'],
    ['a chunk of no length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'malformed_answer'],
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n', 'malformed_answer'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n', 'connection_lost'],
    ['an answer that is deep beyond measure', ok('', '['.repeat(2 * MEBIBYTE)), 'malformed_answer'],
    ['an answer of millions of lists', ok('', ANSWER.replace('{', `{"x":[${'[],'.repeat(6_000_000)}1],`)), 'malformed_answer'],
  ])('with %s fails, and is left', async (_name, attack, kind, limits = {}) => {
    expect(failureOf(await suffer(attack, limits))).toMatchObject({ kind, status: null });
  });

  it.each([301, 302, 303, 307, 308])('with a redirect of status %i to the inside is followed nowhere', async (status) => {
    const inside = await attacker();
    const location = `http://127.0.0.1:${inside.port}/latest/meta-data/iam/security-credentials/`;
    const failure = failureOf(await suffer(`HTTP/1.1 ${status} Moved\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`));
    expect(failure).toMatchObject({ kind: 'provider_error', message: 'The provider answered with a redirect, which is never followed.' });
    expect(inside.connections).toBe(0);
    inside.close();
  });

  it('with a bomb in an error is told of without it', async () => {
    const head = `HTTP/1.1 500 No\r\ncontent-encoding: gzip\r\ncontent-length: ${BOMB.length}\r\n\r\n`;
    const failure = failureOf(await suffer(Buffer.concat([Buffer.from(head), BOMB])));
    expect(failure).toMatchObject({ status: 500, message: 'The provider reported an error without a message.' });
  });

  it('with an error of a gigabyte is read for 64 KiB', async () => {
    const failure = failureOf(await suffer(flood('HTTP/1.1 400 No\r\ncontent-length: 1073741824\r\n\r\n', Buffer.alloc(MEBIBYTE, 'x'))));
    expect(failure).toMatchObject({ kind: 'provider_error', status: 400 });
    expect(failure?.message.length).toBeLessThanOrEqual(500);
  });

  it('with a stream of events that never are any is cut', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: ';
    expect(failureOf(await suffer(flood(head, Buffer.alloc(MEBIBYTE, 'x')), {}, true))?.kind).toBe('answer_too_large');
  });

  it.each([
    ['of a megabyte', 'm'.repeat(MEBIBYTE)],
    ['that is our secret', `theirs ${CHANNEL_KEY}`],
  ])('with a model %s is not believed', async (_name, model) => {
    const result = await suffer(ok('', JSON.stringify({ ...(JSON.parse(ANSWER) as object), model })));
    expect(result).toMatchObject({ ok: true, facts: { reportedModel: null } });
  });

  it.each(['<script>alert(1)</script>', 'two words', `id-${CHANNEL_KEY}`, 'x'.repeat(201)])('with the id %s has none', async (id) => {
    expect((await suffer(ok(`x-request-id: ${id}\r\n`, ANSWER))).facts.upstreamRequestId).toBeNull();
  });

  it.each([
    ['http://127.0.0.1', 'a loopback address'],
    ['http://2130706433', 'the same in decimal'],
    ['http://0x7f.1', 'the same in hex'],
    ['http://0177.0.0.1', 'the same in octal'],
    ['http://[::ffff:127.0.0.1]', 'the same inside IPv6'],
    ['http://localhost', 'a name of it'],
    ['http://changes.example', 'a name that was public when it was saved'],
  ])('at %s, which is %s, is not connected to', async (origin) => {
    const before = enemy.connections;
    const http = createHttpClient({
      allowPrivate: false,
      resolve: (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const result = await bench.start(null, { baseUrl: `${origin}:${enemy.port}/v1` }, http).result;
    expect(failureOf(result)).toMatchObject({ kind: 'connect_failed', message: expect.stringContaining('UPSTREAM_ALLOW_PRIVATE') });
    expect([JSON.stringify(result).includes('127.0.0.1'), enemy.connections]).toEqual([false, before]);
    await http.close();
  });

  it('at an address that hands out credentials is not connected to, also where private ones are allowed', async () => {
    const http = createHttpClient({
      allowPrivate: true,
      resolve: (_name, _options, callback) => callback(null, [{ address: '169.254.169.254', family: 4 }]),
    });
    for (const baseUrl of ['http://169.254.169.254/latest', 'http://[::ffff:169.254.169.254]/', 'http://metadata.google.internal/']) {
      expect(failureOf(await bench.start(null, { baseUrl }, http).result)?.kind).toBe('connect_failed');
    }
    await http.close();
  });
});

describe('an address that is saved', () => {
  const REFUSED = [
    'http://10.0.0.5/v1',
    'http://169.254.169.254/v1',
    'http://0xa9fea9fe/v1',
    'http://[::ffff:10.0.0.5]/v1',
    'http://[::127.0.0.1]/v1',
    'http://localhost:8080/v1',
    'http://metadata.google.internal/v1',
    'http://user:password@api.example/v1',
    'http://user@api.example/v1',
    'http://api.example:25/v1',
    'http://api.example:99999/v1',
    'ftp://api.example/v1',
  ];
  const catalog = (baseUrl: string) => ({
    channels: [{ id: 'c', protocol: 'openai', baseUrl, apiKey: 'a-key' }],
    models: [{ id: 'm', contextWindow: 1, maxOutputTokens: 1 }],
    routes: [{ model: 'm', type: 'ORDINARY', price: { input: '1', output: '1' }, channels: [{ channel: 'c' }] }],
  });
  const declared = (baseUrl: string) =>
    parseCatalog(JSON.stringify(catalog(baseUrl)), 'json', {
      lookup: () => undefined,
      checkAddress: problemOfAddress,
      isFolder: () => true,
    });
  const webhooks = () => {
    const alertRules = { webhooks: async () => [], addWebhook: async () => undefined } as unknown as AlertRuleStore;
    return { alertRules, clock: systemClock, problemOfAddress, sendsMail: false };
  };

  it.each(REFUSED)('is refused for a channel and for a webhook: %s', async (address) => {
    expect(() => declared(address)).toThrow(ConfigurationError);
    await expect(createWebhook(webhooks(), 'acme', address)).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'url' } });
  });

  it('is refused for a channel with a query, which would stand before every path', () => {
    for (const address of ['https://api.example/v1?x=1', 'https://api.example/v1#x'])
      expect(() => declared(address)).toThrow(ConfigurationError);
  });

  it('is taken when it is one of the internet', async () => {
    expect(declared('https://api.example:8443/v1').routing.channels).toHaveLength(1);
    expect(await createWebhook(webhooks(), 'acme', 'https://hooks.example/x')).toMatchObject({
      webhook: { url: 'https://hooks.example/x' },
    });
  });
});

describe('a receiver of webhooks that attacks', () => {
  const alert: Alert = {
    ...{ id: 'al-1', seq: 1n, ruleId: 'r', accountId: 'acme', metric: 'BALANCE', message: 'low', value: 1n, threshold: 2n },
    ...{ receiptId: null, ledgerEntryId: null, raisedAt: 0 },
  };
  const calling = async (url: string, allowPrivate: boolean, address = '127.0.0.1') => {
    const http = createHttpClient({ allowPrivate, resolve: (_name, _options, callback) => callback(null, [{ address, family: 4 }]) });
    const notifier = createNotifier({ dispatcher: http.dispatcherFor({ timeouts: TIMEOUTS }), mail: null, clock: systemClock });
    const webhook = { id: 'w', accountId: 'acme', url, createdAt: 0 };
    const told = await notifier.callWebhook({ webhook, secret: 'whsec_c2VjcmV0' }, 'd-1', alert);
    notifier.close();
    await http.close();
    return told;
  };

  it('is called at no inner address, whatever its name was when it was saved, and the log of deliveries names none', async () => {
    const inside = await attacker();
    for (const host of ['127.0.0.1', '[::1]', '0x7f000001', 'rebinding.example']) {
      const told = await calling(`http://${host}:${inside.port}/`, false);
      expect(told).toMatchObject({ ok: false, result: expect.not.stringMatching(/127|::1/) });
    }
    expect(await calling('http://rebinding.example/', true, '169.254.169.254')).toMatchObject({ ok: false });
    expect(inside.connections).toBe(0);
    inside.close();
  });

  it('redirects nobody, and tells its body to nobody', async () => {
    const [outside, inside] = await Promise.all([attacker(), attacker()]);
    outside.attack = `HTTP/1.1 302 Moved\r\nlocation: http://127.0.0.1:${inside.port}/\r\ncontent-length: 6\r\n\r\nsecret`;
    expect(await calling(`http://outside.example:${outside.port}/`, true)).toEqual({ ok: false, result: 'HTTP 302', final: false });
    expect([outside.connections, inside.connections]).toEqual([1, 0]);
    outside.close();
    inside.close();
  });
});

onEachDatabase(
  'what an upstream says of itself',
  (bed, promise) => {
    const CHAT = secretOf('chat');
    const call = async (body: object = {}) => postChat(bed.gateway.origin, CHAT, { model: 'only-ordinary', messages: HI, ...body });
    const OURS = new Set([
      ...['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding', 'cache-control', 'x-accel-buffering'],
      ...[
        'x-request-id',
        'x-forge-route-type',
        'x-forge-bucket',
        'x-forge-charge',
        'x-should-retry',
        'retry-after',
        'x-content-type-options',
      ],
    ]);
    const SPOKEN = {
      'set-cookie': 'session=theirs',
      server: 'their-gateway',
      'x-served-by': 'pod-3.internal',
      'openai-organization': 'org-theirs1234',
      'access-control-allow-origin': '*',
      'x-forge-charge': '0',
      'x-forge-bucket': 'CREDIT',
      'strict-transport-security': 'max-age=1',
    };

    for (const [name, script, body] of [
      ['an answer', {}, {}],
      ['a stream', {}, { stream: true }],
      ['an error', { status: 422 }, {}],
    ] as const) {
      promise(`comes through in no header of ${name}`, async () => {
        bed.a.next({ ...script, headers: SPOKEN });
        const response = await call(body);
        const text = await response.text();
        expect([...response.headers.keys()].filter((header) => !OURS.has(header))).toEqual([]);
        expect(`${JSON.stringify([...response.headers])}${text}`).not.toMatch(/theirs|pod-3|CREDIT/);
      });
    }

    promise('is settled like any other, with a model of a megabyte', async () => {
      bed.a.next({ text: 'fine', model: 'm'.repeat(MEBIBYTE) });
      const response = await call();
      await response.text();
      expect(await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'))).toMatchObject({
        status: 'SUCCEEDED',
        reportedModel: null,
        charge: '0.000005',
      });
    });

    promise('is clean of secrets, hosts and accounts in errors and on receipts', async () => {
      const secret = 'sk-upstream-cheap-a';
      const packed = Buffer.from(`user:${secret}`).toString('base64');
      const said = `org-Theirs123456 at POD.llm.svc.cluster.local and [2001:db8::1]:80: ${packed}, ${secret.slice(0, 9)} ${secret.slice(9)}`;
      bed.a.next({ status: 400, error: { message: said, code: packed, type: secret.toUpperCase() } });
      const response = await call();
      const { error } = (await response.json()) as { error: object };
      const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
      for (const text of [JSON.stringify(error), JSON.stringify(story)]) {
        expect(text).not.toMatch(/Theirs|cluster\.local|2001:db8|upstream-cheap|cheap-a"?,"type|UPSTREAM-CHEAP/);
        expect(text).not.toContain(packed);
      }
    });
  },
  ['sqlite'],
);
