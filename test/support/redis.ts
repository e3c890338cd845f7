/** The Redis of the tests. Each suite writes under a prefix of its own. */
import { randomBytes } from 'node:crypto';
import { createClient } from '@redis/client';

export const REDIS_SERVER = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** Whether this machine serves it. In CI a missing service is a failure; elsewhere it is said and left out. */
export async function redisIsServed(): Promise<boolean> {
  const client = createClient({ url: REDIS_SERVER, socket: { connectTimeout: 3_000, reconnectStrategy: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return true;
  } catch (cause) {
    if (process.env['CI']) throw new Error(`CI needs Redis at ${REDIS_SERVER}`, { cause });
    console.warn(`left out: Redis suites, because nothing answers at ${REDIS_SERVER} (set TEST_REDIS_URL)`);
    return false;
  } finally {
    if (client.isOpen) client.destroy();
  }
}

export const freshPrefix = () => `tf_test_${randomBytes(6).toString('hex')}:`;
