/** Schemas that OpenAI keeps to: with `strict` it refuses all others, where Anthropic takes members that may be left out. */
import { isRecord } from '../../kernel/record';
import { optionalMembers, partsOf, SCHEMA_DEPTH_MAX } from '../conversation/schema-parts';
import type { JsonRecord } from '../json';

/** Whether each object in it is closed, and has all of its members always. */
export function isStrict(schema: unknown, depth = 0): boolean {
  if (!isRecord(schema)) return true;
  return depth <= SCHEMA_DEPTH_MAX && isWhole(schema) && partsOf(schema).every((part) => isStrict(part, depth + 1));
}

function isWhole(schema: JsonRecord): boolean {
  if (schema['type'] !== 'object' && !isRecord(schema['properties'])) return true;
  return schema['additionalProperties'] === false && optionalMembers(schema).length === 0;
}
