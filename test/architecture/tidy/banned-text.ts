/** Text that the project does not contain, each with the reason, and the few places where it stands for a good one. */
import { isTest, lineAt, type SourceFile, withoutComments } from './source-files';

export interface Ban {
  readonly text: RegExp;
  readonly why: string;
  /** Which files it holds for. */
  readonly holdsFor: (path: string) => boolean;
  /** Files that may, and why they may. */
  readonly except?: Readonly<Record<string, string>>;
  /** Bans on words hold for comments and documents too; bans on calls do not. */
  readonly alsoComments?: boolean;
}

const everywhere = () => true;
const shipped = (path: string) => path.startsWith('src/') && !isTest(path);
const moneyPath = (path: string) => shipped(path) && /^src\/(ledger\/|metering\/|kernel\/money\.ts)/.test(path);

const CALLS: readonly Ban[] = [
  {
    text: /process\s*\.\s*env\b/,
    why: 'the environment is read once and checked as a whole, in src/config.ts',
    holdsFor: shipped,
    except: { 'src/config.ts': 'the one place' },
  },
  {
    text: /\bDate\s*\.\s*now\b|\bnew Date\(\s*\)|\bperformance\s*\.\s*now\b/,
    why: 'time comes from the Clock, so that tests can hold it still; new Date(value) of a given instant is fine',
    holdsFor: shipped,
    except: { 'src/kernel/clock.ts': 'the clock itself' },
  },
  {
    text: /\bMath\s*\.\s*random\b/,
    why: 'secrets need node:crypto, ids newId, and tests a seed',
    holdsFor: (path) => !path.endsWith('.md'),
    except: {
      'src/storage/ledger/mysql/mysql-store.ts': 'spreads the retries after a deadlock, where nothing depends on the number',
      'test/support/seed.ts': 'picks the seed that is printed',
    },
  },
  {
    text: /\bconsole\s*\./,
    why: 'the log is JSON lines on stderr through the Log port; main.ts and commands write to process.stdout',
    holdsFor: shipped,
  },
  { text: /\bas unknown as\b/, why: 'a double cast switches the checker off', holdsFor: shipped },
  { text: /\bparseFloat\b/, why: 'it takes "12abc" for a number; read decimals with parseDecimal', holdsFor: shipped },
  { text: /(?<![.\w])Number\s*\(/, why: 'money is bigint: a Number loses units above 2 to the 53rd', holdsFor: moneyPath },
  {
    text: /\.\s*save\s*\(/,
    why: 'save() reads and then writes whole rows; the ledger writes guarded statements',
    holdsFor: (path) => path.startsWith('src/storage/ledger/'),
  },
  {
    text: /\b(it|test|describe)\s*\.\s*(only|skip|todo|failing)\s*(\.\s*each\s*)?\(|(?<![.\w])(fit|fdescribe|xit|xtest|xdescribe)\s*\(/,
    why: 'a focused or skipped test is a hole that stays green; a suite whose service is missing says so through test/support',
    holdsFor: isTest,
  },
  {
    text: /from 'fast-check'/,
    why: 'test/support/properties.ts has it with the printed seed and with whole ranges',
    holdsFor: (path) => path.endsWith('.ts'),
    except: { 'test/support/properties.ts': 'the one place' },
  },
  {
    text: /\btoMatchObject\([^()]*:\s*\/[^/*]/,
    why: 'it takes every text for one that fits a bare pattern: expect.stringMatching compares',
    holdsFor: isTest,
  },
  { text: /\bjest\s*\.\s*(mock|doMock|spyOn)\s*\(/, why: 'fakes, not mocks: a fake implements the port', holdsFor: isTest },
];

const WORDS: readonly Ban[] = [
  { text: /@ts-(ignore|nocheck)\b/, why: 'mend the type instead', holdsFor: everywhere },
  { text: /@ts-expect-error\b/, why: 'mend the type instead; a test may show that something does not compile', holdsFor: shipped },
  { text: /\b(TODO|FIXME|XXX|HACK)\b/, why: 'open work is an issue, not a comment', holdsFor: everywhere },
  {
    text: /(?<!insufficient_)quota/i,
    why: "say wallet, hold or spend limit; insufficient_quota is OpenAI's code and stays",
    holdsFor: everywhere,
  },
  { text: /\b(pre|post)[-_ ]?consum/i, why: 'say hold and settle', holdsFor: everywhere },
  { text: /\bprovider[-_ ]?accounts?\b/i, why: 'say channel', holdsFor: everywhere },
  { text: /\bunfreeze\b|\bfrozen (amount|balance|money)\b/i, why: 'say hold, settle, release or expire', holdsFor: everywhere },
  {
    text: /(^|[\s'"`(=:])\/(home|root|work|Users|tmp)\/\w/,
    why: 'no path of one machine; temporary folders come from os.tmpdir()',
    holdsFor: everywhere,
  },
  {
    text: /\b(registry|mirror)\.[a-z0-9-]+\.[a-z]+|\bnpmmirror\b|\bnodedir\b/i,
    why: 'where packages come from is the business of the machine',
    holdsFor: (path) => path !== 'package-lock.json',
  },
  {
    text: /\bco-authored-by\b|\bgenerated (by|with) (an? )?(ai|llm|assistant|claude|copilot|chatgpt|codex)\b|\b(ai|coding) (assistant|helper|session)\b/i,
    why: 'the project speaks of itself',
    holdsFor: everywhere,
  },
];

const BANS: readonly Ban[] = [...CALLS, ...WORDS.map((ban) => ({ ...ban, alsoComments: true }))];

/** Each place where a ban is broken, as `path:line says "text": why`. */
export function bannedTextIn(file: SourceFile): string[] {
  const applying = BANS.filter((ban) => ban.holdsFor(file.path) && ban.except?.[file.path] === undefined);
  const code = withoutComments(file);
  return applying.flatMap((ban) => {
    const text = ban.alsoComments === true ? file.text : code;
    const places = [...text.matchAll(new RegExp(ban.text.source, `${ban.text.flags}gm`))];
    return places.map((place) => `${file.path}:${lineAt(text, place.index)} says "${place[0].trim()}": ${ban.why}`);
  });
}
