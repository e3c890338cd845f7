import type { IncomingHttpHeaders } from 'node:http';
import { bearerSecret } from '../../keys/authenticate';

/** The secret of `Authorization: Bearer …`, or null when the header is missing or of another scheme. */
export function bearerOf(headers: IncomingHttpHeaders): string | null {
  return bearerSecret(headers.authorization);
}

/** A header's value when it was sent once. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}
