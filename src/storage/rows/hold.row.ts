import { Column, Entity } from 'typeorm';
import { Amount, Id, Instant, Text } from './columns';
import { RequestColumns } from './request-columns';

@Entity('hold')
export class HoldRow {
  @Id() id: string;
  @Text() requestId: string;
  @Text() walletId: string;
  @Column(() => RequestColumns) request: RequestColumns;
  @Amount() amount: bigint;
  @Text() state: string;
  @Text() owner: string;
  @Instant() placedAt: number;
  @Instant() expiresAt: number;
  @Instant({ nullable: true }) resolvedAt: number | null;
}
