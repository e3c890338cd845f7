import { Entity } from 'typeorm';
import { Amount, Id, Text } from './columns';

@Entity('wallet')
export class WalletRow {
  @Id() id: string;
  @Text() accountId: string;
  @Text() bucket: string;
  @Text() currency: string;
  @Amount() posted: bigint;
  @Amount() held: bigint;
  /** The number of the newest `wallet_change`. */
  @Amount() seq: bigint;
  /** Microseconds since 1970 of the newest `wallet_change`. */
  @Amount() changedAtUs: bigint;
}
