/** Whether the ledger can be written: whoever sends traffic goes by it, and must not send it to a gateway that refuses every call. */
import { Sqlite } from '../../src/storage/sqlite-driver';
import type { TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { ledgerBed } from '../support/ledger-bed';

/** Lets the database answer, and take nothing, until what is given back is called. */
async function takingNothing(database: TestDatabase): Promise<() => Promise<unknown>> {
  if (database.kind === 'mysql') {
    await database.query('RENAME TABLE gateway_process TO gateway_process_away');
    return () => database.query('RENAME TABLE gateway_process_away TO gateway_process');
  }
  const other = new Sqlite(database.file);
  other.exec('BEGIN IMMEDIATE');
  return async () => other.close();
}

describe.each(['sqlite', 'mysql'] as const)('the health of the ledger on %s', (kind) => {
  const bed = ledgerBed(kind);

  bed.promise('is bad while the database answers and takes nothing, and good again afterwards', async () => {
    expect(await bed.ledger.healthy()).toBe(true);
    const takeAgain = await takingNothing(bed.database);
    try {
      await eventually(async () => expect(await bed.ledger.healthy()).toBe(false));
    } finally {
      await takeAgain();
    }
    await eventually(async () => expect(await bed.ledger.healthy()).toBe(true));
  });
});
