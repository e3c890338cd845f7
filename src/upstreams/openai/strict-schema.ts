/**
 * Schemas that OpenAI keeps to: with `strict` it refuses all others, where Anthropic takes members that may be left out
 * (https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas").
 */
import { isRecord } from '../../kernel/record';
import { optionalMembers, partsOf, SCHEMA_DEPTH_MAX } from '../conversation/schema-parts';
import type { JsonRecord } from '../json';

const REFUSED = ['allOf', 'oneOf', 'not', 'dependentRequired', 'dependentSchemas', 'if', 'then', 'else'];

/** Whether each object in it is closed, and has all of its members always, and nothing in it is refused for its name. */
export function isStrict(schema: unknown, depth = 0): boolean {
  if (!isRecord(schema)) return true;
  return depth <= SCHEMA_DEPTH_MAX && isWhole(schema) && partsOf(schema).every((part) => isStrict(part, depth + 1));
}

function isWhole(schema: JsonRecord): boolean {
  if (REFUSED.some((name) => name in schema)) return false;
  if (schema['type'] !== 'object' && !isRecord(schema['properties'])) return true;
  return schema['additionalProperties'] === false && optionalMembers(schema).length === 0;
}
