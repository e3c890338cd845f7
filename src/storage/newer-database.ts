import type { DataSource } from 'typeorm';
import { CannotStart } from '../kernel/cannot-start';
import { invariant } from '../kernel/invariant';

const TABLE = 'migrations';
const TIMESTAMP = /\d{13}$/;

/**
 * An older build would write what it knows into tables that have come to mean more, and leave out what the books need by now.
 * @throws CannotStart when a build that is newer than this one has migrated the database
 */
export async function refuseNewerDatabase(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    if (!(await runner.hasTable(TABLE))) return;
    const carriedOut: readonly { readonly name: string }[] = await runner.query(`SELECT name FROM ${TABLE}`);
    const newest = dataSource.migrations
      .map(({ constructor }) => timestampOf(constructor.name))
      .sort()
      .at(-1);
    invariant(newest !== undefined, 'there are migrations');
    const unknown = carriedOut.filter(({ name }) => timestampOf(name) > newest).map(({ name }) => name);
    if (unknown.length === 0) return;
    throw new CannotStart(
      `The database was migrated by a newer build, which this one does not understand (${unknown.join(', ')}): start that build, or put back a backup from before it.`,
    );
  } finally {
    await runner.release();
  }
}

/** Of one length, so that they compare as text. */
function timestampOf(migration: string): string {
  return TIMESTAMP.exec(migration)?.[0] ?? '';
}
