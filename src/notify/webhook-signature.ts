/**
 * Signs what is sent, as the Standard Webhooks specification says: HMAC-SHA256 over `id.timestamp.body` with the bytes that
 * the secret encodes in base64, as `v1,<base64>`.
 */
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

export interface SignedHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** `at` in milliseconds since 1970. Whoever verifies refuses old timestamps, so each try is signed anew. */
export function signedHeaders(secret: string, id: string, at: number, body: string): SignedHeaders {
  const timestamp = String(Math.floor(at / 1_000));
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
