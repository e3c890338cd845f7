import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD = [0, 1, 2];

/**
 * Lets the process leave in good order when its terminal is closed meanwhile: Node aborts where it cannot give one back as it was. And
 * lets it serve where nobody reads what it prints any more, as after `npm start | grep -m1 token`: what it prints is for people at a start.
 */
export function outliveTerminal(): void {
  process.stdout.on('error', () => undefined);
  const terminals = STANDARD.filter((descriptor) => isatty(descriptor));
  process.once('exit', () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) reopen(descriptor);
  });
}

/** The next descriptor that is opened is the lowest one that is free. */
function reopen(descriptor: number): void {
  closeSync(descriptor);
  openSync('/dev/null', 'r+');
}
