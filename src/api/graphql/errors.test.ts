import { ACME, CHAT, type GraphWorld, graphWorld } from '../../../test/support/graph-world';
import { Fault } from '../../kernel/fault';

let world: GraphWorld;

beforeEach(async () => {
  world = await graphWorld();
});

afterEach(() => world.app.close());

describe('errors', () => {
  it('of ours carry message, code and request id', async () => {
    const { errors } = await world.ask(ACME, '{ receipts(first: 0) { nodes { id } } }');
    expect(errors[0]?.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      faultCode: 'invalid_request',
      param: 'first',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('of what broke inside are masked, and logged under the same request id', async () => {
    world.reader.wallets = async () => {
      throw new Error('password of the database: hunter2');
    };
    const { errors } = await world.ask(ACME, '{ wallets { id } }');
    expect(errors).toEqual([
      {
        message: 'Internal error',
        locations: expect.anything(),
        path: ['wallets'],
        extensions: expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' }),
      },
    ]);
    expect(world.logged).toEqual([expect.objectContaining({ request: errors[0]?.extensions['requestId'] })]);
  });

  it('of a database that is away say that it passes, and are logged with what it said', async () => {
    const away = new Fault('temporarily_unavailable', 'The database cannot answer now.', { cause: new Error('ECONNREFUSED') });
    world.reader.wallets = () => Promise.reject(away);
    const { errors } = await world.ask(ACME, '{ wallets { id } }');
    expect(errors).toMatchObject([{ message: away.publicMessage, extensions: { code: 'SERVICE_UNAVAILABLE', faultCode: away.code } }]);
    expect(world.logged).toMatchObject([{ request: errors[0]?.extensions['requestId'], err: { originalError: away } }]);
  });

  it('of a query say what is wrong with it', async () => {
    const { status, errors } = await world.ask(ACME, '{ receipts { nodes { nothing } } }');
    expect([status, errors[0]?.extensions['code']]).toEqual([200, 'GRAPHQL_VALIDATION_FAILED']);
    expect(errors[0]?.message).toContain('nothing');
    expect(world.logged).toEqual([]);
  });

  it('of a query, or of a variable, are a few however much is wrong with it: each of them takes its time', async () => {
    const wrong = (text: (nth: number) => string) => Array.from({ length: 400 }, (_, nth) => text(nth)).join(' ');
    const ofQuery = await world.ask(ACME, `query(${wrong((nth) => `$a${nth}: Strin`)}) { wallets { id } }`);
    expect([ofQuery.errors.length, ofQuery.errors.at(-1)?.message]).toEqual([11, expect.stringContaining('Too many validation errors')]);
    const filter = Object.fromEntries(Array.from({ length: 400 }, (_, nth) => [`modell${nth}`, 'x']));
    const ofVariable = await world.ask(ACME, 'query($f: ReceiptFilter) { receipts(filter: $f) { nodes { id } } }', { f: filter });
    expect([ofVariable.errors.length, ofVariable.errors.at(-1)?.message]).toEqual([4, expect.stringContaining('Too many errors')]);
    for (const { extensions } of ofVariable.errors) expect(extensions['code']).toBe('BAD_USER_INPUT');
    expect(world.logged).toEqual([]);
  });

  it('of a subscription that comes over HTTP say where it is served, and are not logged', async () => {
    const { status, data, errors } = await world.ask(ACME, 'subscription { spend { cursor } }');
    expect([status, data ?? null]).toEqual([200, null]);
    expect(errors).toMatchObject([{ message: expect.stringContaining('over WebSocket') }]);
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', faultCode: 'invalid_request', requestId: expect.any(String) });
    expect(world.logged).toEqual([]);
  });

  it('of a condition on the field of a subscription say that it takes none, over HTTP too', async () => {
    const { status, errors } = await world.ask(ACME, 'subscription Follow($on: Boolean = false) { spend @include(if: $on) { cursor } }');
    expect([status, errors[0]?.extensions['faultCode']]).toEqual([400, 'invalid_request']);
    expect(errors[0]?.message).toContain('no @include');
    expect(world.logged).toEqual([]);
  });

  it('of a value say what it must be', async () => {
    const query = 'query Of($from: DateTime) { receipts(filter: { from: $from }) { nodes { id } } }';
    const { errors } = await world.ask(ACME, query, { from: 'yesterday' });
    expect(errors[0]?.message).toContain('2026-03-01T12:00:00Z');
    expect(errors[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });

  it.each([
    [
      '{ receipts(filter: { from: "yesterday" }) { nodes { id } } }',
      'type "DateTime", found "yesterday"',
      'such as "2026-03-01T12:00:00Z"',
      28,
    ],
    [
      'mutation { refund(amount: 1.5, receiptId: "r", idempotencyKey: "k", memo: "m") { id } }',
      'type "Decimal", found 1.5',
      'such as "12.5"',
      27,
    ],
  ])('of a value in the query say where it stands, and what it is and must be: %s', async (query, found, rule, column) => {
    const { errors } = await world.ask(ACME, query);
    expect(errors).toMatchObject([{ locations: [{ line: 1, column }], extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    expect(errors[0]?.message).toContain(found);
    expect(errors[0]?.message).toContain(rule);
  });

  it('of a body in another type say which one it must have', async () => {
    const headers = { authorization: `Bearer ${ACME}`, 'content-type': 'application/graphql' };
    const response = await world.app.inject({ method: 'POST', url: '/graphql', headers, payload: '{ __typename }' });
    const told = { message: 'The body must be application/json.', extensions: { faultCode: 'unsupported_media_type' } };
    expect([response.statusCode, response.json()]).toMatchObject([415, { errors: [told] }]);
  });

  it('of a body that is no JSON have the shape of the graph', async () => {
    const headers = { authorization: `Bearer ${ACME}`, 'content-type': 'application/json' };
    const response = await world.app.inject({ method: 'POST', url: '/graphql', headers, payload: '{' });
    expect([response.statusCode, response.json()]).toMatchObject([400, { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }]);
  });

  it('suggest no names and show no schema when introspection is off', async () => {
    const closed = await graphWorld({ introspection: false });
    const answers = [await closed.ask(ACME, '{ receiptz { nodes { id } } }'), await closed.ask(ACME, '{ __schema { types { name } } }')];
    await closed.app.close();
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(JSON.stringify(answers)).not.toMatch(/did you mean/i);
    expect(answers[1]?.errors[0]?.message).toMatch(/^Introspection is off here: .*GRAPHQL_INTROSPECTION=true/);
  });

  it('meet what a foreign site could send: a form of text, and whatever names no caller', async () => {
    const text = { 'content-type': 'text/plain', authorization: `Bearer ${ACME}` };
    const payload = '{"query":"{ __typename }"}';
    const form = await world.app.inject({ method: 'POST', url: '/graphql', headers: text, payload });
    const link = await world.app.inject({ method: 'GET', url: '/graphql?query={__typename}' });
    expect([form.statusCode, link.statusCode]).toEqual([400, 401]);
  });

  it('do not meet a query by GET that names its caller, which no foreign site can have sent', async () => {
    const headers = { authorization: `Bearer ${ACME}` };
    const response = await world.app.inject({ method: 'GET', url: '/graphql?query={__typename}', headers });
    expect([response.statusCode, response.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
    expect(response.headers['cache-control']).toBe('no-store');
  });
});

describe('limits', () => {
  const nested = (depth: number) =>
    `{ receipts { nodes ${'{ apiKey { receipts { nodes '.repeat(depth)} { id } ${'} } }'.repeat(depth)} } }`;

  it.each([
    ['too deep', nested(4), 'levels'],
    ['too many renamed fields', `{ ${Array.from({ length: 51 }, (_, index) => `a${index}: wallets { id }`).join(' ')} }`, 'renamed'],
    ['too many fields at the root', `{ ${'wallets { id } '.repeat(51)} }`, 'at the root'],
    ['too long', `{ wallets { ${'id '.repeat(6_000)} } }`, 'tokens'],
    ['too many fields through fragments', fragmentBomb(), 'fields in all'],
  ])('refuse a query that is %s', async (_what, query, words) => {
    const { status, errors } = await world.ask(CHAT, query);
    expect(status).toBe(200);
    expect(errors.some((error) => error.message.includes(words))).toBe(true);
  });

  it('measure a fragment within itself without end', async () => {
    const { status } = await world.ask(CHAT, 'query { ...A } fragment A on Query { wallets { id } ...B } fragment B on Query { ...A }');
    expect(status).toBe(200);
  });

  it('measure fragments that double without a field in as many steps as they have text', async () => {
    const doubling = Array.from({ length: 60 }, (_, index) => `fragment F${index + 1} on Query { ...F${index} ...F${index} }`);
    const { status } = await world.ask(CHAT, `{ ...F60 } fragment F0 on Query { ...Missing } ${doubling.join(' ')}`);
    expect(status).toBe(200);
  });

  it('let introspection of tools pass', async () => {
    const type = '{ kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } }';
    const { errors } = await world.ask(CHAT, `{ __schema { types { name fields { name args { name type ${type} } type ${type} } } } }`);
    expect(errors).toEqual([]);
  });

  it('let introspection tell tools only such places of directives as were published: older ones know no other, and read nothing then', async () => {
    const { data } = await world.ask(CHAT, '{ __schema { directives { name locations } } }');
    const { directives } = (data?.['__schema'] ?? { directives: [] }) as Directives;
    expect(directives.map(({ name }) => name)).toEqual(expect.arrayContaining(['include', 'skip', 'deprecated']));
    expect(directives.flatMap(({ locations }) => locations).filter((each) => !PUBLISHED_PLACES.has(each))).toEqual([]);
  });
});

interface Directives {
  readonly directives: readonly { readonly name: string; readonly locations: readonly string[] }[];
}

/** Of the specification of October 2021. */
const PUBLISHED_PLACES: ReadonlySet<string> = new Set([
  ...['QUERY', 'MUTATION', 'SUBSCRIPTION', 'FIELD', 'FRAGMENT_DEFINITION', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT', 'VARIABLE_DEFINITION'],
  ...['SCHEMA', 'SCALAR', 'OBJECT', 'FIELD_DEFINITION', 'ARGUMENT_DEFINITION', 'INTERFACE', 'UNION'],
  ...['ENUM', 'ENUM_VALUE', 'INPUT_OBJECT', 'INPUT_FIELD_DEFINITION'],
]);

/** Twelve fragments, each with the one before it twice: 4096 fields from a few lines. */
function fragmentBomb(): string {
  const fragments = Array.from({ length: 12 }, (_, index) => `fragment F${index + 1} on Wallet { ...F${index} ...F${index} }`);
  return `{ wallets { ...F12 } } fragment F0 on Wallet { id } ${fragments.join(' ')}`;
}
