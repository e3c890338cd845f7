/** What a client over WebSocket may take, and how it is sent away: slow, revoked, too much, or because the gateway stops. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { residentMemoryMb } from '../fault/process-memory';
import { eventually } from '../support/eventually';
import { graph } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { connectLive, openLive, type RawLiveClient } from '../support/raw-live-client';
import { tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const EVENT = 'cursor balance entry { id amount wallet { id balance held available } kind memo createdAt balanceBefore balanceAfter }';
const FOLLOW = `subscription($after: String) { spend(after: $after) { ${EVENT} } }`;
/** Of several kilobytes each: what the system keeps for who does not read is full before the first ping is missed, on a slow machine as well. */
const MEMOS = Array.from({ length: 20 }, (_, nth) => `m${nth}: memo`).join(' ');
const FOLLOW_AT_LENGTH = FOLLOW.replace(' memo ', ` ${MEMOS} `);
const BEGINNING = Buffer.from('globex:CREDIT 0 0').toString('base64url');
const [ENTRIES, FOLLOWERS] = [600, 100];
/** What 60,000 events would take many times over. */
const FLAT_MB = 120;

interface Told {
  readonly data: { readonly spend: { readonly cursor: string; readonly entry: { readonly id: string } } };
}

/** The beginning of a message of which each character comes alone. */
function inPieces(socket: RawLiveClient['socket'], pieces: number): void {
  for (let nth = 0; nth < pieces; nth += 1) socket.send('x', { fin: false });
}

/** Messages at once. */
const FLOOD = 600;

onEachDatabase(
  'a client over WebSocket',
  (bed, promise) => {
    const ask = <T>(query: string, variables: object = {}, token = OPERATOR_TOKEN) => graph<T>(bed.gateway.origin, token, query, variables);
    const topUps = async (count: number, prefix: string) => {
      for (let from = 0; from < count; from += 50) {
        const each = (nth: number) =>
          `t${nth}: topUp(accountId: "globex", bucket: CREDIT, amount: "0.000001", idempotencyKey: "${prefix}-${nth}", memo: "${'m'.repeat(200)}") { id }`;
        await ask(`mutation { ${Array.from({ length: 50 }, (_, nth) => each(from + nth)).join('\n')} }`);
      }
    };
    const eventsOf = (client: RawLiveClient, id: string) =>
      client.heard.filter((message) => message.id === id && message.type === 'next').map(({ payload }) => (payload as Told).data.spend);

    promise(
      'that does not read costs no memory, is told to resume, and then misses nothing and gets nothing twice',
      async () => {
        await topUps(ENTRIES, 'slow');
        const silent = await connectLive(bed.gateway.origin, ACME, { autoPong: false });
        const slow = await connectLive(bed.gateway.origin, tokenOf('globex'));
        const before = residentMemoryMb(bed.gateway.pid);
        slow.socket.pause();
        for (let nth = 0; nth < FOLLOWERS; nth += 1) slow.subscribe(`s${nth}`, FOLLOW_AT_LENGTH, { after: BEGINNING });
        await eventually(() => expect(bed.gateway.stderr).toContain('does not read was told to resume'));
        expect(residentMemoryMb(bed.gateway.pid) - before).toBeLessThan(FLAT_MB);
        slow.socket.resume();
        expect(await slow.closed).toMatchObject({ code: 1013, reason: expect.stringContaining('come back with your last cursor') });
        const seen = eventsOf(slow, 's0');
        const resumed = await connectLive(bed.gateway.origin, tokenOf('globex'));
        resumed.subscribe('again', FOLLOW, { after: seen.at(-1)?.cursor ?? BEGINNING });
        const all = () => [...seen, ...eventsOf(resumed, 'again')].map(({ entry }) => entry.id);
        await eventually(() => expect(all().length).toBeGreaterThanOrEqual(ENTRIES));
        const { ledgerEntries } = await ask<{ ledgerEntries: { nodes: { id: string }[] } }>(
          '{ ledgerEntries(first: 100) { nodes { id } } }',
          {},
          tokenOf('globex'),
        );
        expect(new Set(all()).size).toBe(all().length);
        expect(all()).toEqual(expect.arrayContaining(ledgerEntries.nodes.map(({ id }) => id)));
        resumed.socket.close();
        // Nor is anybody kept who answers no ping.
        expect(await silent.closed).toMatchObject({ code: 1006 });
      },
      600_000,
    );

    promise('may have so many operations and so many connections, and is told so', async () => {
      const client = await connectLive(bed.gateway.origin, ACME);
      for (let nth = 0; nth <= 100; nth += 1) client.subscribe(`s${nth}`, 'subscription { spend { cursor } }');
      const refused = await client.hears(({ type }) => type === 'error');
      const [said] = refused.payload as { readonly message: string; readonly extensions: object }[];
      const cause = { code: 'RATE_LIMITED', faultCode: 'rate_limit_exceeded', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) };
      expect([refused.id, said?.extensions]).toEqual(['s100', cause]);
      expect(said?.message).toMatch(/100 operations at a time/);
      client.socket.close();
      const many: RawLiveClient[] = [];
      const opened = async () => {
        const next = await openLive(bed.gateway.origin);
        many.push(next);
        next.send({ type: 'connection_init', payload: { authorization: `Bearer ${tokenOf('poor')}` } });
        return Promise.race([next.hears(({ type }) => type === 'connection_ack'), next.closed]);
      };
      for (let nth = 0; nth < 1_000; nth += 100) await Promise.all(Array.from({ length: 100 }, opened));
      expect(await opened()).toMatchObject({ code: 1013, reason: expect.stringContaining('1000 connections') });
      for (const { socket } of many) socket.terminate();
    });

    promise('may ask for more at once than runs at a time, and has an answer to each', async () => {
      const client = await connectLive(bed.gateway.origin, ACME);
      const asked = Array.from({ length: 40 }, (_, nth) => `q${nth}`);
      // Of what is read in a thread, and so is still running when the next one comes.
      for (const id of asked) client.subscribe(id, '{ verifyLedger(walletId: "acme:RMB") { ok } }');
      const answers = () => client.heard.filter(({ type }) => type === 'next' || type === 'error');
      await eventually(() => expect(answers()).toHaveLength(asked.length));
      expect(new Set(answers().map(({ id }) => id))).toEqual(new Set(asked));
      for (const { payload } of answers()) expect(payload).toEqual({ data: { verifyLedger: { ok: true } } });
      client.socket.close();
    });

    promise('whose token was revoked or has expired is cut off', async () => {
      const make = async (name: string, expiresAt: string | null) =>
        (
          await ask<{ createAccountToken: { secret: string; token: { id: string } } }>(
            'mutation($n: String!, $e: DateTime) { createAccountToken(name: $n, role: MEMBER, expiresAt: $e) { secret token { id } } }',
            { n: name, e: expiresAt },
            ACME,
          )
        ).createAccountToken;
      const [revoked, expiring] = [await make('revoked', null), await make('expiring', new Date(Date.now() + 12_000).toISOString())];
      const clients = await Promise.all([revoked, expiring].map(({ secret }) => connectLive(bed.gateway.origin, secret)));
      for (const client of clients) client.subscribe('s', 'subscription { spend { cursor } }');
      await ask('mutation($id: ID!) { revokeAccountToken(id: $id) { id } }', { id: revoked.token.id }, ACME);
      for (const client of clients) expect(await client.closed).toMatchObject({ code: 4403 });
    });

    promise('that breaks the protocol is closed with the code that says how, and nobody else is disturbed', async () => {
      const quiet = await connectLive(bed.gateway.origin, ACME);
      const init = { type: 'connection_init', payload: { authorization: `Bearer ${ACME}` } };
      const breaks: [string, (client: RawLiveClient) => void, number][] = [
        ['no JSON', ({ send }) => send('{"type":'), 4400],
        ['an unknown message', ({ send }) => send({ type: 'start' }), 4400],
        ['a question before it is known', ({ subscribe }) => subscribe('s', '{ __typename }'), 4401],
        ['a token of nobody', ({ send }) => send({ ...init, payload: { authorization: 'Bearer sk-tf-nobody' } }), 4401],
        ['two introductions', ({ send }) => [init, init].forEach(send), 4429],
        ['a message of more than 128 KiB', ({ send }) => send('x'.repeat(129 * 1024)), 1009],
        ['a message in thousands of pieces', ({ socket }) => inPieces(socket, 3_000), 1008],
        ['silence', () => undefined, 4408],
        ...['x'.repeat(120), '世'.repeat(60), 'x'.repeat(60_000)].map((id): [string, (client: RawLiveClient) => void, number] => [
          `the same id twice, of ${id.length} characters`,
          (client) => {
            client.send(init);
            const subscribe = () => client.subscribe(id, 'subscription { spend { cursor } }');
            client
              .hears(({ type }) => type === 'connection_ack')
              .then(subscribe)
              .then(subscribe, () => undefined);
          },
          4409,
        ]),
      ];
      const ends = await Promise.all(
        breaks.map(async ([how, breakIt, code]) => {
          const client = await openLive(bed.gateway.origin);
          breakIt(client);
          return { how, code, closed: (await client.closed).code };
        }),
      );
      expect(ends.filter(({ code, closed }) => code !== closed)).toEqual([]);
      const foreign = await openLive(bed.gateway.origin, { protocol: 'graphql-ws' });
      expect((await foreign.closed).code).toBe(1006);
      quiet.subscribe('q', '{ wallets { id } }');
      expect(await quiet.hears(({ type }) => type === 'next')).toMatchObject({ payload: { data: { wallets: expect.any(Array) } } });
      quiet.socket.close();
    });

    promise('whose subscription a directive leaves without a field is told so, and follows on what else it follows', async () => {
      const client = await connectLive(bed.gateway.origin, ACME);
      const empty = [
        'subscription($on: Boolean = false) { spend @include(if: $on) { cursor } }',
        'subscription { ... @skip(if: true) { spend { cursor } } }',
        'subscription { ...s } fragment s on Subscription { ...s spend @skip(if: true) { cursor } }',
      ];
      for (const [nth, query] of empty.entries()) {
        client.subscribe(String(nth), query);
        const { payload } = await client.hears(({ id, type }) => id === String(nth) && type === 'error');
        expect(payload).toContainEqual(expect.objectContaining({ message: expect.stringContaining('takes no @skip and no @include') }));
      }
      client.subscribe('q', '{ __typename }');
      expect(await client.hears(({ id, type }) => id === 'q' && type === 'next')).toMatchObject({ payload: { data: {} } });
      client.socket.close();
    });

    promise('may call an operation what it likes, also as something that every object has', async () => {
      const client = await connectLive(bed.gateway.origin, ACME);
      for (const named of ['constructor', '__proto__']) {
        client.subscribe(named, '{ __typename }');
        expect(await client.hears(({ id, type }) => id === named && type === 'next')).toMatchObject({
          payload: { data: { __typename: 'Query' } },
        });
      }
      client.socket.close();
    });

    promise('that asks for one where there is none is not kept, although it keeps its own side open', async () => {
      const { hostname, port } = new URL(bed.gateway.origin);
      const strangers = Array.from({ length: 20 }, () => {
        const stranger = connect({ host: hostname, port: Number(port), allowHalfOpen: true }).on('error', () => undefined);
        stranger.write('GET /elsewhere HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
        return stranger;
      });
      const answers = await Promise.all(strangers.map((stranger) => once(stranger, 'data')));
      expect(answers.every(([answer]) => String(answer).startsWith('HTTP/1.1 404 '))).toBe(true);
      // Whoever writes to a connection that is closed is told by a reset.
      const reset = strangers.map((stranger) => new Promise((resolve) => stranger.once('error', resolve)));
      const writing = setInterval(() => {
        for (const stranger of strangers) stranger.write('x');
      }, 20);
      await Promise.all(reset);
      clearInterval(writing);
    });

    /** How many answers others got, one after the other, while half of a flood was taken. */
    async function answeredDuringFlood(): Promise<number> {
      const { hostname, port } = new URL(bed.gateway.origin);
      const flooder = connect(Number(port), hostname).on('error', () => undefined);
      const key = `sec-websocket-version: 13\r\nsec-websocket-key: ${Buffer.alloc(16).toString('base64')}\r\n`;
      const upgrade = `connection: upgrade\r\nupgrade: websocket\r\n${key}sec-websocket-protocol: graphql-transport-ws\r\n`;
      flooder.write(`GET /graphql HTTP/1.1\r\nhost: here\r\n${upgrade}\r\n`);
      await once(flooder, 'data');
      flooder.write(frameOf({ type: 'connection_init', payload: { authorization: `Bearer ${ACME}`, why: 'to flood'.repeat(9) } }));
      await once(flooder, 'data');
      const query = `{ ${'__typename '.repeat(1_900)} }`;
      const asking = Array.from({ length: FLOOD }, (_, nth) => frameOf({ id: `q${nth}`, type: 'subscribe', payload: { query } }));
      let refused = 0;
      flooder.on('data', (piece: Buffer) => {
        refused += piece.toString('latin1').split('"type":"error"').length - 1;
      });
      flooder.write(Buffer.concat(asking));
      let answered = 0;
      while (refused < FLOOD / 2) {
        await (await fetch(`${bed.gateway.origin}/healthz`)).text();
        answered += 1;
      }
      flooder.destroy();
      return answered;
    }

    promise('that floods has its messages taken between those of everybody else', async () => {
      // Of a flood that is taken at once it is one. Where this process has to wait for the machine it may be few, but not again and again.
      await eventually(async () => expect(await answeredDuringFlood()).toBeGreaterThan(10));
    });

    promise('is told to go when the gateway stops, and goes on where it was when there is one again', async () => {
      const client = await connectLive(bed.gateway.origin, tokenOf('globex'));
      client.subscribe('s', FOLLOW, { after: BEGINNING });
      await topUps(50, 'drained');
      await eventually(() => expect(eventsOf(client, 's').length).toBeGreaterThan(0));
      const stopped = bed.gateway.stop();
      expect(await client.closed).toMatchObject({ code: 1001, reason: expect.stringContaining('come back') });
      expect((await stopped).code).toBe(0);
      bed.gateway = await startGateway(bed.gateway.settings);
      const last = eventsOf(client, 's').at(-1);
      await topUps(50, 'after');
      const resumed = await connectLive(bed.gateway.origin, tokenOf('globex'));
      resumed.subscribe('s', FOLLOW, { after: last?.cursor });
      await eventually(() => expect(eventsOf(resumed, 's').length).toBeGreaterThanOrEqual(50));
      const ids = [...eventsOf(client, 's'), ...eventsOf(resumed, 's')].map(({ entry }) => entry.id);
      expect(new Set(ids).size).toBe(ids.length);
      resumed.socket.close();
    });
  },
  ['sqlite'],
);

/** A message of 126 bytes to 64 KiB as a client sends it (RFC 6455, 5.2), masked with nothing. */
function frameOf(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from([0x81, 0xfe, text.length >> 8, text.length & 0xff, 0, 0, 0, 0]), text]);
}
