/**
 * Edits members of a JSON object in its text, so that everything else keeps its bytes: number formats, key order,
 * whitespace, unknown and duplicate members. The text must be known to be valid JSON with an object at the top; what
 * comes out is then valid too. Duplicates are all edited, because readers differ in which one they believe.
 */

/** Where a member of the top level stands in the text. */
export interface JsonMember {
  readonly name: string;
  /** With its quotes. */
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The JSON text to put in place of a value, or of a member that is not there (`null`). `null` back changes nothing. */
export type MemberEdit = (value: string | null) => string | null;

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/**
 * Whether a text, JSON or not, would be more than `most` objects, lists and members. To be asked before a large text of somebody else is
 * parsed: millions of them in a few megabytes take gigabytes, and seconds in which nothing else happens.
 */
export function isOverbuilt(text: string, most: number): boolean {
  return text.length > most && partsIn(text, most) > most;
}

/** How many objects, lists and members a text, JSON or not, would be; of more than `most`, one more than that. */
export function partsIn(text: string, most: number): number {
  let parts = 0;
  for (let at = 0; at < text.length && parts <= most; ) {
    const code = text.charCodeAt(at);
    if (code === OPEN_BRACE || code === OPEN_BRACKET || code === COLON) parts += 1;
    at = code === QUOTE ? endOfString(text, at) : at + 1;
  }
  return parts;
}

/**
 * The deepest JSON that is taken from anybody. Python's own parser, which many providers use, goes no deeper than a thousand levels; Node 20
 * prints about five thousand of what it has parsed, and later versions more.
 */
export const JSON_LEVELS_MAX = 2_000;

/** Whether objects and lists of a text, JSON or not, stand more than `levels` deep in each other. */
export function isNestedBeyond(text: string, levels: number): boolean {
  if (text.length <= levels || !hasMoreThan(levels, text)) return false;
  let open = 0;
  for (let at = 0; at < text.length && open <= levels; ) {
    const code = text.charCodeAt(at);
    if (code === OPEN_BRACE || code === OPEN_BRACKET) open += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open -= 1;
    at = code === QUOTE ? endOfString(text, at) : at + 1;
  }
  return open > levels;
}

/** Whether so many things are opened at all, in strings too: several times faster than to read them. */
function hasMoreThan(most: number, text: string): boolean {
  let count = 0;
  for (const opening of '{[')
    for (let at = text.indexOf(opening); at !== -1 && count <= most; at = text.indexOf(opening, at + 1)) count += 1;
  return count > most;
}

/** The members of the object that `text` holds, in their order, duplicates included. */
export function topLevelMembers(text: string): JsonMember[] {
  const members: JsonMember[] = [];
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(text, at);
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const valueEnd = endOfValue(text, valueStart);
    members.push({ name: nameOf(text.slice(at, nameEnd)), nameStart: at, nameEnd, valueStart, valueEnd });
    at = skipSpace(text, valueEnd);
    if (text.charCodeAt(at) !== COMMA) break;
    at = skipSpace(text, at + 1);
  }
  return members;
}

/** The name of a member that one of the objects in a JSON text has twice, at whatever depth; undefined: none has. */
export function repeatedMember(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === OPEN_BRACE) open.push(new Set());
    if (code === CLOSE_BRACE) open.pop();
    const end = code === QUOTE ? endOfString(text, at) : at + 1;
    const name = code === QUOTE ? nameBetween(text, at, end) : undefined;
    if (name !== undefined && !isNew(name, open.at(-1))) return name;
    at = end;
  }
  return undefined;
}

function isNew(name: string, among: Set<string> | undefined): boolean {
  return among !== undefined && among.size < among.add(name).size;
}

/** Of a string that is the name of a member; undefined: it is a value. */
function nameBetween(text: string, start: number, end: number): string | undefined {
  return text.charCodeAt(skipSpace(text, end)) === COLON ? nameOf(text.slice(start, end)) : undefined;
}

/** Puts `jsonValue`, a JSON text, in place of the value of every member of that name; without one the text stays as it is. */
export function replaceMember(text: string, name: string, jsonValue: string): string {
  return editMembers(text, new Map([[name, (value) => (value === null ? null : jsonValue)]]));
}

/** Adds a member at the end of the object. */
function insertMember(text: string, name: string, jsonValue: string): string {
  const end = text.lastIndexOf('}');
  const start = skipSpace(text, 0) + 1;
  const comma = skipSpace(text, start) === end ? '' : ',';
  return `${text.slice(0, end)}${comma}${JSON.stringify(name)}:${jsonValue}${text.slice(end)}`;
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/**
 * Several edits in one pass: each value of a named member, and each named member that is missing. `members`: where they are known. `renamed`:
 * members that get another name, and keep their values.
 */
export function editMembers(
  text: string,
  edits: ReadonlyMap<string, MemberEdit>,
  members: readonly JsonMember[] = topLevelMembers(text),
  renamed: ReadonlyMap<string, string> = NO_NAMES,
): string {
  const missing = new Set(edits.keys());
  let edited = '';
  let copied = 0;
  for (const { name, nameStart, nameEnd, valueStart, valueEnd } of members) {
    const newName = renamed.get(name);
    if (newName !== undefined) {
      edited += text.slice(copied, nameStart) + JSON.stringify(newName);
      copied = nameEnd;
    }
    const edit = edits.get(name);
    if (edit === undefined) continue;
    missing.delete(name);
    const value = edit(text.slice(valueStart, valueEnd));
    if (value === null) continue;
    edited += text.slice(copied, valueStart) + value;
    copied = valueEnd;
  }
  edited += text.slice(copied);
  for (const name of missing) {
    const value = edits.get(name)?.(null) ?? null;
    if (value !== null) edited = insertMember(edited, name, value);
  }
  return edited;
}

function nameOf(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) return at;
    at += 1;
  }
}

/** From the opening quote to behind the closing one. Searching for quotes keeps long texts cheap. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote === -1 ? text.length : quote + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let before = quote - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (quote - before) % 2 === 0;
}

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return endOfString(text, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(text, start);
  let at = start;
  while (at < text.length && !endsScalar(text.charCodeAt(at))) at += 1;
  return at;
}

function endsScalar(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= SPACE;
}

function endOfNested(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return at;
}
