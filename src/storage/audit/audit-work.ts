/** The work of the audit's thread and of the command: the rules over a database, with the formula of charges. */
import { type AuditReport, auditLedger } from '../../ledger/audit/audit-ledger';
import { chargeFor } from '../../metering/charge';
import type { DatabaseLocation } from '../data-source';
import { readingLedger } from '../reading-ledger';
import { type AuditDatabase, openAuditDatabase } from './audit-database';
import { refuseDamagedFile } from './damaged-file';
import { SqlSnapshot } from './sql-snapshot';

const FINDINGS_KEPT = 100;

/** Audits everything (null) or one wallet, as of one moment. `at`: now, in milliseconds since 1970. */
export function auditDatabase(database: AuditDatabase, at: number, walletId: string | null, keep = FINDINGS_KEPT): Promise<AuditReport> {
  return database.inSnapshot((read) =>
    auditLedger({ snapshot: new SqlSnapshot(read, database.alongIndex), chargeFor, at, walletId, keep }),
  );
}

/**
 * Audits everything at that place, on a connection of its own.
 * @throws ConfigurationError when no ledger is there, or one that has not been brought up to date by a gateway yet
 */
export function auditLocation(location: DatabaseLocation, at: number, keep = FINDINGS_KEPT): Promise<AuditReport> {
  return readingLedger(location, async () => {
    const database = await openAuditDatabase(location, { readOnly: true });
    try {
      refuseDamagedFile(location);
      return await auditDatabase(database, at, null, keep);
    } finally {
      await database.close();
    }
  });
}
