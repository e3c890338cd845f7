import { closeSync, copyFileSync, mkdtempSync, openSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTroubleOfSqlite } from '../../sql/sqlite-errors';
import { OpenedFiles } from './opened-files';

const FILES = ['ledger.sqlite', 'ledger.sqlite-wal', 'ledger.sqlite.lock'];

describe('the files that a gateway has open', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-'));
  const at = (name: string) => join(folder, name);
  let opened: OpenedFiles;
  let held: readonly number[];

  beforeEach(() => {
    for (const name of FILES) writeFileSync(at(name), name);
    // A file that somebody has open keeps its number, whatever becomes of its name.
    held = FILES.map((name) => openSync(at(name), 'r'));
    opened = new OpenedFiles(at('ledger.sqlite'));
  });
  afterEach(() => {
    for (const descriptor of held) closeSync(descriptor);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are in their places, whatever is written into them', () => {
    for (const name of FILES) writeFileSync(at(name), 'more');
    expect(() => opened.assertInPlace()).not.toThrow();
  });

  it.each(FILES)('are missed where %s is deleted, or another one has taken its place', (name) => {
    const told = new RegExp(`${name} was deleted, moved or replaced`);
    rmSync(at(name));
    expect(() => opened.assertInPlace()).toThrow(told);
    writeFileSync(at('another'), name);
    renameSync(at('another'), at(name));
    expect(() => opened.assertInPlace()).toThrow(told);
  });

  it('are as good as before when they are put back', () => {
    renameSync(folder, `${folder}-elsewhere`);
    expect(() => opened.assertInPlace()).toThrow(/moved/);
    renameSync(`${folder}-elsewhere`, folder);
    expect(() => opened.assertInPlace()).not.toThrow();
  });

  it('are those of the name that was given, also where it is a link that comes to lead elsewhere', () => {
    symlinkSync(at('ledger.sqlite'), at('link'));
    const linked = new OpenedFiles(at('link'));
    expect(() => linked.assertInPlace()).not.toThrow();
    copyFileSync(at('ledger.sqlite'), at('copy'));
    rmSync(at('link'));
    symlinkSync(at('copy'), at('link'));
    expect(() => linked.assertInPlace()).toThrow(/link was deleted, moved or replaced/);
  });

  it('are trouble of the database, which passes, while one is missed', () => {
    rmSync(at('ledger.sqlite'));
    const codes: string[] = [];
    try {
      opened.assertInPlace();
    } catch (error) {
      codes.push(String((error as { readonly code?: unknown }).code));
    }
    expect(codes.map(isTroubleOfSqlite)).toEqual([true]);
  });
});
