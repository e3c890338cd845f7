/**
 * The gateway's process: configure, compose, listen; on SIGTERM, SIGINT or SIGHUP drain and leave with 0, or with the code
 * of why it stopped itself. With `WORKERS` above 1 it is that for each of them, and one more watches over them.
 */
import { compose } from './compose';
import { loadCrew } from './config';
import { CannotStart } from './kernel/cannot-start';
import { ConfigurationError } from './kernel/configuration-error';
import { outliveTerminal } from './start/closed-terminal';
import { exitCodeOf, saysUsage, UsageError, wordsOf } from './start/command';
import { onStopSignal } from './start/stop-signals';
import { isWatchedOver, speaksForAll, superviseWorkers, whenUnwatched } from './start/workers';

const USAGE = 'usage: npm start, with no arguments; the environment says how, as the README lists it';

async function main(args: readonly string[]): Promise<void> {
  if (saysUsage(args, USAGE)) return;
  if (args.length > 0) throw new UsageError(`What "${args[0]}" says would be passed over.`);
  outliveTerminal();
  const crew = isWatchedOver() ? null : loadCrew();
  if (crew === null) await serve();
  else process.exit(await superviseWorkers(crew));
}

async function serve(): Promise<void> {
  const running = await compose((text) => process.stdout.write(text));
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    running.stop().then(
      () => process.exit(process.exitCode ?? 0),
      (error: unknown) => fail(error),
    );
  };
  onStopSignal(stop);
  whenUnwatched(stop);
  const text = await running.listen();
  if (speaksForAll()) process.stdout.write(text);
}

function fail(error: unknown): never {
  const isExplained = error instanceof ConfigurationError || error instanceof CannotStart || error instanceof UsageError;
  process.stderr.write(`${isExplained ? wordsOf(error, USAGE) : stackOf(error)}\n`);
  process.exit(exitCodeOf(error));
}

/** With what it came from: of a database that is away, only that says what is wrong. */
function stackOf(error: unknown): string {
  const { stack = String(error), cause } = error as Error;
  return cause === undefined ? stack : `${stack}\nbecause of ${stackOf(cause)}`;
}

main(process.argv.slice(2)).catch(fail);
