/** The lint rules that the project leans on are on: each is shown a file that it must refuse. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const BIOME = join(ROOT, 'test/node_modules/@biomejs/biome/bin/biome');

const REFUSED: readonly (readonly [rule: string, code: string])[] = [
  ['noExplicitAny', 'export const row = (value: any) => value;\n'],
  ['noNonNullAssertion', 'export const first = (rows: number[]) => rows[0]!;\n'],
  ['noFloatingPromises', 'async function settle() {}\nexport function close() {\n  settle();\n}\n'],
  ['noMisusedPromises', 'export const all = (ids: string[]) => ids.forEach(async (id) => id);\n'],
  ['noBarrelFile', "export { Fault } from './fault';\n"],
  ['noDefaultExport', 'export default 1;\n'],
  ['noConsole', 'export const say = () => console.log(1);\n'],
  ['useImportType', "import { Clock } from './clock';\nexport type Time = Clock;\n"],
  ['noUnusedVariables', 'const unused = 1;\nexport const used = 2;\n'],
  ['noUnusedImports', "import { Clock } from './clock';\nexport const used = 2;\n"],
  [
    'noExcessiveCognitiveComplexity',
    `export function knot(a: number) {\n${'if (a > 1) { if (a > 2) { a += 1; } }\n'.repeat(5)}return a;\n}\n`,
  ],
];

/** What the linter says, with this project's configuration, of a folder that holds one file for each rule. */
function lintAll(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lint-config-'));
  try {
    const configuration = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...configuration, vcs: { enabled: false } }));
    mkdirSync(join(folder, 'src'));
    for (const [rule, code] of REFUSED) writeFileSync(join(folder, 'src', `${rule}.ts`), code);
    const args = [BIOME, 'lint', '--colors=off', '--max-diagnostics=200', '.'];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    return `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the linter refuses what breaks', () => {
  let said = '';

  beforeAll(() => {
    said = lintAll();
  });

  it.each(REFUSED.map(([rule]) => rule))('%s', (rule) => {
    expect(said).toMatch(new RegExp(`src/${rule}\\.ts:\\d+:\\d+ lint/\\w+/${rule}\\b`));
  });
});
