import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sqlite } from '../../sqlite-driver';
import { proveWritable } from './prove-writable';

describe('the proof that a settlement can be written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-'));
  const db = new Sqlite(join(folder, 'a.sqlite'));
  afterAll(() => {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('fails where the database takes a commit, and nothing more can be written beside it', () => {
    // Stands for a disk that has no room: there no file is written either.
    mkdirSync(`${db.name}.room`);
    expect(() => proveWritable(db)).toThrow(/EISDIR/);
    rmdirSync(`${db.name}.room`);
    expect(() => proveWritable(db)).not.toThrow();
  });

  it('leaves nothing behind', () => {
    proveWritable(db);
    expect(readdirSync(folder).filter((name) => name.endsWith('.room'))).toEqual([]);
  });
});
