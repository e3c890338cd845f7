/** Every command answers `--help` and a wrong call in the same way, and does nothing then. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOnce, CHECKOUT } from '../support/gateway-process';

const WRONG_CALL = 64;
const built = (file: string) => [join(CHECKOUT, 'dist', 'src', file)];
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  start: built('main.js'),
  audit: built('cli/audit.js'),
  statement: built('cli/statement.js'),
  research: built('cli/research.js'),
  schema: built('cli/emit-schema.js'),
  'test:soak': ['-r', join(CHECKOUT, 'scripts', 'register.cjs'), join(CHECKOUT, 'test', 'fault', 'soak.ts')],
  bench: [join(CHECKOUT, 'test', 'bench', 'run.cjs')],
  build: [join(CHECKOUT, 'scripts', 'build.cjs')],
};

describe('a command', () => {
  let folder: string;

  beforeAll(() => {
    buildOnce();
    folder = mkdtempSync(join(tmpdir(), 'tokens-forge-commands-'));
  });

  afterAll(() => {
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  const called = (name: string, ...args: readonly string[]) => calledOn('sqlite:./there/is/no.sqlite', name, ...args);

  const calledOn = (databaseUrl: string, name: string, ...args: readonly string[]) => {
    const environment = { PATH: process.env['PATH'] ?? '', TOKENS_FORGE_KEY: 'sk-tf-nobody', DATABASE_URL: databaseUrl };
    const { status, stdout, stderr } = spawnSync(process.execPath, [...(COMMANDS[name] ?? []), ...args], {
      ...{ cwd: folder, env: environment, encoding: 'utf8' as const, timeout: 60_000 },
    });
    return { status, stdout, stderr };
  };

  it.each(Object.keys(COMMANDS))('%s prints its usage when it is asked for, and ends with 0', (name) => {
    const told = { status: 0, stdout: expect.stringMatching(/^usage: /), stderr: '' };
    for (const flag of ['--help', '-h']) expect(called(name, flag)).toEqual(told);
  });

  it.each(['start', 'audit', 'statement', 'research', 'schema'])('%s says what its exit codes mean', (name) => {
    expect(called(name, '--help').stdout).toMatch(/\nExit code: 0 .*\b1 .*\b64 wrong call\b/);
  });

  it.each(Object.keys(COMMANDS))('%s says what is wrong with a call, then its usage, and ends with 64', (name) => {
    const told = { status: WRONG_CALL, stdout: '', stderr: expect.stringMatching(/^.*--colour.*\n\nusage: /) };
    expect(called(name, '--colour')).toEqual(told);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['statement', ['--account', 'acme', '--month', '2026-13'], /^--month must be .*1970-01 to 2999-12.*2026-13/],
    ['statement', ['--account', 'acme', '--month', '2026-11', '--format', 'xml'], /^--format must be one of csv, json/],
    ['statement', ['--month', '2026-11'], /^Name an account.*or a channel/],
    ['statement', ['--month', '2026-11', '--account', 'acme', '--channel', 'a'], /^Name an account.*or a channel.*one of the two/],
    ['statement', ['--account', 'acme'], /^Name a month/],
    ['schema', ['one', 'two'], /"two"/],
    ['test:soak', ['--kills', 'many'], /^--kills must be a whole number from 1, not "many"/],
    ['bench', ['--rounds', '0'], /^--rounds must be a whole number/],
  ])('%s refuses %j and names what to change', (name, args, said) => {
    expect(called(name, ...args)).toEqual({ status: WRONG_CALL, stdout: '', stderr: expect.stringMatching(said) });
  });

  it.each<[string, readonly string[]]>([
    ['audit', []],
    ['statement', ['--account', 'acme', '--month', '2026-11']],
    ['statement', ['--channel', 'cheap-a', '--month', '2026-11']],
  ])('%s tells a wrong configuration from a wrong call, whatever is there in place of a ledger', (name, args) => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'tokens-forge-no-ledger-'));
    writeFileSync(join(elsewhere, 'text'), 'no database');
    writeFileSync(join(elsewhere, 'empty'), '');
    for (const url of ['sqlite:./there/is/no.sqlite', ...['text', 'empty', ''].map((file) => `sqlite:${join(elsewhere, file)}`)]) {
      const { status, stderr } = calledOn(url, name, ...args);
      expect([url, status, stderr]).toEqual([url, 78, expect.stringContaining('DATABASE_URL: names ')]);
    }
    rmSync(elsewhere, { recursive: true });
    expect(existsSync(join(folder, 'there'))).toBe(false);
  });
});
