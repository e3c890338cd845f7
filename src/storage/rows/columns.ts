/** The kinds of columns, as `migrations/dialect.ts` makes them. Decorator metadata is off, so each kind says its type. */
import { Column, PrimaryColumn, type ValueTransformer } from 'typeorm';
import { big, whole } from '../sql/row-values';

interface Choice {
  readonly nullable?: boolean;
  /** Where the column is not called as its property is. */
  readonly name?: string;
}

const unlessNull =
  <T>(read: (value: unknown) => T) =>
  (value: unknown): T | null =>
    value === null || value === undefined ? null : read(value);

/** Bound as bigints: SQLite takes a number for a float, and MySQL counts in floats with a text. */
const bigint: ValueTransformer = { to: (value: unknown) => value, from: unlessNull(big) };
const count: ValueTransformer = { to: unlessNull((value) => BigInt(value as number)), from: unlessNull(whole) };
const bit: ValueTransformer = { to: (value: boolean) => (value ? 1n : 0n), from: (value: unknown) => whole(value) === 1 };

/** A primary key, or a part of one. */
export const Id = () => PrimaryColumn({ type: 'varchar' });
export const Text = (choice: Choice = {}) => Column({ type: 'varchar', ...choice });
export const LongText = (choice: Choice = {}) => Column({ type: 'text', ...choice });
/** Nano units, or anything else beyond the safe range: a bigint. */
export const Amount = () => Column({ type: 'bigint', transformer: bigint });
/** Milliseconds since 1970: a number. */
export const Instant = (choice: Choice = {}) => Column({ type: 'bigint', transformer: count, ...choice });
/** A whole number that an int holds. */
export const Count = (choice: Choice = {}) => Column({ type: 'int', transformer: count, ...choice });
export const Flag = () => Column({ type: 'int', transformer: bit });
