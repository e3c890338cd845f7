import { Entity } from 'typeorm';
import { Count, Id, Instant } from './columns';

@Entity('model')
export class ModelRow {
  @Id() id: string;
  @Count() position: number;
  @Count() contextWindow: number;
  @Count() maxOutputTokens: number;
  @Count() mediaPartTokens: number;
  @Instant({ nullable: true }) retiredAt: number | null;
}
