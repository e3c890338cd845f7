import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obstacleTo } from './make-folder';

describe('what keeps a process from writing into a folder', () => {
  const base = mkdtempSync(join(tmpdir(), 'tokens-forge-'));
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it('is nothing where it may be written, or made, and nothing is made of it', () => {
    expect([obstacleTo(base), obstacleTo(join(base, 'not', 'yet')), obstacleTo('not-yet')]).toEqual([null, null, null]);
    expect([existsSync(join(base, 'not')), existsSync('not-yet')]).toEqual([false, false]);
  });

  it('is a file in its place or on the way to it', () => {
    const file = join(base, 'file');
    writeFileSync(file, '');
    for (const folder of [file, join(file, 'data')]) expect(obstacleTo(folder)).toMatchObject({ code: 'ENOTDIR' });
  });

  it('is a file system that takes nothing', () => {
    expect(obstacleTo('/proc/self/data')).not.toBeNull();
  });
});
