/** Whoever reads what a start prints may have seen enough: `npm start | grep -m1 token`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOnce, CHECKOUT } from '../support/gateway-process';

const PORT = /"port":(\d+)\}.*the gateway listens/;

it('a gateway whose output nobody reads from its first line on serves, and leaves in good order', async () => {
  buildOnce();
  const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-unread-'));
  const environment = { PATH: process.env['PATH'] ?? '', PORT: '0' };
  const child = spawn(process.execPath, [join(CHECKOUT, 'dist', 'src', 'main.js')], {
    ...{ cwd: folder, env: environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  child.stdout.destroy();
  const port = await new Promise<string>((resolve, reject) => {
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      const found = PORT.exec(told)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('close', () => reject(new Error(`it did not listen: ${told}`)));
  });
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
  rmSync(folder, { recursive: true });
}, 300_000);
