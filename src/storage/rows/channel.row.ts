import { Entity } from 'typeorm';
import { Flag, Id, Instant, LongText, Text } from './columns';

@Entity('channel')
export class ChannelRow {
  @Id() id: string;
  @Text() name: string;
  @Text() protocol: string;
  @Text() baseUrl: string;
  @LongText() sealedApiKey: string;
  /** JSON. */
  @LongText() timeouts: string;
  @Text() onClientGone: string;
  @Flag() enabled: boolean;
  @Instant({ nullable: true }) retiredAt: number | null;
}
