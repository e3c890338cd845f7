/** What a catalog in JSON says twice. A reader believes one of two members of a name, and nobody sees which; YAML refuses them by itself. */
import type { Path } from './fault-paths';

/** Texts, and what gives a document its shape. */
const TOKENS = /"(?:[^"\\]+|\\.)*"|[{}[\]:,]/g;

/** Where the reading stands in an object, or in a list, which has no names. */
type Level = { readonly names: Set<string>; at: string } | { readonly names: null; at: number };

/** The paths of members whose object has one of their name already. `json` must be valid. */
export function repeatedMembers(json: string): Path[] {
  const repeated: Path[] = [];
  const levels: Level[] = [];
  let last = '';
  for (const [token] of json.matchAll(TOKENS)) {
    if (token === ':' && isRepeated(levels.at(-1), JSON.parse(last) as string)) repeated.push(levels.map(({ at }) => at));
    else move(levels, token);
    last = token;
  }
  return repeated;
}

function move(levels: Level[], token: string): void {
  if (token === '{') levels.push({ names: new Set(), at: '' });
  else if (token === '[') levels.push({ names: null, at: 0 });
  else if (token === '}' || token === ']') levels.pop();
  else if (token === ',') goOn(levels.at(-1));
}

function goOn(level: Level | undefined): void {
  if (level?.names === null) level.at += 1;
}

function isRepeated(level: Level | undefined, name: string): boolean {
  if (level === undefined || level.names === null) return false;
  level.at = name;
  const before = level.names.size;
  return level.names.add(name).size === before;
}
