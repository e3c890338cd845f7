/** A rule that catches nothing protects nothing: every rule of the import law is shown a file that breaks it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { BAD_EXAMPLES, COMPANIONS, GOOD_EXAMPLES, GROUND } from './import-law-examples';

const ROOT = resolve(__dirname, '../..');
const LAW = join(__dirname, 'dependencies.cjs');
const CRUISER = join(ROOT, 'test/node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

const ruleNames: readonly string[] = require('./dependencies.cjs').forbidden.map((rule: { name: string }) => rule.name);

/** The broken rules of a tree, each as `rule: file`. */
function violationsOf(files: Readonly<Record<string, string>>): string[] {
  const tree = mkdtempSync(join(tmpdir(), 'import-law-'));
  try {
    for (const [file, code] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      writeFileSync(join(tree, file), code);
    }
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
    return cruise(tree);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

function cruise(tree: string): string[] {
  const args = [CRUISER, '--config', LAW, '--output-type', 'json', 'src', 'migrations'];
  const output = runAnyway(args, tree);
  const { summary } = JSON.parse(output) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  return summary.violations.map((violation) => `${violation.rule.name}: ${violation.from}`);
}

/** The cruiser exits with the number of violations; here that is no failure. */
function runAnyway(args: readonly string[], cwd: string): string {
  try {
    return execFileSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    if (stdout?.startsWith('{')) return stdout;
    throw new Error(`the dependency cruiser did not run: ${stderr ?? ''}${stdout ?? ''}`, { cause: error });
  }
}

const ground = Object.fromEntries(GROUND.map((file) => [file, 'export const thing = 1;\nexport type Thing = number;\n']));

describe('the import law', () => {
  const bad = Object.fromEntries(BAD_EXAMPLES.map((example) => [example.file, example.code]));
  let found: string[] = [];

  beforeAll(() => {
    found = violationsOf({ ...ground, ...COMPANIONS, ...bad });
  });

  it.each(BAD_EXAMPLES.map((example) => [example.rule, example.file]))('%s catches %s', (rule, file) => {
    expect(found).toContain(`${rule}: ${file}`);
  });

  it('has no rule without an example that it catches', () => {
    const shown = new Set(BAD_EXAMPLES.map((example) => example.rule));
    expect(ruleNames.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('accepts a tree that keeps it', () => {
    expect(violationsOf({ ...ground, ...GOOD_EXAMPLES })).toEqual([]);
  });

  it('fails the build on every rule: none is a mere warning', () => {
    const law = require('./dependencies.cjs') as { forbidden: { severity: string }[] };
    expect(law.forbidden.filter((rule) => rule.severity !== 'error')).toEqual([]);
  });
});
