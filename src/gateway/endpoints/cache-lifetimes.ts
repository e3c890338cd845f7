/** A price has one class for writing to a cache: that of the shortest time for which a provider keeps one. Longer ones cost more to write. */
import { wrong } from '../../kernel/fault';
import { isRecord } from '../../kernel/record';

/** What asks for a cache, and its shortest lifetime: Anthropic's, which other providers took over, and the two of OpenAI's. */
const SHORTEST = { cache_control: '5m', prompt_cache_options: '30m', prompt_cache_breakpoint: '30m' } as const;

/** The members of a body that are looked at. */
export const CACHE_MEMBERS: readonly string[] = Object.keys(SHORTEST);

/** `at`: the path of the holder with its dot; empty for the body. @throws Fault `invalid_request` that names the lifetime */
export function refuseLongCache(holder: unknown, at: string): void {
  if (!isRecord(holder)) return;
  for (const [name, shortest] of Object.entries(SHORTEST)) {
    const control = holder[name];
    const ttl = isRecord(control) ? control['ttl'] : undefined;
    if (ttl === undefined || ttl === null || ttl === shortest) continue;
    throw wrong(`${at}${name}.ttl`, `must be ${shortest}: others are priced apart`);
  }
}

/** Where it is a list. @throws Fault `invalid_request` that names the lifetime */
export function refuseLongCaches(holders: unknown, path: string): void {
  if (!Array.isArray(holders)) return;
  holders.forEach((holder: unknown, index) => {
    refuseLongCache(holder, `${path}[${index}].`);
  });
}
