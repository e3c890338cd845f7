/** What tells one ledger from another, wherever it is reached: settlements kept on a disk are only ever replayed into their own. */
import { newId } from '../kernel/ids';
import type { SettingStore } from '../keys/account-store';

const LEDGER_ID_SETTING = 'ledger_id';

/** The id that the database bears; made at its first start, and the same for all processes. */
export async function establishLedgerId(settings: SettingStore): Promise<string> {
  return (await settings.get(LEDGER_ID_SETTING)) ?? settings.setOnce(LEDGER_ID_SETTING, newId());
}
