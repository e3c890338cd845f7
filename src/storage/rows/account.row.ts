import { Entity } from 'typeorm';
import { Id, Instant, Text } from './columns';

@Entity('account')
export class AccountRow {
  @Id() id: string;
  @Text() name: string;
  @Instant() createdAt: number;
  @Instant({ nullable: true }) suspendedAt: number | null;
}
