import { DefaultNamingStrategy } from 'typeorm';
import { columnName } from './sql/column-name';

/** `createdAt` in a row class is `created_at` in its table; columns that several tables share keep their plain names. */
export class SnakeCase extends DefaultNamingStrategy {
  override columnName(property: string, given: string | undefined): string {
    return given ?? columnName(property);
  }
}
