import { Entity } from 'typeorm';
import { Count, LongText, Position } from './columns';

@Entity('catalog_state')
export class CatalogStateRow {
  @Position() id: number;
  @Count() revision: number;
  /** JSON. */
  @LongText() applied: string;
}
