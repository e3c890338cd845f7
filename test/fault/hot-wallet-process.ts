/** A writer of the hot wallet as a process, and what it was told. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Told } from './hot-wallet-told';

export interface Writer {
  readonly told: readonly Told[];
  /** How it left, in words; what it wrote to stderr belongs to it. */
  readonly left: Promise<string>;
  /** Resolves when it was told so much more; never when it ends before. */
  progress(more: number): Promise<void>;
  /** Ends what it has begun, and leaves. */
  finish(): void;
  kill(): void;
}

export function startWriter(url: string, account: string, seed: number): Writer {
  const child = spawn(process.execPath, ['-r', './scripts/register.cjs', 'test/fault/hot-wallet-main.ts', url, account], {
    env: { ...process.env, SEED: String(seed) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const told: Told[] = [];
  const waiting: { readonly enough: number; readonly resolve: () => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    told.push(JSON.parse(line) as Told);
    for (const { enough, resolve } of waiting) if (told.length >= enough) resolve();
  });
  child.stdin.on('error', () => undefined);
  return {
    told,
    left: leaving(child),
    progress: (more) => new Promise<void>((resolve) => waiting.push({ enough: told.length + more, resolve })),
    finish: () => void child.stdin.write('\n'),
    kill: () => void child.kill('SIGKILL'),
  };
}

async function leaving(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr?.on('data', (bytes) => {
    said += bytes;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return code === 0 ? 'in good order' : `with ${signal ?? code}: ${said}`;
}
