/** Opens the ledger of a test database as the gateway does, with a log that keeps what was said. */
import { type Clock, systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { openMysqlLedger } from '../../src/storage/ledger/mysql/mysql-ledger';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { openSqliteLedger, type SqliteLedgerOptions } from '../../src/storage/ledger/sqlite/sqlite-ledger';
import type { OwnerLock } from '../../src/storage/ledger/sqlite/sqlite-owner-lock';
import type { TestDatabase } from './databases';

export const silentLog = { warn: () => undefined, error: () => undefined };

export interface Opening {
  readonly owner?: string;
  readonly clock?: Clock;
  readonly url?: string;
  readonly onFenced?: () => void;
  readonly ownerLock?: OwnerLock;
  readonly startThread?: SqliteLedgerOptions['startThread'];
}

export function openLedger(database: TestDatabase, opening: Opening = {}): Promise<OpenLedger> {
  const { owner = newId(), clock = systemClock, url = database.url, onFenced = () => undefined, ownerLock, startThread } = opening;
  const options = { owner, clock, log: silentLog };
  return database.kind === 'sqlite'
    ? openSqliteLedger({ ...options, file: database.file, ownerLock, startThread })
    : openMysqlLedger({ ...options, url, onFenced });
}
