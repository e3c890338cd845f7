import { Entity } from 'typeorm';
import { Id, Instant, Text } from './columns';

@Entity('key_secret')
export class KeySecretRow {
  @Id() hash: string;
  @Text() keyId: string;
  @Instant() createdAt: number;
  @Instant({ nullable: true }) validUntil: number | null;
}
