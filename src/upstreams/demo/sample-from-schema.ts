/** A value that a JSON schema accepts, the same every time: arguments for a simulated tool call. Covers what tools use. */
import { isRecord } from '../../kernel/record';
import { type JsonRecord, recordOf } from '../json';

const DEPTH_MAX = 8;
const TEXT_BY_FORMAT: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  email: 'simulated@example.com',
  uri: 'https://example.com/simulated',
  uuid: '00000000-0000-4000-8000-000000000000',
};

export function sampleFromSchema(schema: unknown): unknown {
  return sample(recordOf(schema), recordOf(schema), 0);
}

function sample(schema: JsonRecord, root: JsonRecord, depth: number): unknown {
  if (depth > DEPTH_MAX) return null;
  for (const name of ['const', 'default']) if (name in schema) return schema[name];
  const choice = firstOf(schema['enum']);
  if (choice !== undefined) return choice;
  const other = firstOf(schema['anyOf'] ?? schema['oneOf']) ?? referred(schema['$ref'], root);
  if (isRecord(other)) return sample(other, root, depth + 1);
  return sampleOfType(schema, root, depth);
}

function sampleOfType(schema: JsonRecord, root: JsonRecord, depth: number): unknown {
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'string':
      return TEXT_BY_FORMAT[String(schema['format'])] ?? textFor(schema['description']);
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'boolean':
      return true;
    case 'array':
      return [sample(recordOf(schema['items']), root, depth + 1)];
    case 'null':
      return null;
    default:
      return sampleObject(recordOf(schema['properties']), root, depth);
  }
}

function sampleObject(properties: JsonRecord, root: JsonRecord, depth: number): JsonRecord {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, sample(recordOf(schema), root, depth + 1)]));
}

/** What stands where a model would write what the schema describes. */
function textFor(description: unknown): string {
  return typeof description === 'string' && description !== '' ? `Simulated: ${description}.` : 'simulated';
}

function firstOf(values: unknown): unknown {
  return Array.isArray(values) ? values[0] : undefined;
}

/** The schema that a reference within the document points at. */
function referred(reference: unknown, root: JsonRecord): unknown {
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, step) => recordOf(value)[step], root);
}
