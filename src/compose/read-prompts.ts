/** Reads the prompts of research: files that a person can edit, beside the code that sends them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invariant } from '../kernel/invariant';
import { sectionsOf } from '../research/sections/section';
import { HOUSE_PROMPT, type Prompts } from '../research/sections/section-request';

const FOLDER = join(__dirname, '../research/prompts');
const FILE = /^(\w+)\.md$/;

/** By name; every section has one, and none is empty. */
export function readPrompts(folder: string = FOLDER): Prompts {
  const names = readdirSync(folder).flatMap((file) => FILE.exec(file)?.[1] ?? []);
  const prompts = new Map(names.map((name) => [name, readFileSync(join(folder, `${name}.md`), 'utf8').trim()]));
  for (const name of [HOUSE_PROMPT, ...sectionsOf('DEEP').map((section) => section.name)]) {
    invariant((prompts.get(name) ?? '') !== '', `research/prompts/${name}.md is there and says something`);
  }
  return prompts;
}
