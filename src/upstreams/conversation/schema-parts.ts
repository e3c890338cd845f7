/** What stands in a JSON schema. */
import { isRecord } from '../../kernel/record';
import type { JsonRecord } from '../json';

const LISTS = ['anyOf', 'allOf', 'oneOf'];
const MAPS = ['properties', '$defs', 'definitions'];
/** Nobody nests so deeply, and a walk of any depth has no room. */
export const SCHEMA_DEPTH_MAX = 200;

/** The schemas in it, one level down. */
export function partsOf(schema: JsonRecord): unknown[] {
  const lists = LISTS.flatMap((name) => (Array.isArray(schema[name]) ? (schema[name] as unknown[]) : []));
  const maps = MAPS.flatMap((name) => (isRecord(schema[name]) ? Object.values(schema[name]) : []));
  return [schema['items'], ...lists, ...maps];
}

/** The members of an object that may be left out. */
export function optionalMembers({ properties, required }: JsonRecord): string[] {
  const always = new Set<unknown>(Array.isArray(required) ? required : []);
  return Object.keys(isRecord(properties) ? properties : {}).filter((name) => !always.has(name));
}
