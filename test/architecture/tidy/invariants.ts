/** Invariants are numbered I1, I2 … where they are stated, and each names the test that holds it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type SourceFile } from './source-files';

/** A list item, table row or heading that opens with the number: `- **I3** …`, `| I3 | …`, `### I3 …`. */
const STATEMENT = /^\s*(?:[-*|]|#{2,6})?\s*\**(I\d+)\b(.*(?:\n(?!\s*(?:[-*|]|#{1,6})\s).+)*)/gm;
const TEST_FILE = /((?:src|test)\/[\w./-]+\.ts)/g;

/** What is wrong with the invariants of a document, as `path: I3 names no test`. */
export function invariantFaultsIn(file: SourceFile): string[] {
  const stated = [...file.text.matchAll(STATEMENT)].map((match) => ({ id: match[1] ?? '', body: match[2] ?? '' }));
  const gaps = stated.flatMap(({ id }, index) => (id === `I${index + 1}` ? [] : [`${file.path}: ${id} stands where I${index + 1} should`]));
  return [...gaps, ...stated.flatMap(({ id, body }) => testFaults(body).map((fault) => `${file.path}: ${id} ${fault}`))];
}

function testFaults(body: string): string[] {
  const tests = [...body.matchAll(TEST_FILE)].map((match) => match[1] ?? '');
  if (tests.length === 0) return ['names no test'];
  return tests.filter((test) => !existsSync(join(ROOT, test))).map((test) => `names ${test}, which does not exist`);
}
