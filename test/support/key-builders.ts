/** API keys for tests, from the few things that a test cares about. */
import { type ApiKey, NO_RATES } from '../../src/keys/api-key';
import { NO_POLICIES } from '../../src/keys/key-policies';

export function aKey(overrides: Partial<ApiKey> = {}): ApiKey {
  return {
    id: 'key',
    accountId: 'acme',
    accountSuspended: false,
    accountRates: NO_RATES,
    projectId: 'bots',
    name: 'chat',
    prefix: 'sk-tf-…',
    status: 'ACTIVE',
    routePolicy: 'ORDINARY_ONLY',
    crossBucketFallback: false,
    allowedModels: null,
    limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null, spend: [] },
    policies: NO_POLICIES,
    createdAt: 0,
    expiresAt: null,
    ...overrides,
  };
}
