/** A gateway whose embedded database is deleted, moved or replaced beneath it: what it wrote on would be in no file. */
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from '../support/audit';
import type { TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { get, graphAnswer, postChat } from '../support/forge-client';
import { type GatewayProcess, OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import { HI, secretOf, shopCatalog } from '../support/shop-catalog';

const TOP_UP = 'mutation { topUp(accountId: "acme", bucket: RMB, amount: "1", idempotencyKey: "late") { id } }';

describe('a gateway whose embedded database is moved away', () => {
  let folder: string;
  let file: string;
  let upstream: ScriptedUpstream;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    upstream = await startScriptedUpstream();
  });
  afterAll(() => upstream?.close());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-forge-moved-'));
    mkdirSync(join(folder, 'data'));
    file = join(folder, 'data', 'ledger.sqlite');
    const catalog = shopCatalog({ a: upstream, b: upstream, official: upstream });
    gateway = await startGateway({ databaseUrl: `sqlite:${file}`, catalog, folder });
  });
  afterEach(async () => {
    await gateway?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = () => postChat(gateway.origin, secretOf('chat'), { model: 'small', messages: HI });

  /** Neither a call nor a movement is taken, and nobody is asked for anything. */
  async function expectRefusals(): Promise<void> {
    const asked = upstream.requests.length;
    const heard = await call();
    expect(heard.status).toBe(503);
    expect(heard.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(upstream.requests.length).toBe(asked);
    const { errors } = await graphAnswer(gateway.origin, OPERATOR_TOKEN, TOP_UP);
    expect(errors).toMatchObject([{ extensions: { faultCode: 'temporarily_unavailable' } }]);
    expect((await get(gateway.origin, '/readyz', null)).status).toBe(503);
    expect(gateway.stderr).toMatch(/was deleted, moved or replaced while the gateway uses it/);
  }

  it('takes nothing that no file would have, says why, and goes on when it is put back', async () => {
    expect((await call()).status).toBe(200);
    renameSync(join(folder, 'data'), join(folder, 'elsewhere'));
    await expectRefusals();
    rmSync(join(folder, 'data'), { recursive: true, force: true });
    renameSync(join(folder, 'elsewhere'), join(folder, 'data'));
    await eventually(async () => expect((await get(gateway.origin, '/readyz', null)).status).toBe(200));
    expect((await call()).status).toBe(200);
    expect((await gateway.stop()).code).toBe(0);
    expect(await audit({ kind: 'sqlite', file } as TestDatabase)).toEqual([]);
  });

  it('takes nothing where a backup was put in its place', async () => {
    copyFileSync(file, `${file}-backup`);
    for (const left of ['', '-wal', '-shm']) rmSync(file + left, { force: true });
    renameSync(`${file}-backup`, file);
    await expectRefusals();
  });

  it('takes nothing where its write-ahead log was deleted, and leaves with everything in the database', async () => {
    expect((await call()).status).toBe(200);
    rmSync(`${file}-wal`);
    await expectRefusals();
    expect((await gateway.stop()).code).toBe(0);
    expect(await audit({ kind: 'sqlite', file } as TestDatabase)).toEqual([]);
  });

  it('takes nothing where the lock was deleted that keeps a second gateway from it', async () => {
    rmSync(`${file}.lock`);
    await expectRefusals();
  });
});
