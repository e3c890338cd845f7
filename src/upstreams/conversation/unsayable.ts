/** Reading what a conversation can say, and naming the first member that it cannot. */

import { isRecord } from '../../kernel/record';
import { shown } from '../../kernel/shown';
import type { JsonRecord } from '../json';
import type { Conversation, ConversationReading } from './conversation';

/** Ends a reading. Never leaves the readers: see `readingOf`. */
export class Unsayable extends Error {
  constructor(
    readonly member: string,
    readonly why: string,
  ) {
    super(`${member} ${why}.`);
  }
}

export function unsayable(member: string, why = 'has no equivalent there'): Unsayable {
  return new Unsayable(member, why);
}

/** Of OpenAI's first words for tools: older clients say them, and only its own channels know them. */
export const SAY_TOOLS = 'has no equivalent there: say it with tools';
const FIRST_WORDS: ReadonlySet<string> = new Set(['functions', 'function_call']);

/** The reading, or what ended it. */
export function readingOf(read: () => Conversation): ConversationReading {
  try {
    return { conversation: read() };
  } catch (error) {
    if (error instanceof Unsayable) return { obstacle: error.message };
    throw error;
  }
}

/** @throws Unsayable for a member that is set and that is neither of `known` nor has a value of `idle`, which says nothing */
export function checkMembers(record: JsonRecord, path: string, known: ReadonlySet<string>, idle: Idle = {}): void {
  for (const [name, value] of Object.entries(record)) {
    if (value === undefined || value === null || known.has(name) || idle[name]?.(value) === true) continue;
    throw unsayable(path === '' ? shown(name) : `${path}.${shown(name)}`, FIRST_WORDS.has(name) ? SAY_TOOLS : undefined);
  }
}

/** The values of members that change nothing. */
export type Idle = Readonly<Record<string, (value: unknown) => boolean>>;

export const is =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
export const isEmpty = (value: unknown): boolean => (Array.isArray(value) || isRecord(value)) && Object.keys(value).length === 0;
export const always = (): boolean => true;

export function textIn(value: unknown, member: string): string {
  if (typeof value !== 'string') throw unsayable(member, 'must be a string');
  return value;
}

export function recordIn(value: unknown, member: string): JsonRecord {
  if (!isRecord(value)) throw unsayable(member, 'must be an object');
  return value;
}

export function listIn(value: unknown, member: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unsayable(member, 'must be a list');
  return value;
}

/** null where nothing is set. */
export function optionalText(value: unknown, member: string): string | null {
  return value === undefined || value === null ? null : textIn(value, member);
}

export function optionalNumber(value: unknown, member: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number') throw unsayable(member, 'must be a number');
  return value;
}

export function optionalList(value: unknown, member: string): readonly unknown[] {
  return value === undefined || value === null ? [] : listIn(value, member);
}

/** Zero of a penalty, and false of a wish, say nothing. */
export function optionalFlag(value: unknown, member: string): boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'boolean') throw unsayable(member, 'must be true or false');
  return value;
}
