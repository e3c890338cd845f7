/** Secrets of the catalog's accounts that open nothing, because what they are declared for is there already, with others. */
import { hashSecret } from '../../kernel/secret';
import type { DeclaredAccount } from '../../keys/declared-account';
import type { AccountPorts } from './apply-accounts';

/** Ids of accounts and of keys. */
export interface PassedOver {
  readonly accounts: readonly string[];
  readonly keys: readonly string[];
}

/**
 * Whoever writes another secret into the file may believe that the one before has ended. A secret that was replaced or revoked over the
 * graph is known, and is none of these. Call it when the accounts are applied.
 */
export async function passedOverSecrets(
  { accounts, keys }: { accounts: Pick<AccountPorts['accounts'], 'findByTokenHash'>; keys: Pick<AccountPorts['keys'], 'findBySecretHash'> },
  declared: readonly DeclaredAccount[],
): Promise<PassedOver> {
  const found = { accounts: [] as string[], keys: [] as string[] };
  for (const account of declared) {
    const { token } = account;
    if (token !== null && (await accounts.findByTokenHash(hashSecret(token))) === undefined) found.accounts.push(account.id);
    for (const { id, secret } of account.keys) {
      if ((await keys.findBySecretHash(hashSecret(secret))) === undefined) found.keys.push(id);
    }
  }
  return found;
}
