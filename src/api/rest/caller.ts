import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../kernel/clock';
import type { ApiKey } from '../../keys/api-key';
import { admitKey, type KeyRing } from '../../keys/authenticate';
import { bearerOf } from './bearer';

export interface CallerDeps {
  readonly keyRing: KeyRing;
  readonly clock: Clock;
}

/** The key of the caller. @throws Fault when it is none, or may not be used now */
export async function callerOf({ keyRing, clock }: CallerDeps, { headers }: FastifyRequest): Promise<ApiKey> {
  return admitKey(await keyRing.recognise(bearerOf(headers)), clock.now()).key;
}
