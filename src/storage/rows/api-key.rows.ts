/** Rows of API keys and of the secrets that open them. They never leave `storage`. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintColumn, flagColumn, nullableBigint } from './columns';

@Entity('api_key')
export class ApiKeyRow {
  @PrimaryColumn({ type: 'varchar' })
  id: string;
  @Column({ name: 'account_id', type: 'varchar' })
  accountId: string;
  @Column({ name: 'project_id', type: 'varchar', nullable: true })
  projectId: string | null;
  @Column({ type: 'varchar' })
  name: string;
  @Column({ type: 'varchar' })
  prefix: string;
  @Column({ type: 'varchar' })
  status: string;
  @Column({ name: 'route_policy', type: 'varchar' })
  routePolicy: string;
  @Column({ name: 'cross_bucket_fallback', ...flagColumn })
  crossBucketFallback: boolean;
  /** A JSON list, or null. */
  @Column({ name: 'allowed_models', type: 'text', nullable: true })
  allowedModels: string | null;
  /** JSON; amounts are strings. */
  @Column({ type: 'text' })
  limits: string;
  @Column({ name: 'created_at', ...bigintColumn })
  createdAt: number;
  @Column({ name: 'expires_at', ...nullableBigint })
  expiresAt: number | null;
}

@Entity('key_secret')
export class KeySecretRow {
  @PrimaryColumn({ type: 'varchar' })
  hash: string;
  @Column({ name: 'key_id', type: 'varchar' })
  keyId: string;
  @Column({ name: 'created_at', ...bigintColumn })
  createdAt: number;
  @Column({ name: 'valid_until', ...nullableBigint })
  validUntil: number | null;
}
