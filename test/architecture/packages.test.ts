/** What an install must not do, on any Node that is served. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly gypfile?: boolean; readonly optional?: boolean }>>;
}

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;

describe('The lock of the packages', () => {
  /**
   * The package brings it compiled, and says so. npm forgets that when it writes a lock, and then compiles by it: whoever changes packages
   * puts `"gypfile": false` back behind the name of node_modules/better-sqlite3-napi.
   */
  it('has release 13 of the SQLite driver compiled by nobody: an install needs no compiler for it', () => {
    expect(packages['node_modules/better-sqlite3-napi']).toMatchObject({ optional: true, gypfile: false });
  });

  it('lets an install go on without release 12', () => {
    expect(packages['node_modules/better-sqlite3']).toMatchObject({ optional: true });
  });
});
