/** What a document names must be there: paths in backticks, links with their headings, and commands. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT, type SourceFile } from './source-files';

/** Named although it is not there, and why. */
const NOT_THERE: Readonly<Record<string, string>> = {
  'data/': 'made by the first start',
  'index.ts': 'what there never is',
  'SYMBOL.fundamentals.json': 'a file of whoever uses it',
  'SYMBOL.news.json': 'a file of whoever uses it',
};
const IN_BACKTICKS = /`([^`\n]+)`/g;
/** A file of a kind that the project has, a folder with its slash, or anything below a folder of the root. */
const PATH =
  /^(?:[\w.*-]+\/)*[\w.*-]+\.(?:ts|cjs|mjs|md|json|graphql)$|^[\w.-]+(?:\/[\w.-]+)*\/$|^(?:src|test|migrations|scripts)\/[\w./-]+$/;
const LINK = /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g;
const COMMAND = /\bnpm run (?:--silent )?([\w:]+)/g;

/** Paths that lead nowhere, from the document's own folder, from the root or from `src`, as `path: names other`. */
export function deadPathsIn({ path, text }: SourceFile): string[] {
  const named = [...withoutFences(text).matchAll(IN_BACKTICKS)].map(([, token = '']) => token).filter((token) => PATH.test(token));
  const dead = named.filter((token) => NOT_THERE[token] === undefined && !['.', 'src', dirname(path)].some((from) => isThere(from, token)));
  return [...new Set(dead)].map((token) => `${path}: names ${token}`);
}

/** Links that lead to no file or to no heading, as `path: links to target`. */
export function deadLinksIn({ path, text }: SourceFile): string[] {
  const links = [...withoutFences(text).matchAll(LINK)].map(([, target = '', heading]) => ({ target, heading }));
  const dead = links.filter(({ target, heading }) => {
    const file = target === '' ? path : join(dirname(path), target);
    return !existsSync(join(ROOT, file)) || (heading !== undefined && !headingsOf(file).includes(heading));
  });
  return dead.map(({ target, heading }) => `${path}: links to ${target}${heading === undefined ? '' : `#${heading}`}`);
}

/** Scripts that `package.json` does not have, as `path: npm run name`. */
export function deadCommandsIn({ path, text }: SourceFile): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const named = [...text.matchAll(COMMAND)].map(([, name = '']) => name);
  return named.filter((name) => scripts[name] === undefined).map((name) => `${path}: npm run ${name}`);
}

/** The blocks of one language. */
export function blocksIn({ text }: SourceFile, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block);
}

function isThere(from: string, token: string): boolean {
  const place = join(ROOT, from, token);
  if (!token.includes('*')) return existsSync(place);
  const name = new RegExp(`^${basename(token).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  return existsSync(dirname(place)) && readdirSync(dirname(place)).some((each) => name.test(each));
}

function withoutFences(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '');
}

function headingsOf(file: string): string[] {
  const headings = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}
