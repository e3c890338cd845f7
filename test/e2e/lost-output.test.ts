/** A gateway whose words nobody takes any more: what it serves does not depend on them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, gate } from '../support/eventually';
import { postChat } from '../support/forge-client';
import { startGateway, startInTerminal } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const IN_WORDS = { LOG_LEVEL: 'info' };

onEachDatabase(
  'a gateway',
  (bed, promise) => {
    promise('whose log finds the disk full serves on, and leaves with 0', async () => {
      const { settings } = bed.gateway;
      await bed.gateway.stop();
      const nodeArguments = ['-r', require.resolve('../support/full-stderr.cjs')];
      bed.gateway = await startGateway({ ...settings, nodeArguments, environment: IN_WORDS });
      for (const status of [500, 200]) {
        bed.a.next({ status });
        bed.b.next({ status });
        expect((await postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI })).status).toBe(status === 200 ? 200 : 502);
      }
      expect(await bed.gateway.stop()).toMatchObject({ code: 0 });
      bed.gateway = await startGateway(settings);
    });

    promise('whose terminal is closed ends and settles what it serves, and leaves with 0', async () => {
      const { settings } = bed.gateway;
      await bed.gateway.stop();
      const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-terminal-'));
      const inTerminal = await startInTerminal({ ...settings, folder, environment: IN_WORDS });
      const { opened, open } = gate();
      bed.a.next({ text: 'one two three', gate: { before: 2, opened } });
      const response = await postChat(inTerminal.origin, CHAT, { model: 'small', messages: HI, stream: true });
      await inTerminal.kill();
      await eventually(() => expect(fetch(`${inTerminal.origin}/healthz`, { headers: { connection: 'close' } })).rejects.toThrow());
      open();
      expect(await response.text()).toMatch(/three[\s\S]*\[DONE\]/);
      await eventually(() => expect(readFileSync(join(folder, 'exit-code'), 'utf8')).toBe('0\n'));
      rmSync(folder, { recursive: true });
      const id = response.headers.get('x-request-id');
      const [row] = await bed.database.query(`SELECT status, charge FROM receipt WHERE id = '${id}'`);
      expect(row).toEqual({ status: 'SUCCEEDED', charge: 13_000n });
      bed.gateway = await startGateway(settings);
    });
  },
  ['sqlite'],
);
