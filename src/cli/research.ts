/**
 * Has a research report written by a running gateway: `npm run research -- AAPL --mode deep`. Shows what it will cost, asks, shows the
 * progress with the money so far, and prints the receipt.
 */
import { loadClientConfig } from '../config';
import { systemClock } from '../kernel/clock';
import { runCommand } from '../start/command';
import { carryThrough, goesOn } from './research/carry-through';
import { callOf, USAGE } from './research/options';
import { openTerminal } from './research/terminal';

const INTERRUPTED = 130;

let followed: string | null = null;

async function research(args: readonly string[]): Promise<number> {
  const config = loadClientConfig();
  const call = callOf(args, config);
  const onInterrupt = (listener: () => void) => {
    process.on('SIGINT', listener);
    return () => void process.off('SIGINT', listener);
  };
  const terminal = openTerminal(process.stdin, process.stdout, config.colours);
  const leave = () => process.exit(INTERRUPTED);
  const begun = (runId: string) => {
    followed = runId;
  };
  return carryThrough(call, { terminal, clock: systemClock, onInterrupt, leave, begun });
}

const lastWords = () => (followed === null ? '' : goesOn(followed));

void runCommand({ usage: USAGE, run: research, lastWords });
