/** Refuses caches that are kept for longer than the price of writing to one says. In a chat the channels tell whether they could do with less. */
import { wrong } from '../../kernel/fault';
import { type LongCache, longCacheAmong, longCacheIn } from '../../metering/cache-lifetimes';

/** Of a body. @throws Fault `invalid_request` that names the lifetime */
export function refuseLongCache(body: unknown): void {
  refuse(longCacheIn(body));
}

/** Where it is a list. @throws Fault `invalid_request` that names the lifetime */
export function refuseLongCaches(holders: unknown, path: string): void {
  refuse(longCacheAmong(holders, path));
}

function refuse(found: LongCache | undefined): void {
  if (found !== undefined) throw wrong(found.member, `must be ${found.shortest}: others are priced apart`);
}
