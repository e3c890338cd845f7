import { DefaultNamingStrategy } from 'typeorm';

/** `createdAt` in a row class is `created_at` in its table; columns that several tables share keep their plain names. */
export class SnakeCase extends DefaultNamingStrategy {
  override columnName(property: string, given: string | undefined): string {
    return given ?? property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}
