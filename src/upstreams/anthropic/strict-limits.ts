/**
 * How much of a request Anthropic keeps calls to: beyond it the whole request is refused
 * (https://platform.claude.com/docs/en/build-with-claude/structured-outputs, "Schema complexity limits").
 */
import { isRecord } from '../../kernel/record';
import type { Conversation } from '../conversation/conversation';
import { optionalMembers, partsOf, SCHEMA_DEPTH_MAX } from '../conversation/schema-parts';

const TOOLS_MAX = 20;
/** Members that may be left out, and members of several types, over all strict tools and the schema of the answer. */
const OPTIONAL_MAX = 24;
const UNIONS_MAX = 16;

/** Whether calls can be kept to the schemas of all tools that are strict, beside an answer that must keep to one. */
export function canBeStrict({ tools, format }: Pick<Conversation, 'tools' | 'format'>): boolean {
  const strict = tools.filter((tool) => tool.strict);
  const counts = { optional: 0, unions: 0 };
  for (const { schema } of strict) count(schema, counts, 0);
  if (format.kind === 'schema') count(format.schema, counts, 0);
  return strict.length <= TOOLS_MAX && counts.optional <= OPTIONAL_MAX && counts.unions <= UNIONS_MAX;
}

interface Counts {
  optional: number;
  unions: number;
}

function count(schema: unknown, counts: Counts, depth: number): void {
  if (!isRecord(schema) || depth > SCHEMA_DEPTH_MAX) return;
  if ([schema['type'], schema['anyOf'], schema['oneOf']].some(Array.isArray)) counts.unions += 1;
  counts.optional += optionalMembers(schema).length;
  for (const part of partsOf(schema)) count(part, counts, depth + 1);
}
