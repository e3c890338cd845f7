import { Entity } from 'typeorm';
import { Id, Instant, Text } from './columns';

@Entity('account_token')
export class AccountTokenRow {
  @Id() hash: string;
  @Text() accountId: string;
  @Instant() createdAt: number;
  @Instant({ nullable: true }) revokedAt: number | null;
}
