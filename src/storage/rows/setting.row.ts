import { Entity } from 'typeorm';
import { Id, LongText } from './columns';

@Entity('setting')
export class SettingRow {
  @Id() name: string;
  @LongText() value: string;
}
