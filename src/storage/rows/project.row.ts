import { Entity } from 'typeorm';
import { Id, Instant, Text } from './columns';

@Entity('project')
export class ProjectRow {
  @Id() id: string;
  @Text() accountId: string;
  @Text() name: string;
  /** JSON; amounts in it are texts of nano units. null: no limits. */
  @Text({ nullable: true }) spendLimits: string | null;
  @Instant() createdAt: number;
}
