/** Prints JSON with parts that are text already: what a model wrote keeps its bytes, and its numbers their digits. */
import { isRecord } from '../../kernel/record';

/** A text that is known to be valid JSON. */
export class RawJson {
  constructor(readonly text: string) {}
}

/** As `JSON.stringify` prints plain data, but for raw parts. */
export function printedJson(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map(printedJson).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value ?? null);
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${printedJson(each)}`).join(',')}}`;
}
