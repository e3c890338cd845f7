/** The first minutes: `npm start` without anything, the call that it prints, and the receipt of that call. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually';
import { graph, postChat, receipt } from '../support/forge-client';
import { type GatewayProcess, gatewayThatRefuses, npmStart, startGateway } from '../support/gateway-process';

const run = promisify(execFile);

describe('npm start, without anything', () => {
  let folder: string;
  let gateway: GatewayProcess;
  // What a newcomer has: no token, no key, no catalog.
  const start = () =>
    npmStart({
      databaseUrl: `sqlite:${join(folder, 'data', 'tokens-forge.sqlite')}`,
      environment: { ADMIN_TOKEN: '', MASTER_KEY: '', UPSTREAM_ALLOW_PRIVATE: '', LOG_LEVEL: '' },
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-forge-newcomer-'));
    gateway = await start();
  });

  afterAll(async () => {
    await gateway?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const printed = (label: string) => new RegExp(`${label}\\s+(\\S+)`).exec(gateway.stdout)?.[1] ?? '';

  it('prints the address of each surface, an operator token and a demo key', () => {
    for (const path of ['/v1', '/graphql', '/metrics', '/healthz', '/readyz']) expect(gateway.stdout).toContain(gateway.origin + path);
    expect(printed('Operator token').length).toBeGreaterThanOrEqual(16);
    expect(printed('Demo key')).toMatch(/^sk-tf-/);
  });

  it('logs on stderr, in lines of JSON, where it listens', async () => {
    const logged = () => gateway.stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as object] : []));
    const port = Number(new URL(gateway.origin).port);
    await eventually(() => expect(logged()).toContainEqual(expect.objectContaining({ address: expect.objectContaining({ port }) })));
    expect(gateway.stderr).not.toContain(printed('Operator token'));
  });

  it('prints a curl that works when it is pasted, and whose receipt shows a fallback', async () => {
    const line = gateway.stdout.split('\n').find((each) => each.includes('curl') && each.includes('/v1/chat/completions')) ?? '';
    const { stdout } = await run('sh', ['-c', line]);
    expect(stdout).toContain('chat.completion');
    const id = /x-request-id: (\S+)/i.exec(stdout)?.[1];
    const story = await receipt(gateway.origin, printed('Demo key'), id);
    expect(story).toMatchObject({ status: 'SUCCEEDED', fallbackCount: 1, bucket: 'RMB', reportedModel: 'forge-demo-simulated' });
    expect(story.attempts.map((attempt) => attempt.status)).toEqual(['FAILED', 'SUCCEEDED']);
    const found = await graph<{ receipts: { nodes: { id: string }[] } }>(
      gateway.origin,
      printed('Operator token'),
      '{ receipts { nodes { id } } }',
    );
    expect(found.receipts.nodes).toEqual([{ id }]);
  });

  it('ends its streams and leaves with 0 when npm gets SIGTERM, and the second start knows everything and prints no secret', async () => {
    const operator = printed('Operator token');
    const key = printed('Demo key');
    const { origin } = gateway;
    const messages = [{ role: 'user', content: 'Tell me something that takes a while' }];
    const stream = await postChat(origin, key, { model: 'forge-demo', messages, stream: true });
    gateway.signal('SIGTERM');
    expect(await stream.text()).toContain('[DONE]');
    expect(await gateway.ended).toMatchObject({ code: 0 });
    await eventually(() => expect(fetch(`${origin}/healthz`)).rejects.toThrow());
    gateway = await start();
    expect(gateway.stdout).not.toMatch(/sk-tf-|tf-admin-/);
    expect(gateway.stdout).not.toMatch(/Operator token|Demo key/);
    expect((await fetch(`${gateway.origin}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
    expect(await graph(gateway.origin, operator, '{ wallets { bucket } }')).toMatchObject({ wallets: [{}, {}] });
  });

  it('whose port is taken makes nothing, so that the first start that listens has a call to paste', async () => {
    const taken = new URL(gateway.origin).port;
    const databaseUrl = `sqlite:${join(folder, 'elsewhere', 'tokens-forge.sqlite')}`;
    const environment = { ADMIN_TOKEN: '', MASTER_KEY: '', UPSTREAM_ALLOW_PRIVATE: '' };
    const { code, stdout, stderr } = await gatewayThatRefuses({ databaseUrl, environment: { ...environment, PORT: taken } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`Cannot listen on 127.0.0.1:${taken}: choose another PORT`);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
    const next = await startGateway({ databaseUrl, environment });
    expect(next.stdout).toMatch(/Operator token\s+tf-admin-\S+\n\s+Demo key\s+sk-tf-\S+/);
    expect(next.stdout).toContain(`curl -sS -D - ${next.origin}/v1/chat/completions`);
    await next.stop();
  });

  it('shows its secrets before it listens, so that one which is broken off locks nobody out', async () => {
    const databaseUrl = `sqlite:${join(folder, 'at-last', 'tokens-forge.sqlite')}`;
    const environment = { ADMIN_TOKEN: '', MASTER_KEY: '', UPSTREAM_ALLOW_PRIVATE: '' };
    const nodeArguments = ['-r', require.resolve('../support/taken-at-last.cjs')];
    const { code, stdout, stderr } = await gatewayThatRefuses({ databaseUrl, environment, nodeArguments });
    expect(code).toBe(1);
    expect(stderr).toContain('Cannot listen on 127.0.0.1:0: choose another PORT');
    expect(stdout).toMatch(/Operator token\s+tf-admin-\S+\n\s+Demo key\s+sk-tf-\S+/);
  });

  it('shows them before anything else is opened, so that nothing which breaks a first start takes them with it', async () => {
    const broken = `sqlite:${join(folder, 'broken', 'tokens-forge.sqlite')}`;
    const environment = { ADMIN_TOKEN: '', MASTER_KEY: '', UPSTREAM_ALLOW_PRIVATE: '' };
    const nodeArguments = ['-r', require.resolve('../support/no-listening.cjs')];
    const { code, stdout, stderr } = await gatewayThatRefuses({ databaseUrl: broken, environment, nodeArguments });
    expect(code).toBe(1);
    // The demo's own upstream is the first thing that a start opens behind its database.
    expect(stderr).toContain('startDemoUpstream');
    expect(stdout).toMatch(/Operator token\s+tf-admin-\S+\n\s+Demo key\s+sk-tf-\S+/);
    expect(stdout).not.toContain('listens on');
    // What was shown is what the next start goes by.
    const next = await startGateway({ databaseUrl: broken, environment });
    const key = /Demo key\s+(\S+)/.exec(stdout)?.[1] ?? '';
    expect((await fetch(`${next.origin}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
    expect(next.stdout).not.toContain('Demo key');
    await next.stop();
  });

  it('that is asked to stop while it starts shows its secrets and leaves with 0, or has not begun', async () => {
    const nodeArguments = ['-r', require.resolve('../support/stopped-while-starting.cjs')];
    const stoppedAt = (name: string, module: string) =>
      gatewayThatRefuses({
        databaseUrl: `sqlite:${join(folder, name, 'tokens-forge.sqlite')}`,
        environment: { ADMIN_TOKEN: '', MASTER_KEY: '', STOPPED_AT: module },
        nodeArguments,
      });
    const begun = await stoppedAt('begun', '');
    expect(begun).toMatchObject({ code: 0, stderr: '' });
    expect(begun.stdout).toMatch(/Operator token\s+tf-admin-\S+\n\s+Demo key\s+sk-tf-\S+/);
    expect(begun.stdout).not.toContain('listens on');
    // While its modules are loaded: what a start that goes on would have shown is shown, and what was not made is not missed.
    expect(await stoppedAt('loading', 'typeorm')).toMatchObject({ code: 0, stderr: '' });
  });
});
