/** What the last use of an `Idempotency-Key` means for a request that comes with it. */
import type { Idempotence, LedgerVerdict } from './ledger-store';

/** How the last hold that was placed with a key stands. */
export const KEY_USE_STATES = ['OPEN', 'SETTLED', 'RELEASED'] as const;

/** The last request that held money with a key. */
export interface KeyUse {
  readonly bodyHash: string;
  readonly requestId: string;
  readonly state: (typeof KEY_USE_STATES)[number];
}

export type SameKey = Extract<LedgerVerdict, { verdict: 'same_key' }>;

/** Why a request with the same key may hold nothing; null: it may, because it is that request itself, or because that one cost nothing. */
export function sameKey(use: KeyUse, request: string, { bodyHash }: Pick<Idempotence, 'bodyHash'>): SameKey | null {
  const { requestId, state } = use;
  if (requestId === request) return null;
  if (use.bodyHash !== bodyHash) return { verdict: 'same_key', state: 'other_body', requestId };
  if (state === 'RELEASED') return null;
  return { verdict: 'same_key', state: state === 'OPEN' ? 'running' : 'settled', requestId };
}
