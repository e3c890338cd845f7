/** What an endpoint says of a body that it cannot serve. */
import type { Endpoint } from '../../src/gateway/endpoints/endpoint';
import { Fault } from '../../src/kernel/fault';

/** `null`: it can be served. */
export function refusalOf({ want }: Endpoint, body: object): Fault | null {
  try {
    want({ model: 'm', ...body }, 'm', undefined);
    return null;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** The member that it names; `null`: it can be served. */
export function refusedMember(endpoint: Endpoint, body: object): string | null | undefined {
  const refusal = refusalOf(endpoint, body);
  return refusal === null ? null : refusal.detail.param;
}
