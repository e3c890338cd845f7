/** The request headers of the gateway's own: `x-forge-route` and `x-forge-run`. */
import { Fault } from '../kernel/fault';
import type { RouteType } from '../kernel/words';

/**
 * The route type that `x-forge-route` narrows to, or null without the header.
 * @throws Fault `invalid_request` for any other word
 */
export function readRouteHeader(value: string | null): RouteType | null {
  if (value === null) return null;
  switch (value.trim().toLowerCase()) {
    case 'ordinary':
      return 'ORDINARY';
    case 'official':
      return 'OFFICIAL';
    default:
      throw new Fault('invalid_request', 'x-forge-route must be "ordinary" or "official".', { param: 'x-forge-route' });
  }
}

/** A call that names a run must be counted to it: while there is no such run it is refused, never served beside it. */
export function checkRunHeader(value: string | null): void {
  if (value !== null) throw new Fault('not_found', 'x-forge-run names a run that does not exist.', { param: 'x-forge-run' });
}
