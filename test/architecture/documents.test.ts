/** Documents say what is there: whoever follows one never stands before a door that was moved. */
import { buildSchema, parse, validate } from 'graphql';
import { parseCatalog } from '../../src/catalog-file/parse-catalog';
import { blocksIn, deadCommandsIn, deadLinksIn, deadPathsIn } from './tidy/documents';
import { documentsAtTheRoot, filesIn, type SourceFile } from './tidy/source-files';

const documents = [...documentsAtTheRoot(), ...filesIn('docs', 'src', 'test', 'examples')].filter(({ path }) => path.endsWith('.md'));

function example(path: string, text: string): SourceFile {
  return { path, text };
}

describe('what a document names is there', () => {
  it('has documents to look at', () => {
    expect(documents.map(({ path }) => path)).toEqual(expect.arrayContaining(['README.md', 'ARCHITECTURE.md', 'src/ledger/README.md']));
  });

  it('every path in backticks', () => {
    expect(documents.flatMap(deadPathsIn)).toEqual([]);
  });

  it('every link, with its heading', () => {
    expect(documents.flatMap(deadLinksIn)).toEqual([]);
  });

  it('every npm script', () => {
    expect(documents.flatMap(deadCommandsIn)).toEqual([]);
  });

  it('every rule of the import law', () => {
    const { forbidden } = require('./dependencies.cjs') as { readonly forbidden: readonly { readonly name: string }[] };
    const [rules] = documents.filter(({ path }) => path === 'CONTRIBUTING.md');
    const named = [...(rules?.text ?? '').matchAll(/import law: (`[^|]+`)/g)].flatMap(([, list = '']) => list.match(/[\w*-]+/g) ?? []);
    expect(named.length).toBeGreaterThan(0);
    const isRule = (pattern: string) => forbidden.some(({ name }) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(name));
    expect(named.filter((pattern) => !isRule(pattern))).toEqual([]);
  });

  it.each(['`src/gateway/gone.ts`', '`gone.test.ts`', '`gateway/gone/`', '`src/gone`', '`../contracts/gone-*.test.ts`'])(
    'would catch a path: %s',
    (text) => {
      expect(deadPathsIn(example('README.md', text))).toHaveLength(1);
    },
  );

  it.each([
    ['README.md', '`gateway/serve-completion.ts`, `src/storage/`, `test/contracts` and `src/research/prompts/*.md`'],
    ['src/ledger/README.md', '`group-commit.ts`'],
    ['README.md', '`GET /v1/runs/{id}/report.md`, `./data`, `mysql://root@127.0.0.1:3306/`'],
    ['README.md', '```sh\ncat `src/gone.ts`\n```'],
  ])('lets pass, in %s: %s', (path, text) => {
    expect(deadPathsIn(example(path, text))).toEqual([]);
  });

  it('would catch a link to no file, one to no heading, and a script that is not there', () => {
    expect(
      deadLinksIn(example('README.md', '[a](docs/gone.md) [b](docs/money.md#gone) [c](docs/money.md#runs) [d](https://example.com)')),
    ).toEqual(['README.md: links to docs/gone.md', 'README.md: links to docs/money.md#gone']);
    expect(deadCommandsIn(example('README.md', 'npm run --silent gone, npm run check'))).toEqual(['README.md: npm run gone']);
  });
});

describe('what a document shows works', () => {
  it('every query of the graph is one that the graph takes', () => {
    const [emitted] = filesIn('schema').filter(({ path }) => path.endsWith('.graphql'));
    const schema = buildSchema(emitted?.text ?? '');
    const queries = documents.flatMap((document) => blocksIn(document, 'graphql'));
    expect(queries.length).toBeGreaterThan(0);
    expect(queries.flatMap((query) => validate(schema, parse(query)).map(({ message }) => message))).toEqual([]);
  });

  it('every whole catalog is one that a gateway starts with', () => {
    const catalogs = documents.flatMap((document) => blocksIn(document, 'yaml')).filter((text) => text.includes('$schema='));
    expect(catalogs.length).toBeGreaterThan(0);
    const surroundings = { lookup: () => 'sk-of-the-environment', checkAddress: () => null, isFolder: () => true };
    for (const text of catalogs) expect(parseCatalog(text, 'yaml', surroundings).routing.routes.length).toBeGreaterThan(0);
  });
});
