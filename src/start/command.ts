/**
 * How every command reads its line and ends. `--help` prints the usage on standard output and ends with 0. A wrong call is told with the
 * usage and ends with 64, a wrong configuration with 78, whatever else goes wrong with 1: in words, on standard error. A command whose
 * output nobody reads any more ends with 141, as one does that SIGPIPE ends.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { ConfigurationError } from '../kernel/configuration-error';

export const FAILED = 1;
const WRONG_CALL = 64;
const WRONG_CONFIGURATION = 78;
const UNHEARD = 141;

/** What was typed is no call of the command: the message names what to change. */
export class UsageError extends Error {}

export interface Command {
  readonly usage: string;
  /** @returns the exit code. @throws UsageError for a wrong call */
  run(args: readonly string[]): Promise<number>;
  /** What to know, where the output was closed before the end; empty: nothing. */
  lastWords?(): string;
}

/** Runs it on what was typed, and sets the exit code. Never rejects. */
export async function runCommand({ usage, run, lastWords }: Command, args: readonly string[] = process.argv.slice(2)): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const isClosed = error.code === 'EPIPE';
    const words = [isClosed ? '' : error.message, lastWords?.() ?? ''].filter((each) => each !== '');
    if (words.length > 0) process.stderr.write(`${words.join('\n')}\n`);
    process.exit(isClosed ? UNHEARD : FAILED);
  });
  try {
    process.exitCode = saysUsage(args, usage) ? 0 : await run(args);
  } catch (error) {
    process.stderr.write(`${wordsOf(error, usage)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

/** What the line says. @throws UsageError where an option is unknown, lacks its value, or an argument is too many */
export function readLine<T extends Omit<ParseArgsConfig, 'args'>>(args: readonly string[], line: T) {
  try {
    return parseArgs<T & { args: string[] }>({ ...line, args: [...args] });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Whether the line asks for the usage, which is printed then. */
export function saysUsage(args: readonly string[], usage: string): boolean {
  const asked = args.includes('--help') || args.includes('-h');
  if (asked) process.stdout.write(`${usage}\n`);
  return asked;
}

/** For people: what went wrong, and beside a wrong call how it is called. */
export function wordsOf(error: unknown, usage: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof UsageError ? `${message}\n\n${usage}` : message;
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return WRONG_CALL;
  return error instanceof ConfigurationError ? WRONG_CONFIGURATION : FAILED;
}
