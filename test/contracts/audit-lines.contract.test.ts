/** Whoever has a long history verified keeps nobody else waiting: usage is added up, and batches are sealed, meanwhile. */
import { systemClock } from '../../src/kernel/clock';
import { AuditThread } from '../../src/storage/audit/audit-thread';
import { locationOf } from '../support/audited-ledger';
import { addBulkHistory } from '../support/bulk-history';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { addFirstRequests } from '../support/long-histories';

/** To verify them takes many times as long as to add up one round of them. */
const REQUESTS = 20_000;
const EVERYTHING = { after: '', before: 'g', since: 0 };
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the lines of the audit on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let audit: AuditThread;

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    await addFirstRequests(database);
    await addBulkHistory(database, { walletId: 'acme:RMB', requests: REQUESTS, stepMs: 1_000 });
    audit = new AuditThread({ location: locationOf(database), clock: systemClock, log: SILENT });
    // Both threads are there before anything is compared.
    await Promise.all([audit.verify('other:CREDIT'), audit.rollUp()]);
  });

  afterAll(async () => {
    await audit?.close();
    await database?.drop();
  });

  const promise = whereServed(() => served);

  promise('usage is added up and batches are sealed while a wallet is verified', async () => {
    let verified = false;
    const verification = audit.verify('acme:RMB').then((found) => {
      verified = true;
      return found;
    });
    expect([(await audit.rollUp()).batches > 0, verified]).toEqual([true, false]);
    expect([((await audit.seal(EVERYTHING))?.batches ?? 0) > 0, verified]).toEqual([true, false]);
    expect(await verification).toMatchObject({ entries: REQUESTS + 2 });
  });

  promise('whoever closes it ends a verification that is running, and nothing is asked any more', async () => {
    const running = audit.verify('acme:RMB');
    await audit.close();
    await expect(running).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await expect(audit.rollUp()).rejects.toThrow('The audit thread has ended.');
    await expect(audit.verify('acme:CREDIT')).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});
