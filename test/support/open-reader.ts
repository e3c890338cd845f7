/** The reading side of the ledger over a test database, with every statement that it makes written down. */
import type { DataSource, Logger } from 'typeorm';
import { createDataSource } from '../../src/storage/data-source';
import { SqlLedgerReader } from '../../src/storage/ledger-reader/ledger-reader';
import type { TestDatabase } from './databases';

export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

export interface OpenReader {
  readonly reader: SqlLedgerReader;
  readonly dataSource: DataSource;
  /** The statements since the last `work` began. */
  readonly made: readonly Statement[];
  /** The statements that `work` makes. */
  statementsOf(work: () => Promise<unknown>): Promise<Statement[]>;
  close(): Promise<void>;
}

/** `connections`: how many at most, where there can be several. */
export async function openReader({ kind, file, url }: TestDatabase, connections?: number): Promise<OpenReader> {
  const dataSource = createDataSource(kind === 'sqlite' ? { kind, file } : { kind, url }, connections);
  await dataSource.initialize();
  const statements: Statement[] = [];
  dataSource.logger = writingDown(statements);
  return {
    reader: new SqlLedgerReader(dataSource),
    dataSource,
    made: statements,
    statementsOf: async (work) => {
      statements.length = 0;
      await work();
      return [...statements];
    },
    close: () => dataSource.destroy(),
  };
}

function writingDown(statements: Statement[]): Logger {
  const nothing = () => undefined;
  return {
    logQuery: (sql, values) => void statements.push({ sql, values: Array.isArray(values) ? values : [] }),
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
}
