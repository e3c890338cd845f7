/** The operator's bearer token: from the environment, or made at the first start and shown once. Stored as a hash only. */
import { hashSecret, newSecret } from '../kernel/secret';
import type { SettingStore } from '../keys/account-store';
import { OPERATOR_TOKEN_SETTING } from '../keys/viewer';

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
