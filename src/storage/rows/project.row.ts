import { Entity } from 'typeorm';
import { Id, Instant, Text } from './columns';

@Entity('project')
export class ProjectRow {
  @Id() id: string;
  @Text() accountId: string;
  @Text() name: string;
  @Instant() createdAt: number;
}
