/**
 * Has a research report written by a running gateway: `npm run research -- AAPL --mode deep`. Shows what it will cost, asks, shows the
 * progress with the money so far, and prints the receipt.
 */
import { loadClientConfig } from '../config';
import { systemClock } from '../kernel/clock';
import { carryThrough } from './research/carry-through';
import { callOf, UsageError } from './research/options';
import { openTerminal } from './research/terminal';

const WRONG_CALL = 64;
const INTERRUPTED = 130;

async function main(): Promise<void> {
  const call = callOf(process.argv.slice(2), loadClientConfig());
  const onInterrupt = (listener: () => void) => {
    process.on('SIGINT', listener);
    return () => void process.off('SIGINT', listener);
  };
  const terminal = openTerminal(process.stdin, process.stdout);
  const leave = () => process.exit(INTERRUPTED);
  process.exitCode = await carryThrough(call, { terminal, clock: systemClock, onInterrupt, leave });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? WRONG_CALL : 1;
});
