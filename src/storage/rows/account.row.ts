import { Entity } from 'typeorm';
import { Count, Id, Instant, Text } from './columns';

@Entity('account')
export class AccountRow {
  @Id() id: string;
  @Text() name: string;
  @Instant() createdAt: number;
  @Instant({ nullable: true }) suspendedAt: number | null;
  @Count({ nullable: true }) requestsPerMinute: number | null;
  @Count({ nullable: true }) tokensPerMinute: number | null;
  @Count({ nullable: true }) concurrency: number | null;
}
