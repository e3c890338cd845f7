/**
 * Signs what is sent, as the Standard Webhooks specification says: HMAC-SHA256 over `id.timestamp.body` with the bytes that
 * the secret encodes in base64, as `v1,<base64>`, with a space between several.
 */
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

export interface SignedHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * `at` in milliseconds since 1970. Whoever verifies refuses old timestamps, so each try is signed anew. Signed with each of the secrets: a
 * receiver takes what one of the signatures fits, and so either secret while they change.
 */
export function signedHeaders(secrets: readonly string[], id: string, at: number, body: string): SignedHeaders {
  const timestamp = String(Math.floor(at / 1_000));
  const signatures = secrets.map((secret) => `v1,${signatureOf(secret, `${id}.${timestamp}.${body}`)}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

function signatureOf(secret: string, text: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return createHmac('sha256', key).update(text, 'utf8').digest('base64');
}
