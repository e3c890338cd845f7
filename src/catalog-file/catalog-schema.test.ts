import { catalogJsonSchema } from './catalog-schema';

interface JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly items: JsonSchema;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly additionalProperties?: boolean;
}

describe('the JSON Schema of the catalog', () => {
  const schema = catalogJsonSchema() as JsonSchema;
  const channel = schema.properties['channels']!.items;

  it('asks only for what has no default', () => {
    expect(schema.required).toEqual(['channels', 'models', 'routes']);
    expect(channel.required).toEqual(['id', 'protocol', 'baseUrl']);
  });

  it('tells editors what a field means and what it is when left out', () => {
    expect(channel.properties['onClientGone']).toMatchObject({ default: 'drain', description: expect.stringContaining('client has left') });
    expect(channel.properties['timeouts']?.properties['connectMs']).toMatchObject({ default: 3_000 });
  });

  it('refuses unknown fields everywhere', () => {
    const objects: unknown[] = [];
    const visit = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return;
      if ('properties' in value && 'type' in value) objects.push(value);
      for (const each of Object.values(value)) visit(each);
    };
    visit(schema);
    expect(objects.length).toBeGreaterThan(10);
    expect(objects.filter((object) => (object as JsonSchema).additionalProperties !== false)).toEqual([]);
  });
});
