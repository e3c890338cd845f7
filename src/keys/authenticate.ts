/**
 * Who calls. A key is found by the hash of its secret and remembered for at most two seconds, so that a change made in
 * another process takes effect within that time, and one made in this process at once (`forget`).
 */
import { AddressRanges } from '../kernel/addresses';
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import { unreachable } from '../kernel/invariant';
import { hashSecret, sameHash } from '../kernel/secret';
import { type ApiKey, keyStatus } from './api-key';
import type { ApiKeyStore, FoundKey, KnownKey } from './api-key-store';

/** A key whose secret was presented, or that the gateway itself calls for. It may still be paused, revoked or expired: `admitKey` decides. */
export type RecognisedKey = KnownKey;

/** What a caller shows: a bearer secret, or none; or, within the process alone, which key it calls for. */
export type Credential = string | null | { readonly keyId: string };

/** The secret of `Bearer …`, as the header `Authorization` has it; null where there is none, or another scheme. */
export function bearerSecret(authorization: string | undefined): string | null {
  return BEARER.exec(authorization ?? '')?.[1] ?? null;
}

const UNREADABLE = 'Keys cannot be read now: nothing was sent or charged. Try again in a moment.';
const BEARER = /^Bearer\s+(\S+)\s*$/i;

/** A key that was recognised and may call. Only `admitKey` makes one. */
export interface Caller {
  readonly key: ApiKey;
}

interface Remembered {
  readonly found: FoundKey | undefined;
  readonly readAt: number;
}

const FRESH_MS = 800;
const USABLE_MS = 1_800;
const REMEMBERED_MAX = 10_000;

export class KeyRing {
  private readonly remembered = new Map<string, Remembered>();
  private readonly reading = new Map<string, Promise<Remembered>>();
  private generation = 0;

  constructor(
    private readonly store: ApiKeyStore,
    private readonly clock: Clock,
  ) {}

  /**
   * The key that a credential stands for, whatever its status.
   * @throws Fault `invalid_api_key` (unknown, missing or replaced), `temporarily_unavailable` (the keys cannot be read)
   */
  recognise(secret: Credential): Promise<RecognisedKey> {
    return this.found(secret, (hash) => this.usable(hash));
  }

  /**
   * The same for whoever asks again and again on his own: by what was read within the last 0.8 s. What is merely usable would be that
   * much older than his own pause when he sees it.
   */
  recogniseFresh(secret: Credential): Promise<RecognisedKey> {
    return this.found(secret, (hash) => this.fresh(hash));
  }

  private async found(secret: Credential, remembered: (hash: string) => Remembered | undefined): Promise<RecognisedKey> {
    if (typeof secret === 'object' && secret !== null) return this.known(secret.keyId);
    if (secret === null || secret === '') throw new Fault('invalid_api_key', 'No API key was sent: send one as "Authorization: Bearer …".');
    const hash = hashSecret(secret);
    const { found } = remembered(hash) ?? (await this.read(hash));
    if (found === undefined || !sameHash(found.secret.hash, hash)) {
      throw new Fault('invalid_api_key', 'The API key is not known.');
    }
    const { validUntil } = found.secret;
    if (validUntil !== null && validUntil <= this.clock.now()) {
      throw new Fault('invalid_api_key', 'This secret of the API key was replaced: use the new one.');
    }
    return found;
  }

  /** Drops what is remembered, so that the next call reads anew. To be called after every change of a key. */
  forget(): void {
    this.generation += 1;
    this.remembered.clear();
    this.reading.clear();
  }

  /** Read anew each time: whoever calls for a key in process does so seldom, and sees every change of it at once. */
  private async known(id: string): Promise<RecognisedKey> {
    const found = await this.store.findById(id).catch((cause: unknown) => {
      throw new Fault('temporarily_unavailable', UNREADABLE, { cause });
    });
    if (found === undefined) throw new Fault('invalid_api_key', 'The API key is not known.');
    return found;
  }

  private usable(hash: string): Remembered | undefined {
    const entry = this.youngerThan(USABLE_MS, hash);
    if (entry !== undefined && this.fresh(hash) === undefined) this.read(hash).catch(() => undefined);
    return entry;
  }

  private fresh(hash: string): Remembered | undefined {
    return this.youngerThan(FRESH_MS, hash);
  }

  private youngerThan(ms: number, hash: string): Remembered | undefined {
    const entry = this.remembered.get(hash);
    return entry !== undefined && this.clock.monotonic() - entry.readAt < ms ? entry : undefined;
  }

  private read(hash: string): Promise<Remembered> {
    const running = this.reading.get(hash);
    if (running !== undefined) return running;
    const reading = this.readNow(hash);
    this.reading.set(hash, reading);
    const done = () => {
      if (this.reading.get(hash) === reading) this.reading.delete(hash);
    };
    reading.then(done, done);
    return reading;
  }

  private async readNow(hash: string): Promise<Remembered> {
    const readAt = this.clock.monotonic();
    const { generation } = this;
    try {
      const entry = { found: await this.store.findBySecretHash(hash), readAt };
      // An unknown secret is not remembered: it would let strangers fill the memory.
      if (entry.found !== undefined && generation === this.generation) this.remember(hash, entry);
      return entry;
    } catch (cause) {
      throw new Fault('temporarily_unavailable', UNREADABLE, { cause });
    }
  }

  private remember(hash: string, entry: Remembered): void {
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.clear();
    this.remembered.set(hash, entry);
  }
}

/** In place of an address: the gateway itself calls, or asks whether the key could. */
export const WITHIN = Symbol('within the gateway');

/** Where a call comes from: the address of its client, null where that cannot be known, or within the gateway. */
export type Source = string | null | typeof WITHIN;

/**
 * Lets a recognised key call, or says why not.
 * @throws Fault `account_suspended`, `key_paused`, `key_revoked`, `key_expired`, `address_not_allowed`
 */
export function admitKey(recognised: Pick<RecognisedKey, 'key'>, now: number, from: Source): Caller {
  const { key } = recognised;
  refuseStrangePlace(key, from);
  if (key.accountSuspended) throw new Fault('account_suspended', 'The account of the API key is suspended.');
  const status = keyStatus(key, now);
  switch (status) {
    case 'ACTIVE':
      return { key };
    case 'PAUSED':
      throw new Fault('key_paused', 'The API key is paused.');
    case 'REVOKED':
      throw new Fault('key_revoked', 'The API key was revoked.');
    case 'EXPIRED':
      throw new Fault('key_expired', 'The API key has expired.');
    default:
      return unreachable(status);
  }
}

/** First of all: whoever found a key and calls from elsewhere learns nothing more of it. */
function refuseStrangePlace({ policies: { allowedAddresses } }: ApiKey, from: Source): void {
  if (from === WITHIN || allowedAddresses.length === 0) return;
  if (from === null) throw new Fault('address_not_allowed', 'The API key may not be used from an address that cannot be known.');
  if (!rangesOf(allowedAddresses).has(from)) throw new Fault('address_not_allowed', `The API key may not be used from ${from}.`);
}

const RANGES = new WeakMap<readonly string[], AddressRanges>();

/** Made once for as long as a key is remembered: it takes ten times as long as to look an address up. */
function rangesOf(texts: readonly string[]): AddressRanges {
  const made = RANGES.get(texts);
  if (made !== undefined) return made;
  const ranges = new AddressRanges(texts);
  RANGES.set(texts, ranges);
  return ranges;
}
