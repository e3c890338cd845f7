/**
 * The gateway's process: configure, compose, listen; on SIGTERM, SIGINT or SIGHUP drain and leave with 0, or with the code
 * of why it stopped itself. With `WORKERS` above 1 it is that for each of them, and one more watches over them.
 */
import { compose } from './compose';
import { loadCrew } from './config';
import { CannotStart } from './kernel/cannot-start';
import { ConfigurationError } from './kernel/configuration-error';
import { outliveTerminal } from './start/closed-terminal';
import { onStopSignal } from './start/stop-signals';
import { isWatchedOver, speaksForAll, superviseWorkers, whenUnwatched } from './start/workers';

const WRONG_CONFIGURATION = 78;
const FAILED = 1;

async function main(): Promise<void> {
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
  const isExplained = error instanceof ConfigurationError || error instanceof CannotStart;
  const message = isExplained ? error.message : stackOf(error);
  process.stderr.write(`${message}\n`);
  process.exit(error instanceof ConfigurationError ? WRONG_CONFIGURATION : FAILED);
}

/** With what it came from: of a database that is away, only that says what is wrong. */
function stackOf(error: unknown): string {
  const { stack = String(error), cause } = error as Error;
  return cause === undefined ? stack : `${stack}\nbecause of ${stackOf(cause)}`;
}

main().catch(fail);
