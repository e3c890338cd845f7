/** Changes what a key may do. Its secrets, its account and its project stay. */
import { checkedName } from '../kernel/names';
import type { ApiKey, KeyLimits } from './api-key';
import { type KeyPolicies, NO_POLICIES } from './key-policies';
import { checkExpiry, checkLimits, checkModels } from './key-wishes';
import { type KeyManagement, ownKey, refuseRevoked } from './manage-keys';
import { checkPolicies } from './policy-wishes';
import type { Viewer } from './viewer';

/** What is left out stays as it is. */
export type KeyChanges = Partial<Pick<ApiKey, 'name' | 'routePolicy' | 'crossBucketFallback' | 'allowedModels' | 'expiresAt'>> & {
  readonly limits?: Partial<KeyLimits>;
  readonly policies?: Partial<KeyPolicies>;
};

/**
 * Effective from the next request on: here at once, in other processes within two seconds. What runs goes on as it began.
 * @throws Fault `not_found`, `forbidden` for an API key, `invalid_request` naming the field, or for a revoked key
 */
export async function updateKey(means: KeyManagement, viewer: Viewer, id: string, changes: KeyChanges): Promise<ApiKey> {
  refuseRevoked(await ownKey(means, viewer, id));
  const { limits, policies, ...rest } = checked(means, changes);
  const changed = await means.keys.change(id, (key) => ({
    ...key,
    ...rest,
    limits: { ...key.limits, ...limits },
    policies: { ...key.policies, ...policies },
  }));
  means.keyRing.forget();
  return changed;
}

function checked({ modelExists, clock }: KeyManagement, changes: KeyChanges): KeyChanges {
  const { name, allowedModels, expiresAt, limits, policies } = changes;
  if (limits !== undefined) checkLimits({ ...NO_LIMITS, ...limits });
  if (policies !== undefined) checkPolicies({ ...NO_POLICIES, ...policies }, modelExists);
  return {
    ...changes,
    ...(name === undefined ? {} : { name: checkedName(name) }),
    ...(allowedModels === undefined ? {} : { allowedModels: checkModels(allowedModels, modelExists) }),
    ...(expiresAt === undefined ? {} : { expiresAt: checkExpiry(expiresAt, clock.now()) }),
  };
}

const NO_LIMITS: KeyLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrency: null, spend: [] };
