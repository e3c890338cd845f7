/** The work of the audit's thread and of the command: the rules over a database, with the formula of charges. */
import { ConfigurationError } from '../../kernel/configuration-error';
import { type AuditReport, auditLedger } from '../../ledger/audit/audit-ledger';
import { chargeFor } from '../../metering/charge';
import type { DatabaseLocation } from '../data-source';
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

/** What a database says when it is not the one that was meant. */
const NO_LEDGER = /^(ER_BAD_DB_ERROR|ER_NO_SUCH_TABLE|ER_BAD_FIELD_ERROR|ER_DBACCESS_DENIED_ERROR|ER_ACCESS_DENIED_ERROR|SQLITE_NOTADB)$/;

/**
 * Audits everything at that place, on a connection of its own.
 * @throws ConfigurationError when no ledger is there, or one that has not been brought up to date by a gateway yet
 */
export async function auditLocation(location: DatabaseLocation, at: number, keep = FINDINGS_KEPT): Promise<AuditReport> {
  try {
    const database = await openAuditDatabase(location);
    try {
      refuseDamagedFile(location);
      return await auditDatabase(database, at, null, keep);
    } finally {
      await database.close();
    }
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    if (!NO_LEDGER.test(code ?? '') && !/^no such (table|column)/.test(message)) throw error;
    const problem = `names no ledger that can be read (${message}): correct it, or start a gateway on it once`;
    throw new ConfigurationError([{ path: 'DATABASE_URL', problem }]);
  }
}
