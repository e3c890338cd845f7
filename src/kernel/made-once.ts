/** Making something whose secret is shown once, with an idempotency key: a repeat makes nothing, and names what was made. */
import { Fault, wrong } from './fault';
import { fingerprint } from './secret';

/** One request to make something. */
export interface Once {
  /** The same for every request with the same idempotency key of the same maker. */
  readonly key: string;
  /** The same for every request that wants the same. */
  readonly contentHash: string;
}

/** What an earlier request with that key made: the id of the first of it. */
export interface MadeBefore {
  readonly made: string;
  readonly contentHash: string;
}

/** Remembers the requests that made something. */
export interface MadeMemory {
  /** By the key of the request. */
  madeBefore(requestKey: string): Promise<MadeBefore | undefined>;
}

const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,148}[\x21-\x7e])?$/;
const PARAM = { param: 'idempotencyKey' };

/** @throws Fault `invalid_request` */
export function checkIdempotencyKey(key: string): string {
  if (KEY.test(key)) return key;
  throw wrong('idempotencyKey', 'must have 1 to 150 printable ASCII characters, without spaces around them');
}

/** `scope`: what is made, and for whom. Null without a key. @throws Fault `invalid_request` for a key that is none */
export function onceOf(scope: readonly string[], key: string | null, wish: object): Once | null {
  if (key === null) return null;
  const content = JSON.stringify(wish, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
  return { key: fingerprint(...scope, checkIdempotencyKey(key)), contentHash: fingerprint(content) };
}

/**
 * Gives what `make` gives, which notes `once` together with what it makes. `words` says what was made, and what can be done about it.
 * @throws Fault `idempotency_settled` where the same was made before, `idempotency_mismatch` where something else was; what `make` throws
 */
export async function makeOnce<T>(
  memory: MadeMemory,
  once: Once | null,
  words: (made: string) => string,
  make: () => Promise<T>,
): Promise<T> {
  if (once === null) return make();
  refuseMade(await memory.madeBefore(once.key), once, words);
  try {
    return await make();
  } catch (error) {
    // The same request at the same moment may have been quicker.
    if (!(error instanceof Fault)) refuseMade(await memory.madeBefore(once.key), once, words);
    throw error;
  }
}

function refuseMade(before: MadeBefore | undefined, { contentHash }: Once, words: (made: string) => string): void {
  if (before === undefined) return;
  if (before.contentHash === contentHash) throw new Fault('idempotency_settled', words(before.made), PARAM);
  throw new Fault('idempotency_mismatch', `This idempotencyKey was used for another wish, which made ${before.made}.`, PARAM);
}
