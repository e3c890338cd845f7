import { AccountRow } from './account.row';
import { AccountTokenRow } from './account-token.row';
import { ApiKeyRow } from './api-key.row';
import { KeySecretRow } from './key-secret.row';
import { ProjectRow } from './project.row';
import { SettingRow } from './setting.row';
import { WalletRow } from './wallet.row';

/** Every row class: what is written through TypeORM. The catalog and the ledger are plain SQL. */
export const ALL_ROWS = [AccountRow, AccountTokenRow, ApiKeyRow, KeySecretRow, ProjectRow, SettingRow, WalletRow];
