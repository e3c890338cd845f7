/** An account that an operator declares for a first start. What exists already is never overwritten with it. */
import type { Bucket } from '../kernel/words';
import type { ApiKey, SpendLimit } from './api-key';

export type DeclaredKey = Pick<
  ApiKey,
  'id' | 'name' | 'projectId' | 'routePolicy' | 'crossBucketFallback' | 'allowedModels' | 'limits' | 'policies' | 'expiresAt'
> & {
  /** Stored only as a hash. */
  readonly secret: string;
};

export interface DeclaredAccount {
  readonly id: string;
  readonly name: string;
  /** The owner's bearer token for the graph; null: only the operator reaches the account. */
  readonly token: string | null;
  /** What the wallets start with, in nano units; a bucket that is not named starts empty. */
  readonly wallets: readonly { readonly bucket: Bucket; readonly amount: bigint }[];
  readonly projects: readonly { readonly id: string; readonly name: string; readonly spendLimits: readonly SpendLimit[] }[];
  readonly keys: readonly DeclaredKey[];
}
