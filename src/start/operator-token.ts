/** The operator's bearer token: from the environment, or made at the first start and shown once. Stored as a hash only. */
import { type ConfigurationFault, refuseFaults } from '../kernel/configuration-error';
import { hashSecret, newSecret } from '../kernel/secret';
import type { AccountStore, SettingStore } from '../keys/account-store';
import type { ApiKeyStore } from '../keys/api-key-store';
import type { DeclaredAccount } from '../keys/declared-account';
import type { TokenStore } from '../keys/management-token';
import { OPERATOR_TOKEN_SETTING } from '../keys/viewer';

/** Everything that a bearer secret can open beside the operator's rights. */
export interface Opened {
  readonly settings: Pick<SettingStore, 'get'>;
  readonly accounts: Pick<AccountStore, 'findByTokenHash'>;
  readonly tokens: Pick<TokenStore, 'findByHash'>;
  readonly keys: Pick<ApiKeyStore, 'findBySecretHash'>;
}

/** Whoever is given such a token or secret for an account would have the rights of the operator. */
export function declaredForOperator(accounts: readonly DeclaredAccount[], operatorHash: string): ConfigurationFault[] {
  const problem = "is the operator's token: give the account a secret of its own";
  const isOperators = (secret: string | null) => secret !== null && hashSecret(secret) === operatorHash;
  return accounts.flatMap(({ token, keys }, index) => [
    ...(isOperators(token) ? [{ path: `accounts[${index}].token`, problem }] : []),
    ...keys.flatMap(({ secret }, at) => (isOperators(secret) ? [{ path: `accounts[${index}].keys[${at}].secret`, problem }] : [])),
  ]);
}

/**
 * Sees to it that the operator's token, the given one or else the one that is known already, opens nothing of an account, and that
 * nothing declared becomes the operator's. Writes nothing.
 * @throws ConfigurationError
 */
export async function checkOperatorToken(opened: Opened, given: string | null, declared: readonly DeclaredAccount[]): Promise<void> {
  const hash = given === null ? await opened.settings.get(OPERATOR_TOKEN_SETTING) : hashSecret(given);
  if (hash === undefined) return;
  refuseFaults(declaredForOperator(declared, hash));
  if (given === null) return;
  const account = (await opened.accounts.findByTokenHash(hash))?.id ?? (await opened.tokens.findByHash(hash))?.accountId;
  const key = (await opened.keys.findBySecretHash(hash))?.key.id;
  const whose = [...(account === undefined ? [] : [`the account "${account}"`]), ...(key === undefined ? [] : [`the key "${key}"`])];
  refuseFaults(whose.map((opens) => ({ path: 'ADMIN_TOKEN', problem: `opens ${opens} already: choose another one` })));
}

/** Sees to it that there is a token. Gives the new one when it was made just now, null when it is known already. */
export async function establishOperatorToken(settings: SettingStore, given: string | null): Promise<string | null> {
  if (given !== null) {
    await settings.set(OPERATOR_TOKEN_SETTING, hashSecret(given));
    return null;
  }
  if ((await settings.get(OPERATOR_TOKEN_SETTING)) !== undefined) return null;
  const token = newSecret('tf-admin-');
  const kept = await settings.setOnce(OPERATOR_TOKEN_SETTING, hashSecret(token));
  return kept === hashSecret(token) ? token : null;
}
