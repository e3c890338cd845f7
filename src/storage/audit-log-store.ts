/** The log of mutations in the database. */
import type { DataSource } from 'typeorm';
import type { Page, PageRequest } from '../ledger/ledger-reader';
import { AUDIT_ACTORS, AUDIT_OUTCOMES, type AuditEntry, type AuditFilter, type AuditLog } from '../ledger/mutation-log';
import { pageOfRows, rowIdOfCursor } from './sql/cursors';
import { alongIndex, Conditions, execute, rowsOf } from './sql/query';
import { placeholders, type Row } from './sql/row-values';
import { count, text, textOrNull, wordIn } from './sql/stored-values';

const COLUMNS = 'id, at, request_id, actor_kind, actor_id, account_id, action, target, outcome, fault_code, state_before, state_after';

export class SqlAuditLog implements AuditLog {
  constructor(private readonly dataSource: DataSource) {}

  async begin(entry: AuditEntry): Promise<void> {
    const { id, at, requestId, actorKind, actorId, accountId, action, target, outcome, faultCode, before, after } = entry;
    const values = [id, BigInt(at), requestId, actorKind, actorId, accountId, action, target, outcome, faultCode, before, after];
    const insert = `INSERT INTO audit_log (${COLUMNS}) VALUES (${placeholders(values)})`;
    await execute(this.dataSource, insert, values);
  }

  async end({ id, accountId, target, outcome, faultCode, after }: Parameters<AuditLog['end']>[0]): Promise<void> {
    const set = 'UPDATE audit_log SET account_id = ?, target = ?, outcome = ?, fault_code = ?, state_after = ? WHERE id = ?';
    await execute(this.dataSource, set, [accountId, target, outcome, faultCode, after, id]);
  }

  async page(accountId: string | null, { first, after }: PageRequest, { action, target }: AuditFilter): Promise<Page<AuditEntry>> {
    const asked = new Conditions().is('account_id', accountId ?? undefined);
    asked.is('action', action).is('target', target);
    if (after !== undefined) asked.and('id < ?', rowIdOfCursor(after, 'the audit log'));
    const entries = accountId === null ? 'audit_log' : `audit_log ${alongIndex(this.dataSource, 'audit_log_account')}`;
    const sql = `SELECT ${COLUMNS} FROM ${entries} WHERE ${asked.sql} ORDER BY id DESC LIMIT ?`;
    const read = (await rowsOf(this.dataSource, sql, [...asked.values, BigInt(first + 1)])).map(entryOf);
    return pageOfRows(read, first);
  }
}

function entryOf(row: Row): AuditEntry {
  return {
    id: text(row, 'id'),
    at: count(row, 'at'),
    requestId: text(row, 'request_id'),
    actorKind: wordIn(AUDIT_ACTORS, row, 'actor_kind'),
    actorId: textOrNull(row, 'actor_id'),
    accountId: textOrNull(row, 'account_id'),
    action: text(row, 'action'),
    target: textOrNull(row, 'target'),
    outcome: wordIn(AUDIT_OUTCOMES, row, 'outcome'),
    faultCode: textOrNull(row, 'fault_code'),
    before: textOrNull(row, 'state_before'),
    after: textOrNull(row, 'state_after'),
  };
}
