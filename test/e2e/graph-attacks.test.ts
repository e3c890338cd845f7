/** The one list of attacks on the graph and what each is answered, in production, over HTTP and, where it applies, over WebSocket. */
import { request as httpRequest } from 'node:http';
import { graph, graphAnswer, postChat } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { connectLive } from '../support/raw-live-client';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');

interface Attack {
  readonly attack: string;
  readonly query: string;
  readonly variables?: object;
  readonly operationName?: string;
  /** What the answer says. */
  readonly says: RegExp;
  /** Refused before anything runs; false: while it runs. */
  readonly before?: boolean;
}

const times = (count: number, text: (nth: number) => string) => Array.from({ length: count }, (_, nth) => text(nth)).join(' ');
const nested = (levels: number) =>
  `{ receipts { nodes ${'{ apiKey { receipts { nodes '.repeat(levels)} { id } ${'} } }'.repeat(levels)} } }`;
const doubling = (levels: number) => times(levels, (nth) => `fragment f${nth} on Query { ...f${nth + 1} ...f${nth + 1} }`);

/** Each of these is sent over HTTP and over WebSocket. */
const ATTACKS: readonly Attack[] = [
  { attack: 'deep nesting', query: nested(6), says: /levels, and 12 are allowed/ },
  {
    attack: 'pages within pages',
    query:
      '{ receipts(first: 100) { nodes { apiKey { receipts(first: 100) { nodes { apiKey { receipts(first: 100) { nodes { id } } } } } } } } }',
    says: /more than 12000 nodes/,
    before: false,
  },
  {
    attack: 'a flood of aliases',
    query: `{ ${times(51, (nth) => `a${nth}: wallets { id }`)} }`,
    says: /51 renamed fields, and 50 are allowed/,
  },
  {
    attack: 'a flood of aliases within a list',
    query: `{ wallets { ${times(51, (nth) => `a${nth}: balance`)} } }`,
    says: /renamed fields/,
  },
  {
    attack: 'a flood of renamed __typename',
    query: `{ wallets { ${times(51, (nth) => `a${nth}: __typename`)} } }`,
    says: /renamed fields/,
  },
  {
    attack: 'a flood of __typename',
    query: `{ wallets { ${times(2_001, () => '__typename')} } }`,
    says: /fields in all, and 2000 are allowed/,
  },
  {
    attack: 'the same field over and over',
    query: `{ ${times(1_000, () => 'wallets { id }')} }`,
    says: /fields at the root, and 50 are allowed/,
  },
  {
    attack: 'fragments in a circle',
    query: 'query { ...a } fragment a on Query { ...b } fragment b on Query { ...a }',
    says: /Cannot spread fragment/,
  },
  { attack: 'a fragment within itself', query: '{ wallets { ...w } } fragment w on Wallet { id ...w }', says: /Cannot spread fragment/ },
  {
    attack: 'fragments that double forty times',
    query: `query { ...f0 } ${doubling(40)} fragment f40 on Query { wallets { id } }`,
    says: /fields in all/,
  },
  {
    attack: 'many directives on one field',
    query: `{ wallets ${times(800, () => '@include(if: true)')} { id } }`,
    says: /can only be used once|tokens/,
  },
  { attack: 'many unknown directives', query: `{ wallets ${times(1_500, (nth) => `@d${nth}`)} { id } }`, says: /Unknown directive/ },
  { attack: '@defer', query: '{ wallets { id ... @defer { balance } } }', says: /Unknown directive "@defer"/ },
  { attack: '@stream', query: '{ wallets @stream(initialCount: 1) { id } }', says: /Unknown directive "@stream"/ },
  {
    attack: 'a document of too many tokens',
    query: `{ ${times(2_600, () => 'id')} ${times(2_600, () => 'id')} }`,
    says: /more tha[nt] 5000 tokens/,
  },
  { attack: 'a document of one long name', query: `{ ${'x'.repeat(100_000)} }`, says: /Cannot query field/ },
  { attack: 'brackets without end', query: '{'.repeat(4_000), says: /Syntax Error/ },
  { attack: 'lists without end', query: `{ receipts(filter: ${'['.repeat(4_000)}`, says: /nested too deeply|cannot be read|Syntax Error/ },
  { attack: 'introspection', query: '{ __schema { types { name } } }', says: /introspection/i },
  { attack: 'introspection of a type', query: '{ __type(name: "Query") { name } }', says: /introspection/i },
  {
    attack: 'introspection through a fragment',
    query: '{ ...s } fragment s on Query { __schema { queryType { name } } }',
    says: /introspection/i,
  },
  { attack: 'introspection under another name', query: '{ innocent: __schema { queryType { name } } }', says: /introspection/i },
  { attack: 'a field that nearly exists', query: '{ walets { id } }', says: /Cannot query field "walets" on type "Query"\.$/ },
  { attack: 'a type that nearly exists', query: '{ ... on Querry { wallets { id } } }', says: /Unknown type "Querry"\.$/ },
  {
    attack: 'an argument that nearly exists',
    query: '{ receipts(frst: 1) { nodes { id } } }',
    says: /Unknown argument "frst" on field "Query\.receipts"\.$/,
  },
  {
    attack: 'a word that nearly exists',
    query: '{ receipts(filter: { status: SUCCEDED }) { nodes { id } } }',
    says: /does not exist in "RequestStatus" enum\.$/,
  },
  {
    attack: 'a word that nearly exists, in a variable',
    query: 'query($f: ReceiptFilter) { receipts(filter: $f) { nodes { id } } }',
    variables: { f: { status: 'SUCCEDED' } },
    says: /does not exist in "RequestStatus" enum\.$/,
  },
  {
    attack: 'a member that nearly exists, in a variable',
    query: 'query($f: ReceiptFilter) { receipts(filter: $f) { nodes { id } } }',
    variables: { f: { modell: 'x' } },
    says: /Field "modell" is not defined by type "ReceiptFilter"\.$/,
  },
  {
    attack: 'a variable of another type',
    query: 'query($n: Int) { receipts(first: $n) { nodes { id } } }',
    variables: { n: 'many' },
    says: /Variable "\$n" got invalid value "many"/,
  },
  {
    attack: 'a variable that is missing',
    query: 'query($id: ID!) { receipt(id: $id) { id } }',
    says: /Variable "\$id" of required type "ID!" was not provided/,
  },
  { attack: 'a page of a million', query: '{ receipts(first: 1000000) { nodes { id } } }', says: /first must be/, before: false },
  { attack: 'two operations and no name', query: 'query a { wallets { id } } query b { wallets { id } }', says: /operation/i },
  { attack: 'an operation that is not there', query: 'query a { wallets { id } }', operationName: 'b', says: /operation/i },
  {
    attack: 'lists inside of lists, which multiply',
    query: `{ projects { ${'apiKeys { project { '.repeat(5)} id ${'} }'.repeat(5)} } }`,
    says: /100000 objects: ask for smaller pages/,
    before: false,
  },
  {
    attack: 'many fields of each of many objects',
    query: `{ projects { ${'apiKeys { project { '.repeat(2)} apiKeys { ${times(50, (nth) => `a${nth}: id`)} } ${'} }'.repeat(2)} } }`,
    says: /more than 1000000 fields: ask for/,
    before: false,
  },
  {
    attack: 'long names of fields inside of lists',
    query: `{ projects { apiKeys { project { apiKeys { ${times(50, (nth) => `${'x'.repeat(2_000)}${nth}: id`)} } } } } }`,
    says: /longer than \d+ characters: ask for fewer fields/,
    before: false,
  },
  {
    attack: 'a mutation by somebody who may not',
    query: 'mutation { topUp(accountId: "acme", bucket: RMB, amount: "1", idempotencyKey: "x") { id } }',
    says: /operator/,
    before: false,
  },
];

interface Said {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string; readonly requestId?: string } }[];
}

/** What no answer may hold, whatever was asked. */
const NEVER = [
  /Did you mean/i,
  /\n\s+at /,
  /stacktrace/i,
  /node_modules/,
  /\.[jt]s:\d/,
  /dist\/src/,
  /SELECT |SQLITE|\bER_[A-Z]|call stack/,
];

onEachDatabase(
  'an attack on the graph',
  (bed, promise) => {
    let ready = false;
    /** As it is run where it counts. */
    const production = async () => {
      if (!ready) {
        await bed.gateway.stop();
        bed.gateway = await startGateway({
          ...bed.gateway.settings,
          environment: { NODE_ENV: 'production', UPSTREAM_ALLOW_PRIVATE: 'true' },
        });
        for (let nth = 0; nth < 12; nth += 1) {
          await (await postChat(bed.gateway.origin, secretOf('chat'), { model: 'small', messages: HI })).text();
        }
        const keys = times(50, (nth) => `k${nth}: createApiKey(input: { name: "k", projectId: "acme-bots" }) { apiKey { id } }`);
        await graph(bed.gateway.origin, ACME, `mutation { ${keys} }`);
        ready = true;
      }
      return bed.gateway.origin;
    };
    const judge = ({ attack, says, before = true }: Attack, said: Said): string[] => {
      const text = JSON.stringify(said).replaceAll('\\n', '\n');
      const faults = [
        ...(said.errors?.some(({ message }) => says.test(message)) === true ? [] : ['is not answered as promised']),
        ...(said.errors?.every(({ extensions }) => typeof extensions?.code === 'string' && typeof extensions.requestId === 'string') ===
        true
          ? []
          : ['has an error without code or request id']),
        ...(before && said.data !== undefined && said.data !== null ? ['was run'] : []),
        ...(text.length > 64_000 ? ['has an answer of more than 64 KB'] : []),
        ...NEVER.filter((never) => never.test(text)).map((never) => `says ${never}`),
      ];
      return faults.map((fault) => `${attack} ${fault}: ${text.slice(0, 400)}`);
    };
    const post = async (body: string, headers: Record<string, string> = {}, method = 'POST', path = '/graphql') => {
      const given = { 'content-type': 'application/json', authorization: `Bearer ${ACME}`, ...headers };
      const response = await fetch((await production()) + path, { method, headers: given, ...(method === 'GET' ? {} : { body }) });
      return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
    };

    promise(
      'over HTTP is refused with its reason, and with nothing of the inside',
      async () => {
        const faults: string[] = [];
        for (const each of ATTACKS) {
          const { query, variables, operationName } = each;
          faults.push(...judge(each, JSON.parse((await post(JSON.stringify({ query, variables, operationName }))).text) as Said));
        }
        expect(faults).toEqual([]);
      },
      600_000,
    );

    promise(
      'over WebSocket is refused alike',
      async () => {
        const client = await connectLive(await production(), ACME);
        const faults: string[] = [];
        for (const [nth, each] of ATTACKS.entries()) {
          const { query, variables, operationName } = each;
          const id = String(nth);
          client.send({
            id,
            type: 'subscribe',
            payload: { query, ...(variables && { variables }), ...(operationName && { operationName }) },
          });
          const { type, payload } = await client.hears((message) => message.id === id && message.type !== 'complete');
          faults.push(...judge(each, type === 'error' ? { errors: payload as NonNullable<Said['errors']> } : (payload as Said)));
        }
        client.socket.close();
        expect(faults).toEqual([]);
      },
      600_000,
    );

    const wallets = JSON.stringify({ query: '{ wallets { id } }' });
    const topUp = 'mutation { topUp(accountId: "acme", bucket: RMB, amount: "1", idempotencyKey: "x") { id } }';
    const getOf = (query: string) => `/graphql?query=${encodeURIComponent(query)}`;
    const rows: readonly [attack: string, ask: () => ReturnType<typeof post>, status: number | readonly number[], says: RegExp][] = [
      ['a batch', () => post(`[${times(100, () => wallets).replaceAll('} {', '},{')}]`), 400, /batch/i],
      ['a mutation by GET', () => post('', {}, 'GET', getOf(topUp)), 405, /GET/],
      [
        'a query by GET from another site, whose pages cannot name a caller',
        () => post('', { 'content-type': 'text/plain', authorization: '' }, 'GET', getOf('{ wallets { id } }')),
        401,
        /UNAUTHENTICATED/,
      ],
      ['text from another site', () => post(wallets, { 'content-type': 'text/plain' }), [400, 415], /content/i],
      [
        'a form from another site',
        () => post(`query=${encodeURIComponent('{ wallets { id } }')}`, { 'content-type': 'application/x-www-form-urlencoded' }),
        [400, 415],
        /./,
      ],
      ['a form with files', () => post('--x--', { 'content-type': 'multipart/form-data; boundary=x' }), [400, 415], /./],
      [
        'a persisted query',
        () => post(JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } })),
        [200, 400],
        /PERSISTED_QUERY_NOT_SUPPORTED/,
      ],
      [
        'a body of more than a megabyte',
        () => post(JSON.stringify({ query: '{ wallets { id } }', variables: { x: 'x'.repeat(1024 * 1024) } })),
        413,
        /too large/,
      ],
      [
        'a variable of nearly a megabyte',
        () => post(JSON.stringify({ query: 'query($id: ID!) { receipt(id: $id) { id } }', variables: { id: 'x'.repeat(900_000) } })),
        200,
        /"receipt":null/,
      ],
      [
        'variables ten thousand levels deep',
        () => post(`{"query":"{ wallets { id } }","variables":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`),
        [200, 400],
        /./,
      ],
      ['a prototype in the variables', () => post('{"query":"{ wallets { id } }","variables":{"__proto__":{"x":1}}}'), 400, /./],
      ['no JSON', () => post('{"query":'), 400, /./],
      ['no query', () => post('{}'), 400, /body missing.*requestId/],
      ['a query that is no text', () => post('{"query":{"a":1}}'), 400, /must be strings.*requestId/],
      [
        'a browser that looks for a page',
        () => post('', { accept: 'text/html', 'content-type': 'text/plain' }, 'GET'),
        [400, 415],
        /"errors"/,
      ],
      ['a method that is none of it', () => post('{}', {}, 'PUT'), 405, /send .*POST/],
      ['a stranger', () => post(wallets, { authorization: 'Bearer nobody' }), 401, /unknown|UNAUTHENTICATED/],
    ];
    promise('by the way it is sent is refused with its reason', async () => {
      const faults: string[] = [];
      for (const [attack, ask, status, says] of rows) {
        const answer = await ask();
        const asPromised = [status].flat().includes(answer.status) && says.test(answer.text) && answer.type.includes('json');
        const leaks = NEVER.filter((never) => never.test(answer.text));
        if (!asPromised || leaks.length > 0)
          faults.push(`${attack}: ${answer.status} ${answer.type} ${answer.text.slice(0, 300)} ${leaks.join()}`);
      }
      expect(faults).toEqual([]);
    });

    promise('by requests that are never finished holds up nobody', async () => {
      const { hostname, port } = new URL(await production());
      const slow = Array.from({ length: 300 }, () => {
        const headers = { authorization: `Bearer ${ACME}`, 'content-type': 'application/json', 'content-length': 1_000 };
        const unfinished = httpRequest({ hostname, port, path: '/graphql', method: 'POST', headers });
        unfinished.on('error', () => undefined).write('{"query":"');
        return unfinished;
      });
      await Promise.all(
        slow.map(
          (each) => new Promise<void>((resolve) => (each.socket?.connecting === false ? resolve() : each.once('socket', () => resolve()))),
        ),
      );
      for (let nth = 0; nth < 20; nth += 1) await graph(bed.gateway.origin, ACME, '{ wallets { id } }');
      for (const each of slow) each.destroy();
    });

    promise('leaves the graph as it was: an honest query of every limit is still answered', async () => {
      const honest = `{ receipts(first: 100) { nodes { id attempts { id channel { id } } ledgerEntries { id wallet { id } } } } ${times(40, (nth) => `a${nth}: wallets { id }`)} }`;
      expect((await graphAnswer(await production(), ACME, honest)).errors).toBeUndefined();
    });
  },
  ['sqlite'],
);
