/** Looking into JSON of unknown shape. */
import { isNestedBeyond, isOverbuilt, JSON_LEVELS_MAX } from '../kernel/json-members';
import { isRecord, jsonOf } from '../kernel/record';

/** The probabilities of every token of a long answer are this many. What has more is no answer. */
const ANSWER_PARTS_MAX = 5_000_000;

export type JsonRecord = Readonly<Record<string, unknown>>;

const EMPTY: JsonRecord = {};

/** The value when it is an object, else an empty one. */
export function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : EMPTY;
}

/** The value when it is a text, else an empty one. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The parsed text when it is a JSON object, else undefined. */
export function parseRecord(text: string): JsonRecord | undefined {
  const value = parsed(text);
  return isRecord(value) ? value : undefined;
}

/** The same of the first one where the text is a list, as Google tells errors. */
export function parseFirstRecord(text: string): JsonRecord | undefined {
  const value = parsed(text);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isRecord(first) ? first : undefined;
}

function parsed(text: string): unknown {
  return isOverbuilt(text, ANSWER_PARTS_MAX) || isNestedBeyond(text, JSON_LEVELS_MAX) ? undefined : jsonOf(text);
}
