/**
 * Refuses an answer that would be too long to write. What it says is held once, however often it was asked for, and so are the names that
 * a client gave to fields: a few thousand objects of them are a gigabyte only as text, and nobody else is served while that is made.
 */
import { Fault } from '../../kernel/fault';

const CHARACTERS_MAX = 32 * 1024 * 1024;
const TOO_LONG = `The answer is longer than ${CHARACTERS_MAX} characters: ask for fewer fields, or for smaller pages. What a mutation did is done.`;
/** Quotes, and a colon or a comma. */
const MARKS = 3;
/** Of what is neither text nor an object; more than most take. */
const OTHER_CHARACTERS = 8;

/** Why the data of an answer is not sent; null: it is. It is looked at no further than to the limit. */
export function tooLong(data: unknown): Fault | null {
  return roomBehind(CHARACTERS_MAX, data) < 0 ? new Fault('invalid_request', TOO_LONG) : null;
}

/** What is left of the room once the value is written; below zero it has not been looked at to its end. */
function roomBehind(room: number, value: unknown): number {
  if (typeof value === 'string') return room - value.length - MARKS;
  if (typeof value !== 'object' || value === null) return room - OTHER_CHARACTERS;
  return Array.isArray(value) ? roomBehindList(room, value) : roomBehindObject(room, value as Readonly<Record<string, unknown>>);
}

function roomBehindList(room: number, list: readonly unknown[]): number {
  let left = room;
  for (let at = 0; at < list.length && left >= 0; at += 1) left = roomBehind(left, list[at]);
  return left;
}

/** By its names: pairs of them would take four times as long, of every answer. */
function roomBehindObject(room: number, object: Readonly<Record<string, unknown>>): number {
  let left = room;
  for (const name of Object.keys(object)) {
    if (left < 0) return left;
    left = roomBehind(left - name.length - MARKS, object[name]);
  }
  return left;
}
