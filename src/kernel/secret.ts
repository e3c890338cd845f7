/** Secrets: how they are made, hashed for look-up, compared, and sealed at rest. Nothing here prints one. */
import { createCipheriv, createDecipheriv, createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { invariant } from './invariant';

const SEAL_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const MASTER_KEY_BYTES = 32;

/** SHA-256 in hex: the only form in which a key or token is stored. Secrets of 128 random bits or more need no slow hash. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** What may be written down of a secret: the start of its hash, so that another one shows. */
export function secretMark(secret: string): string {
  return `sha256:${hashSecret(secret).slice(0, 12)}`;
}

/** SHA-256 in hex of several parts, none of which can pass for the end or the beginning of another one. */
export function fingerprint(...parts: readonly (string | Buffer)[]): string {
  const whole = createHash('sha256');
  for (const part of parts) whole.update(`${Buffer.byteLength(part)}:`).update(part);
  return whole.digest('hex');
}

/** Compares two hashes in constant time. */
export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a, 'utf8');
  const right = Buffer.from(b, 'utf8');
  return left.length === right.length && timingSafeEqual(left, right);
}

/** A random secret of 192 bits behind a readable prefix, in URL-safe characters. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(24).toString('base64url');
}

/** As many random characters of an alphabet of 32 as are asked for: five random bits each. */
export function randomCharacters(alphabet: string, count: number): string {
  invariant(alphabet.length === 32, 'every character of the alphabet is as likely as every other');
  return Array.from(randomBytes(count), (byte) => alphabet.charAt(byte & 31)).join('');
}

export function newMasterKey(): Buffer {
  return randomBytes(MASTER_KEY_BYTES);
}

/** Encrypts with AES-256-GCM: version ‖ nonce ‖ tag ‖ ciphertext, in base64. `context` is bound to it and must be given again to open. */
export function seal(masterKey: Buffer, plain: string, context: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce);
  cipher.setAAD(Buffer.from(context, 'utf8'));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.from([SEAL_VERSION]), nonce, cipher.getAuthTag(), body]).toString('base64');
}

/** Opens what `seal` made. Throws when the key, the context or the text is another one. */
export function unseal(masterKey: Buffer, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  invariant(bytes[0] === SEAL_VERSION, 'a sealed secret has an unknown version');
  const tagAt = 1 + NONCE_BYTES;
  // Without its length, a tag that was cut to a few bytes is taken too.
  const decipher = createDecipheriv('aes-256-gcm', masterKey, bytes.subarray(1, tagAt), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(bytes.subarray(tagAt, tagAt + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(tagAt + TAG_BYTES)), decipher.final()]).toString('utf8');
}
