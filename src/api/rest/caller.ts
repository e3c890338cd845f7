import type { FastifyRequest } from 'fastify';
import type { AddressOf } from '../../kernel/addresses';
import type { Clock } from '../../kernel/clock';
import type { ApiKey } from '../../keys/api-key';
import { admitKey, type KeyRing } from '../../keys/authenticate';
import { bearerOf, headerOf } from './bearer';

export interface CallerDeps {
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly addressOf: AddressOf;
}

/** The key of the caller; clients of Anthropic's send it in a header of their own. @throws Fault when it is none, or may not be used now */
export async function callerOf({ keyRing, clock, addressOf }: CallerDeps, { headers, raw }: FastifyRequest): Promise<ApiKey> {
  const secret = bearerOf(headers) ?? headerOf(headers, 'x-api-key');
  return admitKey(await keyRing.recognise(secret), clock.now(), addressOf(raw)).key;
}
