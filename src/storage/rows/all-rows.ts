import { AccountRow } from './account.row';
import { AccountTokenRow } from './account-token.row';
import { ApiKeyRow } from './api-key.row';
import { AttemptRow } from './attempt.row';
import { CatalogStateRow } from './catalog-state.row';
import { ChannelRow } from './channel.row';
import { HoldRow } from './hold.row';
import { KeySecretRow } from './key-secret.row';
import { ModelRow } from './model.row';
import { PriceVersionRow } from './price-version.row';
import { ProjectRow } from './project.row';
import { ReceiptRow } from './receipt.row';
import { RouteRow } from './route.row';
import { RouteStepRow } from './route-step.row';
import { SettingRow } from './setting.row';
import { TransferRow } from './transfer.row';
import { WalletRow } from './wallet.row';
import { WalletChangeRow } from './wallet-change.row';

/** Every row class: what the data source knows. */
export const ALL_ROWS = [
  AccountRow,
  AccountTokenRow,
  ApiKeyRow,
  AttemptRow,
  CatalogStateRow,
  ChannelRow,
  HoldRow,
  KeySecretRow,
  ModelRow,
  PriceVersionRow,
  ProjectRow,
  ReceiptRow,
  RouteRow,
  RouteStepRow,
  SettingRow,
  TransferRow,
  WalletChangeRow,
  WalletRow,
];
