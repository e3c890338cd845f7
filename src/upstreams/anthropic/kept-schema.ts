/**
 * JSON schemas as Anthropic takes them where an answer, or a strict call, must keep to one: a part of the language, and 400 for what is
 * not of it (https://platform.claude.com/docs/en/build-with-claude/structured-outputs). What binds values beyond it is said in the
 * description, as Anthropic's own SDKs do: clients send such bounds unasked, for every integer, and check the answer themselves.
 */
import { isRecord } from '../../kernel/record';
import { SCHEMA_DEPTH_MAX } from '../conversation/schema-parts';
import { bindsNothing, describedWith } from '../conversation/told-bounds';
import type { JsonRecord } from '../json';

const KEPT = new Set([
  ...['$defs', 'definitions', '$ref', 'type', 'enum', 'const', 'anyOf', 'allOf', 'title', 'description'],
  ...['properties', 'required', 'additionalProperties', 'items'],
]);
/** They bind nothing, and tell a model nothing. */
const NOTES = new Set(['$schema', '$id', '$comment']);
const FORMATS: ReadonlySet<unknown> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
]);
const LISTS = new Set(['anyOf', 'allOf']);
const MAPS = new Set(['properties', '$defs', 'definitions']);

export function keptSchema(schema: JsonRecord): JsonRecord {
  return converted(schema, 0) as JsonRecord;
}

function converted(schema: unknown, depth: number): unknown {
  if (!isRecord(schema) || depth > SCHEMA_DEPTH_MAX) return schema;
  const binding = Object.entries(schema).filter(([name, value]) => !NOTES.has(name) && !bindsNothing(name, value));
  // They differ only where alternatives overlap.
  const members = binding.map(([name, value]) => [name === 'oneOf' && schema['anyOf'] === undefined ? 'anyOf' : name, value] as const);
  const kept = members.filter(([name, value]) => isKept(name, value));
  const told = members.filter(([name, value]) => !isKept(name, value));
  const made: JsonRecord = Object.fromEntries(kept.map(([name, value]) => [name, convertedMember(name, value, depth + 1)]));
  return {
    ...made,
    ...(isOpen(made) && { additionalProperties: false }),
    ...(told.length > 0 && { description: describedWith(made['description'], told) }),
  };
}

function isKept(name: string, value: unknown): boolean {
  if (KEPT.has(name)) return true;
  return name === 'format' ? FORMATS.has(value) : name === 'minItems' && (value === 0 || value === 1);
}

function convertedMember(name: string, value: unknown, depth: number): unknown {
  if (name === 'items') return converted(value, depth);
  if (LISTS.has(name) && Array.isArray(value)) return value.map((each) => converted(each, depth));
  if (!MAPS.has(name) || !isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, converted(each, depth)]));
}

/** Whose members are named, and which does not say that there are no others. */
function isOpen({ properties, additionalProperties }: JsonRecord): boolean {
  return isRecord(properties) && (additionalProperties === undefined || additionalProperties === true);
}
