import { Entity } from 'typeorm';
import { Amount, Count, Id, Instant, Text } from './columns';

@Entity('price_version')
export class PriceVersionRow {
  @Id() id: string;
  @Text() routeId: string;
  @Text({ nullable: true }) channelId: string | null;
  @Count() version: number;
  @Text() currency: string;
  @Amount() input: bigint;
  @Amount({ nullable: true }) cachedInput: bigint | null;
  @Amount({ nullable: true }) cacheWrite: bigint | null;
  @Amount() output: bigint;
  @Amount({ nullable: true }) perRequest: bigint | null;
  @Amount() multiplier: bigint;
  @Instant() effectiveFrom: number;
}
