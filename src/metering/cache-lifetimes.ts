/** A price has one class for writing to a cache: that of the shortest time for which a provider keeps one. Longer ones cost more to write. */
import { isRecord } from '../kernel/record';

/** What asks for a cache, and its shortest lifetime: Anthropic's, which other providers took over, and the two of OpenAI's. */
const SHORTEST = [
  ['cache_control', '5m'],
  ['prompt_cache_options', '30m'],
  ['prompt_cache_breakpoint', '30m'],
] as const;

/** The members that ask for one. */
export const CACHE_MEMBERS: readonly string[] = SHORTEST.map(([name]) => name);

/** A lifetime that no price covers. */
export interface LongCache {
  /** Its path, from what was looked into: `messages[0].cache_control.ttl`. */
  readonly member: string;
  readonly shortest: string;
}

/** undefined: it asks for none that is too long. */
export function longCacheIn(holder: unknown): LongCache | undefined {
  if (!isRecord(holder)) return undefined;
  for (const [name, shortest] of SHORTEST) {
    const control = holder[name];
    if (control === undefined) continue;
    const ttl = isRecord(control) ? control['ttl'] : undefined;
    if (ttl !== undefined && ttl !== null && ttl !== shortest) return { member: `${name}.ttl`, shortest };
  }
  return undefined;
}

/** The first in a list; undefined: there is none, or it is no list. */
export function longCacheAmong(holders: unknown, path: string): LongCache | undefined {
  if (!Array.isArray(holders)) return undefined;
  for (const [index, holder] of holders.entries()) {
    const found = longCacheIn(holder);
    if (found !== undefined) return { ...found, member: `${path}[${index}].${found.member}` };
  }
  return undefined;
}
