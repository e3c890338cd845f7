import { Entity } from 'typeorm';
import { Flag, Id, Instant, LongText, Text } from './columns';

@Entity('api_key')
export class ApiKeyRow {
  @Id() id: string;
  @Text() accountId: string;
  @Text({ nullable: true }) projectId: string | null;
  @Text() name: string;
  @Text() prefix: string;
  @Text() status: string;
  @Text() routePolicy: string;
  @Flag() crossBucketFallback: boolean;
  /** A JSON list of model ids; null: every model. */
  @LongText({ nullable: true }) allowedModels: string | null;
  /** JSON; amounts in it are texts of nano units. */
  @LongText() limits: string;
  /** JSON; amounts in it are texts of nano units. null: none. */
  @LongText({ nullable: true }) policies: string | null;
  @Instant() createdAt: number;
  @Instant({ nullable: true }) expiresAt: number | null;
}
