/** API keys for tests, from the few things that a test cares about. */
import type { ApiKey } from '../../src/keys/api-key';

export function aKey(overrides: Partial<ApiKey> = {}): ApiKey {
  return {
    id: 'key',
    accountId: 'acme',
    projectId: 'bots',
    name: 'chat',
    prefix: 'sk-tf-…',
    status: 'ACTIVE',
    routePolicy: 'ORDINARY_ONLY',
    crossBucketFallback: false,
    allowedModels: null,
    limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null, spend: [] },
    createdAt: 0,
    expiresAt: null,
    ...overrides,
  };
}
