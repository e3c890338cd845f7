/** A MariaDB server of a test's own, to be killed and started again; with the durability of the defaults. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { eventually } from './eventually';

export interface OwnMariadb {
  /** `mysql://root@127.0.0.1:<port>/`, the same after every start. */
  readonly url: string;
  /** SIGKILL: nothing of the server runs any more when this resolves. */
  kill(): Promise<void>;
  /** Resolves when it answers. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  close(): Promise<void>;
}

const START_MS = 300_000;
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** With these options besides. Null where no server is installed: said here, and in CI a failure. */
export async function ownMariadb(options: readonly string[] = []): Promise<OwnMariadb | null> {
  const [server, installer] = ['mariadbd', 'mariadb-install-db'].map(find);
  if (server === undefined || installer === undefined) {
    if (process.env['CI']) throw new Error('CI needs the programs of mariadb-server');
    console.warn('left out: suites that have a database server of their own, because mariadbd and mariadb-install-db are not installed');
    return null;
  }
  const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-mariadb-'));
  const common = ['--no-defaults', `--user=${userInfo().username}`, `--datadir=${join(folder, 'data')}`];
  const made = spawnSync(installer, [...common, '--auth-root-authentication-method=normal', '--skip-test-db'], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`no database could be made:\n${made.stdout}${made.stderr}`);
  const port = await freePort();
  const place = ['--bind-address=127.0.0.1', `--port=${port}`, `--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`];
  const url = `mysql://root@127.0.0.1:${port}/`;
  let child: ChildProcess | undefined;

  const end = async (signal: NodeJS.Signals) => {
    if (child === undefined) return;
    const ended = once(child, 'close');
    child.kill(signal);
    await ended;
    living.delete(child);
    child = undefined;
  };
  const start = async () => {
    child = spawn(server, [...common, ...place, '--innodb-buffer-pool-size=128M', ...options], { stdio: 'ignore' });
    living.add(child);
    await eventually(async () => (await createConnection({ uri: url, connectTimeout: 1_000 })).end(), START_MS);
  };
  await start();
  return {
    url,
    kill: () => end('SIGKILL'),
    start,
    close: async () => {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function find(program: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** Below those that the system gives to connections: while the server is away nobody gets its port by chance. */
async function freePort(): Promise<number> {
  const port = randomInt(15_000, 32_000);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A test that fails midway leaves no server behind. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});
