import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sectionsOf } from '../research/sections/section';
import { readPrompts } from './read-prompts';

const SHIPPED = join(__dirname, '../research/prompts');

describe('the prompts of research', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prompts-'));
    cpSync(SHIPPED, folder, { recursive: true });
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('are there for the house and for each section, and for nothing else', () => {
    expect([...readPrompts().keys()].sort()).toEqual(['house', ...sectionsOf('DEEP').map(({ name }) => name)].sort());
  });

  it('are what a person wrote into the file', () => {
    writeFileSync(join(folder, 'news.md'), '\nOnly the news of today.\n');
    expect(readPrompts(folder).get('news')).toBe('Only the news of today.');
  });

  it('may not be empty or missing', () => {
    writeFileSync(join(folder, 'news.md'), ' \n');
    expect(() => readPrompts(folder)).toThrow('research/prompts/news.md');
    rmSync(join(folder, 'news.md'));
    expect(() => readPrompts(folder)).toThrow('research/prompts/news.md');
  });
});
