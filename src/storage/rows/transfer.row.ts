import { Entity } from 'typeorm';
import { Amount, Id, Instant, Text } from './columns';

@Entity('transfer')
export class TransferRow {
  @Id() id: string;
  @Text() batchId: string;
  @Text() kind: string;
  @Text() currency: string;
  @Text() debit: string;
  @Text() credit: string;
  @Amount() amount: bigint;
  /** The side that is a wallet; null: both are house accounts. */
  @Text({ nullable: true }) walletId: string | null;
  /** What follows this entry on its wallet in the same batch, in sum. */
  @Amount() batchRest: bigint;
  @Text({ nullable: true }) holdId: string | null;
  @Text({ nullable: true }) receiptId: string | null;
  @Text({ nullable: true }) apiKeyId: string | null;
  @Text({ nullable: true }) runId: string | null;
  @Text({ nullable: true }) externalKey: string | null;
  @Text({ nullable: true }) memo: string | null;
  @Instant() createdAt: number;
}
