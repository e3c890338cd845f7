/**
 * JSON schemas as Gemini keeps them. It takes any schema and ignores what it does not know, so what it would ignore of a
 * schema that must be kept is found here. What binds single values is said in the description; with anything else the request is
 * not sent there.
 */
import { isRecord } from '../../kernel/record';
import { bindsNothing, describedWith } from '../conversation/told-bounds';
import type { JsonRecord } from '../json';

/** What Gemini documents as kept. `oneOf` is kept as `anyOf`, which differs only where alternatives overlap. */
const KEPT = new Set([
  '$id',
  '$defs',
  '$ref',
  '$anchor',
  'type',
  'format',
  'title',
  'description',
  'enum',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'anyOf',
  'oneOf',
  'properties',
  'additionalProperties',
  'required',
  'propertyOrdering',
]);
/** They describe and bind nothing. */
const NOTES = new Set(['$schema', '$comment', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly']);
/** What binds single values beyond that. */
const BOUNDS = new Set([
  ...['pattern', 'minLength', 'maxLength', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['uniqueItems', 'minProperties', 'maxProperties'],
]);
const LISTS = ['anyOf', 'oneOf', 'prefixItems'];
const MAPS = ['properties', '$defs'];
const SINGLE = ['items', 'additionalProperties'];
const NESTING = new Set([...LISTS, ...MAPS, ...SINGLE]);
/** Names on the way to a member. Nobody means a longer one, and a walk of any length has no room. */
const PATH_MAX = 200;

export type GeminiSchema = { readonly ok: true; readonly schema: unknown } | { readonly ok: false; readonly lost: string };

/** The schema as Gemini keeps all of it, or the path of what it would not keep: `properties.age.multipleOf`. */
export function geminiSchema(schema: unknown): GeminiSchema {
  const lost: string[] = [];
  const converted = convert(schema, [], lost);
  const [first] = lost;
  return first === undefined ? { ok: true, schema: converted } : { ok: false, lost: first };
}

/** Of the first alone: a path may be megabytes of names, and many members may stand at its end. */
function note(lost: string[], path: () => string): void {
  if (lost.length === 0) lost.push(path());
}

function convert(schema: unknown, path: readonly string[], lost: string[]): unknown {
  if (!isRecord(schema)) return schema;
  if (path.length > PATH_MAX) {
    note(lost, () => `${path.slice(0, 2).join('.')} nested too deeply`);
    return schema;
  }
  const lose = (name: string) => note(lost, () => [...path, name].join('.'));
  const made: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    if (NOTES.has(name) || name === 'const' || BOUNDS.has(name)) continue;
    if (!KEPT.has(name)) lose(name);
    made[name] = convertMember(name, value, path, lost);
  }
  if (schema['const'] !== undefined) made['enum'] = [schema['const']];
  return withReference(withEnum(withBounds(made, schema), lose), lose);
}

/** Of true and false a value can be kept by neither a type nor a list: it is a bound as well. */
function withBounds({ enum: values, ...made }: JsonRecord, schema: JsonRecord): JsonRecord {
  const told = Object.entries(schema).filter(([name, value]) => BOUNDS.has(name) && !bindsNothing(name, value));
  const isFlag = Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'boolean');
  if (isFlag) told.push(['enum', values]);
  return {
    ...made,
    ...(isFlag ? { type: 'boolean' } : values !== undefined && { enum: values }),
    ...(told.length > 0 && { description: describedWith(made['description'], told) }),
  };
}

function convertMember(name: string, value: unknown, above: readonly string[], lost: string[]): unknown {
  if (!NESTING.has(name)) return value;
  const path = [...above, name];
  if (SINGLE.includes(name)) return convert(value, path, lost);
  if (LISTS.includes(name) && Array.isArray(value)) return value.map((each, index) => convert(each, [...path, String(index)], lost));
  if (!MAPS.includes(name) || !isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, convert(each, [...path, key], lost)]));
}

/** Values are kept where they are texts and numbers; null among them is an alternative of its own. */
function withEnum(schema: JsonRecord, lose: (name: string) => void): JsonRecord {
  const { enum: values, ...rest } = schema;
  if (!Array.isArray(values)) return schema;
  const plain = values.filter((value) => value !== null);
  if (plain.some((value) => typeof value !== 'string' && typeof value !== 'number')) lose('enum');
  if (plain.length === values.length) return schema;
  if (plain.length === 0) return { ...rest, type: 'null' };
  const { type, ...others } = rest;
  const named = Array.isArray(type) ? type.filter((each) => each !== 'null') : type;
  return { ...others, anyOf: [{ ...(named === undefined ? {} : { type: named }), enum: plain }, { type: 'null' }] };
}

/** A reference stands alone; what describes it stands around it. */
function withReference(schema: JsonRecord, lose: (name: string) => void): JsonRecord {
  const { $ref, ...rest } = schema;
  const beside = Object.keys(rest).filter((name) => !name.startsWith('$'));
  if ($ref === undefined || beside.length === 0) return schema;
  for (const name of beside) if (name !== 'title' && name !== 'description') lose(`$ref beside ${name}`);
  return { ...rest, anyOf: [{ $ref }] };
}
