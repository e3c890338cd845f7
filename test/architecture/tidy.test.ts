/** Style as a test: what a reviewer would say each time is said once, here. */
import { bannedTextIn } from './tidy/banned-text';
import { lineCount, longFunctionsIn, undocumentedExportsIn } from './tidy/code-shape';
import { invariantFaultsIn } from './tidy/invariants';
import { documentsAtTheRoot, filesIn, isTest, type SourceFile } from './tidy/source-files';

const FILE_LINES_MAX = 250;
const FILE_LINES_MEDIAN = 80;
const FUNCTION_LINES_MAX = 60;
const PRODUCT = ['kernel', 'keys', 'routing', 'metering', 'attempts', 'ledger', 'runs', 'gateway', 'alerts', 'research'].map(
  (name) => `src/${name}`,
);

/** These name what is banned, in order to ban it. */
const NAMES_THE_BANNED = ['test/architecture/tidy/banned-text.ts', 'test/architecture/tidy.test.ts'];

const isCode = (file: SourceFile) => file.path.endsWith('.ts');
const source = filesIn('src').filter(isCode);
const shipped = source.filter((file) => !isTest(file.path));
const everything = [...filesIn('src', 'migrations', 'scripts', 'test', 'examples', 'docs', '.ci'), ...documentsAtTheRoot()];

function example(path: string, text: string): SourceFile {
  return { path, text };
}

describe('files and functions stay small', () => {
  it(`no source file is longer than ${FILE_LINES_MAX} lines`, () => {
    const long = source.filter((file) => lineCount(file.text) > FILE_LINES_MAX);
    expect(long.map((file) => `${file.path}: ${lineCount(file.text)} lines`)).toEqual([]);
  });

  it(`the median source file is shorter than ${FILE_LINES_MEDIAN} lines`, () => {
    const lengths = shipped.map((file) => lineCount(file.text)).sort((a, b) => a - b);
    expect(lengths[lengths.length >> 1]).toBeLessThan(FILE_LINES_MEDIAN);
  });

  it(`no function is longer than ${FUNCTION_LINES_MAX} lines`, () => {
    expect(shipped.flatMap((file) => longFunctionsIn(file, FUNCTION_LINES_MAX))).toEqual([]);
  });
});

// Put together here, so that whoever looks for them in the tree finds none.
const [ONLY, SKIP, HOME] = ['only', 'skip', ['', 'home', 'someone'].join('/')];

describe('words and calls', () => {
  it('contains no banned text', () => {
    const checked = everything.filter((file) => !NAMES_THE_BANNED.includes(file.path));
    expect(checked.flatMap(bannedTextIn)).toEqual([]);
  });

  it.each([
    ['src/upstreams/a.ts', 'const host = process.env.HOST;'],
    ['src/gateway/a.ts', 'const now = Date.now();'],
    ['src/gateway/a.ts', 'const now = new Date();'],
    ['src/storage/a.ts', 'const id = Math.random();'],
    ['src/storage/a.ts', 'console.log(1);'],
    ['src/storage/a.ts', 'const row = value as unknown as Row;'],
    ['src/storage/a.ts', 'const price = parseFloat(text);'],
    ['src/ledger/a.ts', 'const amount = Number(row.amount);'],
    ['src/storage/ledger/a.ts', 'await repository.save(wallet);'],
    ['src/keys/a.test.ts', `it.${ONLY}("holds", () => undefined);`],
    ['test/e2e/a.test.ts', `describe.${SKIP}("holds", () => undefined);`],
    ['test/e2e/a.test.ts', 'expect(refusal).toMatchObject({ message: /whatever/ });'],
    ['test/e2e/a.test.ts', 'jest.mock("./b");'],
    ['src/keys/a.test.ts', "import fc from 'fast-check';"],
    ['src/keys/a.ts', '// @ts-ignore'],
    ['src/keys/a.ts', '// @ts-expect-error'],
    ['src/keys/a.ts', '// TODO: later'],
    ['src/keys/a.ts', 'const quotaLeft = 1;'],
    ['README.md', 'We pre-consume the balance.'],
    ['README.md', 'Choose a provider account.'],
    ['README.md', `It lies in ${HOME}/project.`],
  ])('would catch, in %s: %s', (path, text) => {
    expect(bannedTextIn(example(path, text))).toHaveLength(1);
  });

  it.each([
    ['src/config.ts', 'const host = process.env.HOST;'],
    ['src/api/rest/a.ts', 'const text = new Date(receipt.createdAt).toISOString();'],
    ['src/keys/a.ts', "const code = 'insufficient_quota';"],
    ['src/ledger/a.ts', 'const whole = Number.isInteger(tokens); // not Number(x)'],
    ['test/support/a.ts', `export const suite = reachable ? describe : describe.${SKIP};`],
  ])('lets pass, in %s: %s', (path, text) => {
    expect(bannedTextIn(example(path, text))).toEqual([]);
  });
});

describe('what is exported is explained', () => {
  it('every export of a product folder has a doc comment, or its file a header', () => {
    const product = shipped.filter((file) => PRODUCT.some((folder) => file.path.startsWith(`${folder}/`)));
    expect(product.flatMap(undocumentedExportsIn)).toEqual([]);
  });

  it('would catch an export that nobody explains', () => {
    expect(undocumentedExportsIn(example('src/keys/a.ts', "import './b';\nexport const secret = 1;"))).toEqual(['src/keys/a.ts: secret']);
  });
});

describe('every invariant names the test that holds it', () => {
  it('in the documents of the project', () => {
    const documents = everything.filter((file) => /(^|\/)(README|ARCHITECTURE)\.md$/.test(file.path));
    expect(documents.flatMap(invariantFaultsIn)).toEqual([]);
  });

  it('would catch one without a test, one whose test is gone, and a gap in the numbers', () => {
    const text = '- **I1** held.\n- **I3** settled once: `test/gone.test.ts`\n';
    expect(invariantFaultsIn(example('src/ledger/README.md', text))).toEqual([
      'src/ledger/README.md: I3 stands where I2 should',
      'src/ledger/README.md: I1 names no test',
      'src/ledger/README.md: I3 names test/gone.test.ts, which does not exist',
    ]);
  });
});
