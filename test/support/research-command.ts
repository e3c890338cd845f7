/** The command `npm run research`, as a process of its own without a terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CHECKOUT } from './gateway-process';

const COMMAND = join(CHECKOUT, 'dist', 'src', 'cli', 'research.js');

export interface RunningCommand {
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when the output has the text. @throws when the command ends without it */
  says(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Reads nothing more, as `| head -1` does. */
  closeOutput(): void;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

export function researchCommand(args: readonly string[], folder: string, environment: Readonly<Record<string, string>>): RunningCommand {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    says: async (text) => {
      while (!output.stdout.includes(text)) {
        const more = await Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)]);
        if (!more && !output.stdout.includes(text)) throw new Error(`the command never said "${text}":\n${output.stdout}${output.stderr}`);
      }
    },
    signal: (name) => void child.kill(name),
    closeOutput: () => void child.stdout.destroy(),
    ended,
  };
}
