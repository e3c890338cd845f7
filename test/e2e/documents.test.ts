/** What documents show, as somebody does who pastes it: against the demo, with the key that its first start prints. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { blocksIn } from '../architecture/tidy/documents';
import { documentsAtTheRoot, filesIn } from '../architecture/tidy/source-files';
import { graph } from '../support/forge-client';
import { CHECKOUT, type GatewayProcess, startGateway } from '../support/gateway-process';

const run = promisify(execFile);
const documents = [...documentsAtTheRoot(), ...filesIn('docs')];
const shown = (path: string, language: string) =>
  documents.filter((each) => each.path === path).flatMap((each) => blocksIn(each, language));

describe('what documents show', () => {
  let folder: string;
  let gateway: GatewayProcess;
  let databaseUrl: string;
  const printed = (label: string) => new RegExp(`${label}\\s+(\\S+)`).exec(gateway.stdout)?.[1] ?? '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-forge-documents-'));
    databaseUrl = `sqlite:${join(folder, 'forge.sqlite')}`;
    symlinkSync(join(CHECKOUT, 'test', 'node_modules'), join(folder, 'node_modules'));
    gateway = await startGateway({ databaseUrl, environment: { ADMIN_TOKEN: '' } });
  });

  afterAll(async () => {
    await gateway?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const here = (text: string) =>
    text.replaceAll(/(?:http:\/\/127\.0\.0\.1|localhost):4000/g, gateway.origin).replaceAll('sk-tf-…', printed('Demo key'));
  const environment = () => ({ PATH: process.env['PATH'] ?? '', KEY: printed('Demo key'), DATABASE_URL: databaseUrl });
  const paste = async (command: string, cwd = folder) => (await run('sh', ['-ec', here(command)], { cwd, env: environment() })).stdout;
  const inReadme = (part: string) => shown('README.md', 'sh').find((each) => each.includes(part)) ?? '';

  it('gives a newcomer with the SDK an answer, its cost, and the id of a receipt that shows a fallback, over REST and the graph', async () => {
    writeFileSync(join(folder, 'first-call.mjs'), here(shown('README.md', 'ts')[0] ?? ''));
    const { stdout } = await run(process.execPath, ['first-call.mjs'], { cwd: folder, env: environment() });
    expect(stdout).toMatch(/cost: '0\.\d+',\s+cost_currency: 'CNY'/);
    const [id = ''] = stdout.match(/^\S+-\S+-\S+-\S+-\S+$/m) ?? [];
    const receipt: unknown = JSON.parse(await paste(inReadme('/v1/receipts/').replace('REQUEST_ID', id)));
    expect(receipt).toMatchObject({ id, attempts: [{ status: 'FAILED', charge: '0' }, { status: 'SUCCEEDED' }] });
    const listed: unknown = JSON.parse(await paste(inReadme('/graphql')));
    expect(listed).toMatchObject({ data: { receipts: { nodes: [{ id, attempts: [{ channel: { id: 'demo-a' } }, {}] }] } } });
  });

  it('makes a run, puts a call into it, and reads the receipt of both', async () => {
    const answers = (await paste(shown('docs/money.md', 'sh')[0] ?? '')).trim().split(/\n|(?<=\})(?=\{)/);
    expect(answers.map((each) => JSON.parse(each) as unknown)).toMatchObject([
      { object: 'chat.completion' },
      { name: 'nightly', budget: [{ bucket: 'RMB', amount: '5' }], receipt: { requests: 1 } },
    ]);
  });

  it('writes the statement of an account', async () => {
    const file = join(folder, 'statement.csv');
    await paste((shown('docs/money.md', 'sh')[1] ?? '').replace(/--out \S+/, `--out ${file}`), CHECKOUT);
    expect(readFileSync(file, 'utf8')).toMatch(/^account,month,wallet,.*\r\ndemo,2026-11,demo:RMB,CNY,OPENING,/);
  });

  it('finds the books in order', async () => {
    expect(await paste('npm run --silent audit', CHECKOUT)).toContain('The books are in order.');
  });

  it('asks the graph what it answers', async () => {
    const queries = documents.flatMap((each) => blocksIn(each, 'graphql')).filter((query) => !query.startsWith('subscription'));
    expect(queries.length).toBeGreaterThan(1);
    for (const query of queries) expect(await graph(gateway.origin, printed('Operator token'), query)).toBeDefined();
  });
});
