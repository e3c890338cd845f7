import { geminiSchema } from './gemini-schema';

const object = (properties: object) => ({ type: 'object', properties, required: Object.keys(properties), additionalProperties: false });

describe('a JSON schema for Gemini', () => {
  it('stays as it is where all of it is kept', () => {
    const schema = object({
      name: { type: 'string', description: 'of the city', enum: ['a', 'b'] },
      sizes: { type: 'array', items: { type: 'number', minimum: 0, maximum: 9 }, minItems: 1, maxItems: 3 },
      more: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
    });
    expect(geminiSchema(schema)).toEqual({ ok: true, schema });
  });

  it.each([
    ['loses what binds nothing', { $schema: 'x', type: 'string', default: 'a', examples: ['b'] }, { type: 'string' }],
    ['has a constant as the only value', { const: 'a' }, { enum: ['a'] }],
    [
      'has null among values as an alternative',
      { type: ['string', 'null'], enum: ['a', null] },
      { anyOf: [{ type: ['string'], enum: ['a'] }, { type: 'null' }] },
    ],
    ['has null alone as a type', { const: null }, { type: 'null' }],
    [
      'has a described reference in an alternative',
      { $ref: '#/$defs/a', description: 'd' },
      { description: 'd', anyOf: [{ $ref: '#/$defs/a' }] },
    ],
    ['is converted at any depth', { $defs: { a: { items: { const: 1 } } } }, { $defs: { a: { items: { enum: [1] } } } }],
    [
      'has what binds its values in its description, as Zod says it of mails and of numbers',
      object({ mail: { type: 'string', format: 'email', pattern: '@' }, age: { description: 'years', type: 'integer', multipleOf: 5 } }),
      object({
        mail: { type: 'string', format: 'email', description: '{pattern: "@"}' },
        age: { description: 'years\n\n{multipleOf: 5}', type: 'integer' },
      }),
    ],
    ['says nothing of a bound that is none', { type: 'integer', exclusiveMaximum: 2 ** 53 }, { type: 'integer' }],
    ['has a flag that must be set as one that is described', { const: true }, { type: 'boolean', description: '{enum: [true]}' }],
    ['may be true', true, true],
  ])('%s', (_what, schema, converted) => {
    expect(geminiSchema(schema)).toEqual({ ok: true, schema: converted });
  });

  it.each([
    ['properties.map.patternProperties', object({ map: { type: 'object', patternProperties: { '^a': {} } } })],
    ['items.not', { type: 'array', items: { not: { type: 'string' } } }],
    ['anyOf.1.allOf', { anyOf: [{ type: 'string' }, { allOf: [] }] }],
    ['definitions', { definitions: { a: { type: 'string' } } }],
    ['enum', { enum: [true, 'a'] }],
    ['$ref beside minItems', { $ref: '#/$defs/a', minItems: 1 }],
  ])('names what would not be kept: %s', (lost, schema) => {
    expect(geminiSchema(schema)).toEqual({ ok: false, lost });
  });

  it('is not walked without end: one that is nested too deeply is not kept, and named by its beginning', () => {
    const nested = (levels: number) => JSON.parse(`${'{"properties":{"a":'.repeat(levels)}{}${'}}'.repeat(levels)}`) as unknown;
    expect(geminiSchema(nested(100))).toEqual({ ok: true, schema: nested(100) });
    expect(geminiSchema(nested(50_000))).toEqual({ ok: false, lost: 'properties.a nested too deeply' });
  });

  it('does not take the name of a property for a word of its own', () => {
    const schema = object({ pattern: { type: 'string' }, const: { type: 'string' }, not: { type: 'string' } });
    expect(geminiSchema(schema)).toEqual({ ok: true, schema });
  });

  it('names the first loss of many, without putting together the path of each: it may be a megabyte long', () => {
    const names = Array.from({ length: 60 }, (_, level) => String(level).padEnd(20_000, 'n'));
    const members = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`lost${at}`, true]));
    const schema = names.reduce<object>((inner, name) => ({ properties: { [name]: inner } }), members);
    const read = geminiSchema(schema);
    expect(read).toMatchObject({ ok: false, lost: expect.stringMatching(/^properties\.59n.*\.lost0$/) });
  });
});
