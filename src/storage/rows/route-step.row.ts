import { Entity } from 'typeorm';
import { Count, Id, Position, Text } from './columns';

@Entity('route_step')
export class RouteStepRow {
  @Id() routeId: string;
  @Position() position: number;
  @Text() channelId: string;
  @Text() upstreamModel: string;
  @Count() maxAttempts: number;
  @Text({ nullable: true }) priceId: string | null;
}
