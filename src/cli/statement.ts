/**
 * Writes the statement of an account for a month:
 * `statement --account acme --month 2026-11 [--format csv|json] [--out file]`. A file appears only when it is whole.
 */
import 'reflect-metadata';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { loadDatabaseConfig } from '../config';
import { Fault } from '../kernel/fault';
import { monthOf, type Period } from '../ledger/statement/statement';
import { csvStatement, jsonStatement, type StatementFormat } from '../ledger/statement/statement-text';
import { readLine, runCommand, UsageError } from '../start/command';
import type { DatabaseConfig } from '../start/environment-fields';
import { createReadingDataSource } from '../storage/data-source';
import { SqlStatements } from '../storage/money-facts/statements';
import { readingLedger } from '../storage/reading-ledger';

const USAGE = 'usage: npm run statement -- --account <id> --month <YYYY-MM> [--format csv|json] [--out <file>]';
const FORMATS: Readonly<Record<string, StatementFormat>> = { csv: csvStatement, json: jsonStatement };
const PIECE = 65_536;

interface Call {
  readonly account: string;
  readonly month: string;
  readonly period: Period;
  readonly format: StatementFormat;
  /** null: standard output. */
  readonly out: string | null;
}

const TEXT = { type: 'string' } as const;

function callOf(args: readonly string[]): Call {
  const {
    account,
    month,
    format = 'csv',
    out = null,
  } = readLine(args, { options: { account: TEXT, month: TEXT, format: TEXT, out: TEXT } }).values;
  if (account === undefined || month === undefined) throw new UsageError('Name an account with --account and a month with --month.');
  const known = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (known === undefined) throw new UsageError(`--format must be one of ${Object.keys(FORMATS).join(', ')}.`);
  return { account, month, period: periodOf(month), format: known, out };
}

function periodOf(month: string): Period {
  try {
    return monthOf(month);
  } catch (error) {
    throw error instanceof Fault ? new UsageError(`--${error.publicMessage}`) : error;
  }
}

async function write({ account, month, period, format, out }: Call, database: DatabaseConfig): Promise<void> {
  const dataSource = createReadingDataSource(database);
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

async function statement(args: readonly string[]): Promise<number> {
  const [call, database] = [callOf(args), loadDatabaseConfig()];
  await readingLedger(database, () => write(call, database));
  return 0;
}

void runCommand({ usage: USAGE, run: statement });
