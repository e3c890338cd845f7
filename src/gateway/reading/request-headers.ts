/** The request headers that the gateway itself obeys: `x-forge-route`, `x-forge-deadline-ms`, `x-forge-run` and `Idempotency-Key`. */
import { wrong } from '../../kernel/fault';
import { type Form, formPieces } from '../../kernel/form';
import { fingerprint } from '../../kernel/secret';
import type { RouteType } from '../../kernel/words';
import { DEADLINE_MAX_MS } from '../../keys/key-policies';
import type { Idempotence } from '../../ledger/ledger-store';

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
      throw wrong('x-forge-route', 'must be "ordinary" or "official"');
  }
}

const WHOLE = /^\d{1,7}$/;

/**
 * The milliseconds that `x-forge-deadline-ms` leaves the whole request, or null without the header.
 * @throws Fault `invalid_request` for anything but a whole number from 1 to 3,600,000
 */
export function readDeadlineHeader(value: string | null): number | null {
  if (value === null) return null;
  const text = value.trim();
  const ms = WHOLE.test(text) ? Number.parseInt(text, 10) : 0;
  if (ms >= 1 && ms <= DEADLINE_MAX_MS) return ms;
  throw wrong('x-forge-deadline-ms', `must be a whole number of milliseconds from 1 to ${DEADLINE_MAX_MS}`);
}

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * What `Idempotency-Key` makes of a request: the same key with the same body is the same request, for one API key. A form is
 * the same when its parts are: every client makes a boundary of its own for every request.
 * @throws Fault `invalid_request` for a key that is empty, longer than 255 characters, or not printable ASCII
 */
export function readIdempotencyKey(value: string | null, apiKeyId: string, endpoint: string, body: Buffer | Form): Idempotence | null {
  if (value === null) return null;
  if (!IDEMPOTENCY_KEY.test(value)) throw wrong('Idempotency-Key', 'must have 1 to 255 printable ASCII characters');
  return {
    id: fingerprint(apiKeyId, value),
    bodyHash: Buffer.isBuffer(body) ? fingerprint(endpoint, body) : fingerprint(endpoint, ...formPieces(body)),
  };
}
