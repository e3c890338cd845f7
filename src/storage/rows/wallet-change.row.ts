import { Entity } from 'typeorm';
import { Amount, Id, Sequence, Text } from './columns';

@Entity('wallet_change')
export class WalletChangeRow {
  @Id() walletId: string;
  @Sequence() seq: bigint;
  @Text() batchId: string;
  /** Microseconds since 1970, strictly ascending on each wallet. */
  @Amount() atUs: bigint;
  @Amount() postedDelta: bigint;
  @Amount() postedAfter: bigint;
  @Amount() heldAfter: bigint;
}
