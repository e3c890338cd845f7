import { Column, Entity } from 'typeorm';
import { Amount, Count, Id, Instant, Text } from './columns';
import { RequestColumns, UsageColumns } from './request-columns';

@Entity('receipt')
export class ReceiptRow {
  /** The id of the request. */
  @Id() id: string;
  @Column(() => RequestColumns) request: RequestColumns;
  @Text() status: string;
  @Text() stopReason: string;
  @Instant() settledAt: number;
  @Text({ nullable: true }) upstreamModel: string | null;
  @Text({ nullable: true }) reportedModel: string | null;
  @Text({ nullable: true }) finalChannelId: string | null;
  @Text({ nullable: true }) priceId: string | null;
  @Count() retryCount: number;
  @Count() fallbackCount: number;
  @Count({ nullable: true }) providerStatus: number | null;
  @Text({ nullable: true }) errorCode: string | null;
  @Text({ nullable: true }) errorMessage: string | null;
  @Column(() => UsageColumns) usage: UsageColumns;
  @Count({ nullable: true }) latencyMs: number | null;
  @Count({ nullable: true }) firstTokenMs: number | null;
  @Count({ nullable: true }) loweredOutputLimit: number | null;
  @Amount() charge: bigint;
  @Text({ nullable: true }) noChargeReason: string | null;
  @Text({ nullable: true }) holdId: string | null;
  @Amount({ nullable: true }) holdAmount: bigint | null;
  @Text({ nullable: true }) transferId: string | null;
}
