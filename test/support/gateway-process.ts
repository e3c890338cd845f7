/** The gateway as users run it: a process of its own, told by its environment, watched through its output. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CHECKOUT = join(__dirname, '..', '..');
const MAIN = join(CHECKOUT, 'dist', 'src', 'main.js');
const START_MS = 300_000;
const LISTENS = /Tokens Forge listens on (http:\/\/\S+)/;

export const OPERATOR_TOKEN = 'operator-token-of-the-tests';
export const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');

export interface GatewaySettings {
  /** As `DATABASE_URL` takes it. */
  readonly databaseUrl: string;
  /** Written to a file that `CATALOG` names; left out: the built-in demo. */
  readonly catalog?: object;
  /** Put over what every test gateway gets. An empty value counts as not set. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs; left out: a folder of its own that goes with it. A process that starts here later finds what it left. */
  readonly folder?: string;
  /** Arguments of Node itself, such as a module to load first. */
  readonly nodeArguments?: readonly string[];
}

/** A process that has ended. */
export interface Ended {
  /** null: it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GatewayProcess {
  readonly origin: string;
  readonly settings: GatewaySettings;
  readonly pid: number;
  readonly stdout: string;
  /** JSON lines of level warn and above. */
  readonly stderr: string;
  readonly ended: Promise<Ended>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and the end that follows. */
  stop(): Promise<Ended>;
  /** SIGKILL: nothing of the process runs any more when this resolves. */
  kill(): Promise<Ended>;
}

/** Starts a gateway and waits until it listens. @throws when it ends before. */
export async function startGateway(settings: GatewaySettings): Promise<GatewayProcess> {
  return listening(launch(settings), settings);
}

/** Starts a gateway that is expected to refuse, and waits for its end. */
export async function gatewayThatRefuses(settings: GatewaySettings): Promise<Ended> {
  const running = launch(settings);
  const origin = await listensInTime(running.child, Promise.race([running.origin, running.ended]));
  if (typeof origin !== 'string') return origin;
  running.child.kill('SIGKILL');
  throw new Error(`the gateway listens on ${origin}, although it should refuse`);
}

/** `npm start` in the checkout itself, as a user types it. */
export async function npmStart(settings: GatewaySettings): Promise<GatewayProcess> {
  return listening(launch(settings, 'npm', ['start'], CHECKOUT), settings);
}

/** In a terminal of its own, which `kill` closes: the gateway lives on, and leaves its exit code in the file `exit-code` of its folder. */
export async function startInTerminal(settings: GatewaySettings & { readonly folder: string }): Promise<GatewayProcess> {
  buildOnce();
  // Who owns the terminal hears that it is closed, and tells what runs in it, as the shells of people do.
  const line = `'${process.execPath}' '${MAIN}' & served=$!; trap "kill -HUP $served" HUP; wait $served; wait $served; echo $? > exit-code`;
  return listening(launch(settings, 'script', ['-qec', line, '/dev/null']), settings);
}

interface Launched {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly origin: Promise<string>;
  readonly ended: Promise<Ended>;
}

async function listening({ child, output, origin, ended }: Launched, settings: GatewaySettings): Promise<GatewayProcess> {
  const found = await listensInTime(child, Promise.race([origin, ended]));
  if (typeof found !== 'string') throw new Error(`the gateway did not start (exit code ${found.code}):\n${output.stderr}`);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return {
    origin: found,
    settings,
    pid: child.pid ?? 0,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    ended,
    signal: (name) => void child.kill(name),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function launch(
  settings: GatewaySettings,
  command = process.execPath,
  args: readonly string[] = [...(settings.nodeArguments ?? []), MAIN],
  cwd?: string,
): Launched {
  if (command === process.execPath) buildOnce();
  const folder = settings.folder ?? mkdtempSync(join(tmpdir(), 'tokens-forge-gateway-'));
  const child = spawn(command, args, { cwd: cwd ?? folder, env: environmentOf(settings, folder), stdio: ['ignore', 'pipe', 'pipe'] });
  living.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const origin = new Promise<string>((resolve) => {
    child.stdout?.on('data', () => {
      const found = LISTENS.exec(output.stdout)?.[1];
      if (found !== undefined && output.stdout.includes('/readyz')) resolve(found);
    });
  });
  const ended = once(child, 'close').then(([code]) => {
    living.delete(child);
    if (settings.folder === undefined) rmSync(folder, { recursive: true, force: true });
    return { code: code as number | null, ...output };
  });
  return { child, output, origin, ended };
}

function environmentOf({ databaseUrl, catalog, environment }: GatewaySettings, folder: string): Record<string, string> {
  const file = join(folder, 'catalog.json');
  if (catalog !== undefined) writeFileSync(file, JSON.stringify(catalog));
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? folder,
    TZ: 'UTC',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    CATALOG: catalog === undefined ? '' : file,
    UPSTREAM_ALLOW_PRIVATE: 'true',
    WEBHOOK_ALLOW_PRIVATE: 'true',
    ADMIN_TOKEN: OPERATOR_TOKEN,
    MASTER_KEY,
    LOG_LEVEL: 'warn',
    ...environment,
  };
}

/** Ends a gateway that neither listens nor gives up. */
async function listensInTime<T>(child: ChildProcess, what: Promise<T>): Promise<T> {
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  try {
    return await what;
  } finally {
    clearTimeout(timer);
  }
}

let built = false;

export function buildOnce(): void {
  if (built) return;
  const { status, stderr } = spawnSync(process.execPath, [join(CHECKOUT, 'scripts', 'build.cjs'), '--if-needed'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stderr}`);
  built = true;
}

/** A test that fails midway leaves no gateway behind. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});
