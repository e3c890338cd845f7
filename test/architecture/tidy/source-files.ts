/** The files of the project as text, and TypeScript code without its comments. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const ROOT = resolve(__dirname, '../../..');

const LEFT_OUT = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', 'clients']);
const TEXT = new Set(['.ts', '.cjs', '.js', '.mjs', '.md', '.json', '.yaml', '.yml', '.graphql', '.sh']);

export interface SourceFile {
  /** From the root of the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every text file below the folders named, sorted by path. What does not exist is passed over. */
export function filesIn(...places: readonly string[]): SourceFile[] {
  const paths = places.filter((place) => existsSync(join(ROOT, place))).flatMap(pathsBelow);
  return [...new Set(paths)].sort().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** What lies in the root itself, but for the list of packages. */
export function documentsAtTheRoot(): SourceFile[] {
  return filesIn('.').filter(({ path }) => !path.includes('/') && path !== 'package-lock.json');
}

function pathsBelow(place: string): string[] {
  const entries = readdirSync(join(ROOT, place), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = relative(ROOT, join(ROOT, place, entry.name)).replaceAll('\\', '/');
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : pathsBelow(path);
    return TEXT.has(extname(entry.name)) || place === '.ci' ? [path] : [];
  });
}

export function isTest(path: string): boolean {
  return path.startsWith('test/') || path.endsWith('.test.ts');
}

export function parse(file: SourceFile): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true);
}

/** The code with every comment blanked out, lines and columns kept. Text that is no TypeScript is given back as it is. */
export function withoutComments(file: SourceFile): string {
  if (!/\.[cm]?[jt]s$/.test(file.path)) return file.text;
  const source = parse(file);
  const code = file.text.replaceAll(/[^\n]/g, ' ').split('');
  const keep = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(source);
    if (children.length > 0) {
      for (const child of children) keep(child);
      return;
    }
    for (let at = node.getStart(source); at < node.end; at += 1) code[at] = file.text[at] ?? ' ';
  };
  keep(source);
  return code.join('');
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
