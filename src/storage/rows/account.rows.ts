/** Rows of accounts, projects, tokens and settings. They never leave `storage`. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintColumn } from './columns';

@Entity('account')
export class AccountRow {
  @PrimaryColumn({ type: 'varchar' })
  id: string;
  @Column({ type: 'varchar' })
  name: string;
  @Column({ name: 'created_at', ...bigintColumn })
  createdAt: number;
}

@Entity('account_token')
export class AccountTokenRow {
  @PrimaryColumn({ type: 'varchar' })
  hash: string;
  @Column({ name: 'account_id', type: 'varchar' })
  accountId: string;
  @Column({ name: 'created_at', ...bigintColumn })
  createdAt: number;
}

@Entity('project')
export class ProjectRow {
  @PrimaryColumn({ type: 'varchar' })
  id: string;
  @Column({ name: 'account_id', type: 'varchar' })
  accountId: string;
  @Column({ type: 'varchar' })
  name: string;
  @Column({ name: 'created_at', ...bigintColumn })
  createdAt: number;
}

@Entity('setting')
export class SettingRow {
  @PrimaryColumn({ type: 'varchar' })
  name: string;
  @Column({ type: 'text' })
  value: string;
}
