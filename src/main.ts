/**
 * The gateway's process: configure, compose, listen; on SIGTERM, SIGINT or SIGHUP drain and leave with 0, or with the code
 * of why it stopped itself. With `WORKERS` above 1 it is that for each of them, and one more watches over them.
 */
import type { RunningGateway } from './compose';
import { loadCrew } from './config';
import { CannotStart } from './kernel/cannot-start';
import { ConfigurationError } from './kernel/configuration-error';
import { Interrupt, type Interrupted } from './kernel/interrupt';
import { outliveTerminal } from './start/closed-terminal';
import { exitCodeOf, saysUsage, UsageError, wordsOf } from './start/command';
import { keepCompiled } from './start/keep-compiled';
import { onStopSignal } from './start/stop-signals';
import { unexplained } from './start/unexplained';
import { isWatchedOver, speaksForAll, superviseWorkers, whenUnwatched } from './start/workers';

const USAGE = `usage: npm start, with no arguments; the environment says how, as the README lists it

Exit code: 0 stopped as asked, 1 something is in the way, 64 wrong call, 75 it slept and was declared dead: start it again, 78 wrong configuration.`;
/** How long a start goes on that was asked to stop. */
const STARTED_WITHIN_MS = 5_000;

async function main(args: readonly string[]): Promise<void> {
  if (saysUsage(args, USAGE)) return;
  if (args.length > 0) throw new UsageError(`What "${args[0]}" says would be passed over.`);
  outliveTerminal();
  const crew = isWatchedOver() ? null : loadCrew();
  if (crew === null) await serve();
  else process.exit(await superviseWorkers(crew));
}

async function serve(): Promise<void> {
  const asked = new Interrupt<'to stop'>();
  const ask = () => asked.happen('to stop');
  onStopSignal(ask);
  whenUnwatched(ask);
  const running = await started(asked);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    running.stop().then(leave, fail);
  };
  // In place of what waited for the end of the start.
  asked.listen(stop);
  if (asked.reason !== null) return stop();
  const text = await running.listen().catch(async (error: unknown) => {
    // What is being stopped need not have listened.
    if (stopping) return;
    // It works beside others by then, who would find it dead, with what it had taken.
    stopping = true;
    await running.stop();
    throw error;
  });
  if (text !== undefined && speaksForAll()) process.stdout.write(text);
}

/** Whoever asks it to stop meanwhile waits for its end: a first start has secrets to show, and nobody sees them later. */
async function started(asked: Interrupted<unknown>): Promise<RunningGateway> {
  asked.listen(() => setTimeout(leave, STARTED_WITHIN_MS));
  keepCompiled();
  // Loaded when signals are listened to, because that is most of a start; and never by the process that only watches.
  const { compose } = await import('./compose.js');
  return asked.reason === null ? compose((text) => process.stdout.write(text)) : leave();
}

function leave(): never {
  process.exit(process.exitCode ?? 0);
}

function fail(error: unknown): never {
  const isExplained = error instanceof ConfigurationError || error instanceof CannotStart || error instanceof UsageError;
  process.stderr.write(`${isExplained ? wordsOf(error, USAGE) : unexplained(error)}\n`);
  process.exit(exitCodeOf(error));
}

main(process.argv.slice(2)).catch(fail);
