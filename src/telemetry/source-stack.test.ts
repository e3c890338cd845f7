import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { transformSync } from '@swc/core';
import { inSources } from './source-stack';

const SOURCE = [
  'interface Gone {',
  '  readonly id: string;',
  '}',
  '',
  'export function broken(_gone: Gone): string {',
  "  return new Error('it broke').stack!;",
  '}',
];

describe('a stack', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tokens-forge-stacks-')) + sep;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** As the build leaves it: a script, and its map beside it. */
  function built(name: string): string {
    const { code, map } = transformSync(SOURCE.join('\n'), {
      filename: '/sources/broken.ts',
      configFile: false,
      swcrc: false,
      sourceMaps: true,
    });
    writeFileSync(join(folder, `${name}.js`), code);
    writeFileSync(join(folder, `${name}.js.map`), map ?? '');
    return code;
  }

  it('names the lines of the sources', () => {
    const lines = built('broken').split('\n');
    const line = lines.findIndex((each) => each.includes('new Error')) + 1;
    const column = (lines[line - 1]?.indexOf('new Error') ?? 0) + 1;
    expect(line).not.toBe(6);
    const stack = `Error: it broke\n    at broken (${folder}broken.js:${line}:${column})\n    at async ${folder}broken.js:${line}:${column}`;
    expect(inSources(stack, folder)).toBe('Error: it broke\n    at broken (/sources/broken.ts:6:10)\n    at async /sources/broken.ts:6:10');
  });

  it('stays as it is of what is no script of ours, has no map, or a map that is none', () => {
    writeFileSync(join(folder, 'torn.js.map'), '{"version":3');
    const stack = ['at node:internal/x:1:2', '(/elsewhere/library.js:1:2)', `(${folder}lost.js:1:2)`, `(${folder}torn.js:1:2)`].join('\n');
    expect(inSources(stack, folder)).toBe(stack);
  });
});
