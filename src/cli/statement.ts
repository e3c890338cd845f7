/**
 * Writes the statement of an account for a month, or what was sent to a channel in it:
 * `statement --account acme --month 2026-11 [--format csv|json] [--out file]`. A file appears only when it is whole.
 */
import 'reflect-metadata';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { loadDatabaseConfig } from '../config';
import type { DatabaseConfig } from '../config/environment-fields';
import { Fault } from '../kernel/fault';
import type { ChannelAttempts } from '../ledger/statement/channel-attempts';
import { csvChannel, jsonChannel } from '../ledger/statement/channel-text';
import { monthOf, type Period, type Statements } from '../ledger/statement/statement';
import { csvStatement, jsonStatement } from '../ledger/statement/statement-text';
import { readLine, runCommand, UsageError } from '../start/command';
import { createReadingDataSource } from '../storage/data-source';
import { SqlChannelAttempts } from '../storage/money-facts/channel-attempts';
import { SqlStatements } from '../storage/money-facts/statements';
import { readingLedger } from '../storage/reading-ledger';

const USAGE = `usage: npm run statement -- (--account <id> | --channel <id>) --month <YYYY-MM> [--format csv|json] [--out <file>]

DATABASE_URL says of which ledger, months are in UTC, and without --out it is printed (npm run --silent then).
Exit code: 0 written, 1 not written, 64 wrong call, 78 wrong configuration, 141 nobody read on.`;
const PIECE = 65_536;

/** Whose statement it is. */
interface Subject {
  readonly kind: 'account' | 'channel';
  readonly id: string;
}

const FORMATS = {
  csv: { account: csvStatement, channel: csvChannel },
  json: { account: jsonStatement, channel: jsonChannel },
} as const;

interface Call {
  readonly of: Subject;
  readonly month: string;
  readonly period: Period;
  readonly format: keyof typeof FORMATS;
  /** null: standard output. */
  readonly out: string | null;
}

const TEXT = { type: 'string' } as const;

function callOf(args: readonly string[]): Call {
  const options = { account: TEXT, channel: TEXT, month: TEXT, format: TEXT, out: TEXT };
  const { account, channel, month, format = 'csv', out = null } = readLine(args, { options }).values;
  if (month === undefined) throw new UsageError('Name a month with --month.');
  if (!isFormat(format)) throw new UsageError(`--format must be one of ${Object.keys(FORMATS).join(', ')}.`);
  return { of: subjectOf(account, channel), month, period: periodOf(month), format, out };
}

function subjectOf(account: string | undefined, channel: string | undefined): Subject {
  if (account !== undefined && channel === undefined) return { kind: 'account', id: account };
  if (channel !== undefined && account === undefined) return { kind: 'channel', id: channel };
  throw new UsageError('Name an account with --account or a channel with --channel, and one of the two.');
}

function isFormat(name: string): name is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, name);
}

function periodOf(month: string): Period {
  try {
    return monthOf(month);
  } catch (error) {
    throw error instanceof Fault ? new UsageError(`--${error.publicMessage}`) : error;
  }
}

async function write(call: Call, database: DatabaseConfig): Promise<void> {
  const dataSource = createReadingDataSource(database);
  await dataSource.initialize();
  try {
    const { kind } = call.of;
    const lines = kind === 'account' ? ofAccount(call, new SqlStatements(dataSource)) : ofChannel(call, new SqlChannelAttempts(dataSource));
    const text = inPieces(await lines);
    const { out } = call;
    await (out === null ? pipeline(Readable.from(text), process.stdout, { end: false }) : writeWhole(text, out));
  } finally {
    await dataSource.destroy();
  }
}

async function ofAccount({ of: { id }, month, period, format }: Call, statements: Statements): Promise<AsyncIterable<string>> {
  const wallets = await statements.wallets(id, period);
  if (wallets.length === 0) throw new Fault('not_found', `There is no account "${id}".`);
  return FORMATS[format].account({ accountId: id, month, period, wallets }, statements);
}

async function ofChannel({ of: { id }, month, period, format }: Call, attempts: ChannelAttempts): Promise<AsyncIterable<string>> {
  if (!(await attempts.isChannel(id))) throw new Fault('not_found', `There is no channel "${id}".`);
  return FORMATS[format].channel({ channelId: id, month, period }, attempts);
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
