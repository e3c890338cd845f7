import { Entity } from 'typeorm';
import { Flag, Id, Instant, Text } from './columns';

@Entity('route')
export class RouteRow {
  @Id() id: string;
  @Text() modelId: string;
  @Text() type: string;
  @Flag() enabled: boolean;
  @Text() priceId: string;
  @Instant({ nullable: true }) retiredAt: number | null;
}
