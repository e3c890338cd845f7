import { conversationFromChat } from '../conversation/from-chat';
import { keptSchema } from './kept-schema';
import { messageRequest } from './message-request';

const HI = [{ role: 'user', content: 'hi' }];
const CALL = { upstreamModel: 'claude-theirs', stream: false, outputLimit: null, outputBound: 4_096 };
const CLOSED = { additionalProperties: false };

/** As Zod prints one. */
const INTEGER = { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
const SENT = { type: 'object', properties: { n: INTEGER, s: { type: 'string', maxLength: 20 } }, required: ['n'] };
const KEPT = {
  type: 'object',
  properties: { n: { type: 'integer' }, s: { type: 'string', description: '{maxLength: 20}' } },
  required: ['n'],
  ...CLOSED,
};

function sent(more: object): { output_config?: { format: { schema: object } }; tools?: { input_schema: object }[] } {
  const reading = conversationFromChat({ model: 'm', messages: HI, ...more });
  if ('obstacle' in reading) throw new Error(reading.obstacle);
  return JSON.parse(messageRequest(reading.conversation, CALL)) as ReturnType<typeof sent>;
}

describe('a schema that Anthropic keeps to', () => {
  it('has no bounds but those that it takes: the others stand in the description', () => {
    expect(
      keptSchema({
        type: 'object',
        properties: {
          score: { type: 'number', description: 'of ten', minimum: 1, exclusiveMaximum: 10 },
          mail: { type: 'string', format: 'email', pattern: '@' },
          odd: { type: 'string', format: 'phone' },
          list: { type: 'array', items: { type: 'integer', multipleOf: 2 }, minItems: 1, maxItems: 3 },
          many: { type: 'array', items: {}, minItems: 2 },
        },
        ...CLOSED,
      }),
    ).toEqual({
      type: 'object',
      properties: {
        score: { type: 'number', description: 'of ten\n\n{minimum: 1, exclusiveMaximum: 10}' },
        mail: { type: 'string', format: 'email', description: '{pattern: "@"}' },
        odd: { type: 'string', description: '{format: "phone"}' },
        list: { type: 'array', items: { type: 'integer', description: '{multipleOf: 2}' }, minItems: 1, description: '{maxItems: 3}' },
        many: { type: 'array', items: {}, description: '{minItems: 2}' },
      },
      ...CLOSED,
    });
  });

  it('says nothing of what binds nothing', () => {
    expect(keptSchema({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...INTEGER })).toEqual({ type: 'integer' });
    expect(keptSchema({ type: 'integer', exclusiveMinimum: -1, maximum: 2 ** 53 })).toEqual({
      type: 'integer',
      description: '{exclusiveMinimum: -1}',
    });
  });

  it('is closed wherever its members are named, also in alternatives and definitions', () => {
    const open = { type: 'object', properties: { a: { type: 'string' } } };
    expect(
      keptSchema({ oneOf: [open, { type: 'null' }], $defs: { d: open }, definitions: { e: { ...open, additionalProperties: true } } }),
    ).toEqual({
      anyOf: [{ ...open, ...CLOSED }, { type: 'null' }],
      $defs: { d: { ...open, ...CLOSED } },
      definitions: { e: { ...open, ...CLOSED } },
    });
    expect(keptSchema({ type: 'array', items: { allOf: [open, { $ref: '#/$defs/d' }] } })).toEqual({
      type: 'array',
      items: { allOf: [{ ...open, ...CLOSED }, { $ref: '#/$defs/d' }] },
    });
  });

  it('keeps names that are words of schemas, values of any kind, and what only Anthropic can judge', () => {
    for (const schema of [
      { type: 'object', properties: { minimum: { type: 'string' }, pattern: { type: 'null' } }, ...CLOSED },
      { enum: ['a', 1, null, { minimum: 3 }], const: { maxLength: 1 } },
      { type: 'object', additionalProperties: { type: 'integer', minimum: 3 } },
      { type: 'object' },
    ]) {
      expect(keptSchema(schema)).toEqual(schema);
    }
  });

  it('may be nested more deeply than anybody means', () => {
    let schema: Record<string, unknown> = { type: 'string' };
    for (let depth = 0; depth < 1_000; depth += 1) schema = { type: 'array', items: schema };
    expect(JSON.stringify(keptSchema(schema))).toBe(JSON.stringify(schema));
  });

  it('is that of an answer, and of a strict tool; another tool has its own', () => {
    const answer = { type: 'json_schema', json_schema: { name: 'x', schema: SENT, strict: true } };
    expect(sent({ response_format: answer }).output_config?.format.schema).toEqual(KEPT);
    const tool = (strict: boolean) => ({ type: 'function', function: { name: 'f', parameters: SENT, strict } });
    expect(sent({ tools: [tool(true), tool(false)] }).tools?.map((each) => each.input_schema)).toEqual([KEPT, SENT]);
  });
});

describe('tools that Anthropic is to keep calls to', () => {
  const tool = (parameters: object) => ({ type: 'function', function: { name: 'f', parameters, strict: true } });
  const strict = (tools: object[], more: object = {}) => (sent({ tools, ...more }).tools ?? []).map((each) => 'strict' in each);
  const closed = (properties: object, required = Object.keys(properties)) => ({ type: 'object', properties, required, ...CLOSED });
  const named = (count: number, schema: object) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}`, schema]));
  const text = { type: 'string' };
  const some = { anyOf: [text, { type: 'null' }] };

  it.each([
    ['as many tools', (count: number) => Array.from({ length: count }, () => tool(closed({}))), 20],
    [
      'as many members that may be left out',
      (count: number) => [tool(closed(named(count - 1, text), [])), tool(closed({ a: text }, []))],
      24,
    ],
    [
      'as many members of several types',
      (count: number) => [tool(closed({ list: { type: 'array', items: closed(named(count, some)) } }))],
      16,
    ],
    ['as many types in lists', (count: number) => [tool(closed(named(count, { type: ['string', 'null'] })))], 16],
  ])('are strict up to %s as it takes, and hints beyond, all of them', (_what, made, most) => {
    expect(strict(made(most))).not.toContain(false);
    expect(strict(made(most + 1))).not.toContain(true);
  });

  it('share what it takes with the schema of the answer', () => {
    const answer = (schema: object) => ({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } });
    for (const [most, made] of [
      [24, (count: number) => closed(named(count, text), [])],
      [16, (count: number) => closed(named(count, some))],
    ] as const) {
      expect(strict([tool(closed({}))], answer(made(most)))).toEqual([true]);
      expect(strict([tool(closed({}))], answer(made(most + 1)))).toEqual([false]);
    }
  });

  it('have their own schemas where they are not strict', () => {
    const bounded = { type: 'object', properties: { s: { type: 'string', maxLength: 3 } } };
    expect(sent({ tools: Array.from({ length: 21 }, () => tool(bounded)) }).tools?.[0]?.input_schema).toEqual(bounded);
  });
});
