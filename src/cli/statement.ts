/**
 * Writes the statement of an account for a month:
 * `statement --account acme --month 2026-11 [--format csv|json] [--out file]`. A file appears only when it is whole.
 */
import 'reflect-metadata';
import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { type DatabaseConfig, loadDatabaseConfig } from '../config';
import { ConfigurationError } from '../kernel/configuration-error';
import { Fault } from '../kernel/fault';
import { monthOf } from '../ledger/statement/statement';
import { csvStatement, jsonStatement, type StatementFormat } from '../ledger/statement/statement-text';
import { createDataSource } from '../storage/data-source';
import { SqlStatements } from '../storage/money-facts/statements';

const USAGE = 'usage: statement --account <id> --month <YYYY-MM> [--format csv|json] [--out <file>]';
const FORMATS: Readonly<Record<string, StatementFormat>> = { csv: csvStatement, json: jsonStatement };
const PIECE = 65_536;
const WRONG_CALL = 64;
const WRONG_CONFIGURATION = 78;

interface Call {
  readonly account: string;
  readonly month: string;
  readonly format: StatementFormat;
  /** null: standard output. */
  readonly out: string | null;
}

class UsageError extends Error {}

function callOf(args: readonly string[]): Call {
  const options = { account: { type: 'string' }, month: { type: 'string' }, format: { type: 'string' }, out: { type: 'string' } } as const;
  try {
    const { account, month, format = 'csv', out = null } = parseArgs({ args: [...args], options }).values;
    const known = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (account === undefined || month === undefined || known === undefined) throw new UsageError(USAGE);
    return { account, month, format: known, out };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

async function write({ account, month, format, out }: Call, database: DatabaseConfig): Promise<void> {
  const period = monthOf(month);
  if (database.kind === 'sqlite' && !existsSync(database.file)) {
    throw new ConfigurationError([{ path: 'DATABASE_URL', problem: `names the file ${database.file}, which does not exist` }]);
  }
  const dataSource = createDataSource(database, 1);
  await dataSource.initialize();
  try {
    const statements = new SqlStatements(dataSource);
    const wallets = await statements.wallets(account, period);
    if (wallets.length === 0) throw new Fault('not_found', `There is no account "${account}".`);
    const text = inPieces(format({ accountId: account, month, period, wallets }, statements));
    await (out === null ? pipeline(Readable.from(text), process.stdout, { end: false }) : writeWhole(text, out));
  } finally {
    await dataSource.destroy();
  }
}

/** A write for each line would take most of the time. */
async function* inPieces(lines: AsyncIterable<string>) {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

async function writeWhole(text: AsyncIterable<string>, file: string): Promise<void> {
  const unfinished = `${file}.part`;
  try {
    await pipeline(Readable.from(text), createWriteStream(unfinished, { flush: true }));
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return WRONG_CALL;
  return error instanceof ConfigurationError ? WRONG_CONFIGURATION : 1;
}

async function main(): Promise<void> {
  await write(callOf(process.argv.slice(2)), loadDatabaseConfig());
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodeOf(error);
});
