import { Column, Entity } from 'typeorm';
import { Amount, Count, Id, Instant, Position, Text } from './columns';
import { UsageColumns } from './request-columns';

@Entity('attempt')
export class AttemptRow {
  @Id() receiptId: string;
  @Position('idx') index: number;
  @Text() channelId: string;
  @Text() role: string;
  @Count() retry: number;
  @Text() status: string;
  @Text() upstreamModel: string;
  @Text({ nullable: true }) upstreamRequestId: string | null;
  @Count({ nullable: true }) providerStatus: number | null;
  @Text({ nullable: true }) errorCode: string | null;
  @Text({ nullable: true }) errorMessage: string | null;
  @Column(() => UsageColumns) usage: UsageColumns;
  @Instant() startedAt: number;
  @Count({ nullable: true }) latencyMs: number | null;
  @Count({ nullable: true }) firstTokenMs: number | null;
  @Amount() charge: bigint;
}
