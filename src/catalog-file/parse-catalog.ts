/** From the text of a catalog file to what it declares, or to every fault in it at once. */
import { type Document, LineCounter, parseDocument, visit, type YAMLParseError } from 'yaml';
import { ConfigurationError, type ConfigurationFault } from '../kernel/configuration-error';
import { catalogSchema } from './catalog-schema';
import { type CheckAddress, checkAddresses } from './check-addresses';
import { checkFolder } from './check-folder';
import { checkPrices } from './check-prices';
import { checkReferences } from './check-references';
import { checkSecrets } from './check-secrets';
import { type Declaration, declare } from './declare';
import { expandVariables, type Lookup } from './expand-variables';
import { explain, fault, faultsOfIssues, WHOLE_FILE } from './fault-paths';
import { repeatedMembers } from './repeated-members';

export interface CatalogSurroundings {
  /** Gives the value of `${NAME}`. */
  readonly lookup: Lookup;
  readonly checkAddress: CheckAddress;
  readonly isFolder: (path: string) => boolean;
}

/**
 * Reads YAML, or JSON where `format` says so. Nothing is applied.
 * @throws ConfigurationError that carries every fault with its path
 */
export function parseCatalog(source: string, format: 'yaml' | 'json', surroundings: CatalogSurroundings): Declaration {
  const written = format === 'json' ? treeOfJson(source) : treeOfYaml(source);
  const { tree, faults } = expandVariables(written, surroundings.lookup);
  const read = catalogSchema.safeParse(tree, { error: explain });
  const others = [
    ...faultsOfIssues(read.error?.issues ?? []),
    ...faultsBetween(tree, surroundings.checkAddress),
    ...checkFolder(tree, surroundings.isFolder),
  ];
  const repeated = format === 'json' ? repeatedMembers(source).map((path) => fault(path, 'stands there more than once')) : [];
  const all = [...repeated, ...faults, ...others.filter((other) => !faults.some((first) => first.path === other.path))];
  if (!read.success || all.length > 0) throw new ConfigurationError(withoutRepeats(all));
  return declare(read.data);
}

/** What no single field shows: names, secrets, addresses and the order of prices in a catalog of any shape. */
export function faultsBetween(tree: unknown, checkAddress: CheckAddress): ConfigurationFault[] {
  return [...checkReferences(tree), ...checkSecrets(tree), ...checkAddresses(tree, checkAddress), ...checkPrices(tree)];
}

/** Editors of some systems begin files with one. */
const BYTE_ORDER_MARK = /^\uFEFF/;

function treeOfJson(source: string): unknown {
  const text = source.replace(BYTE_ORDER_MARK, '');
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The engine's message can quote the text, and the text can hold a secret.
    throw new ConfigurationError([{ path: `${WHOLE_FILE}${placeOf(cause, text)}`, problem: 'is not JSON' }]);
  }
}

/** The engine does not always say where; what is no YAML either is no JSON there. Empty: neither says it. */
function placeOf(cause: unknown, text: string): string {
  const lines = new LineCounter();
  const { errors } = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'json' });
  const said = /at position (\d+)/.exec((cause as Error).message)?.[1];
  const offset = said === undefined ? errors[0]?.pos[0] : Number.parseInt(said, 10);
  if (offset === undefined) return '';
  const { line, col } = lines.linePos(offset);
  return ` line ${line}, column ${col}`;
}

function treeOfYaml(source: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) throw new ConfigurationError(faultsOfYaml(document.errors, source, lines));
  const aimless = faultsOfAliases(document, lines);
  if (aimless.length > 0) throw new ConfigurationError(aimless);
  try {
    return document.toJS();
  } catch {
    throw new ConfigurationError([fault([], 'has aliases that refer to too much')]);
  }
}

/** Text that begins with a star, mostly: its quotes were forgotten. What it says may be a secret. */
function faultsOfAliases(document: Document, lines: LineCounter): ConfigurationFault[] {
  const faults: ConfigurationFault[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const { line, col } = lines.linePos(alias.range?.[0] ?? 0);
      const problem = 'is an alias that refers to nothing: text that begins with * needs quotes';
      faults.push({ path: `${WHOLE_FILE} line ${line}, column ${col}`, problem });
    },
  });
  return faults;
}

/** Of tokens that are out of place the first alone: a parser that has lost its way calls all that follows so. */
function faultsOfYaml(errors: readonly YAMLParseError[], source: string, lines: LineCounter): ConfigurationFault[] {
  const lost = errors.find(({ code }) => code === 'UNEXPECTED_TOKEN');
  return errors
    .filter((error) => error === lost || error.code !== 'UNEXPECTED_TOKEN')
    .map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      const isVariable = source.startsWith('${', error.pos[0] - 1);
      const what = isVariable ? 'a variable needs quotes here' : error.code.toLowerCase().replaceAll('_', ' ');
      return { path: `${WHOLE_FILE} line ${line}, column ${col}`, problem: `is not YAML: ${what}` };
    });
}

function withoutRepeats(faults: readonly ConfigurationFault[]): ConfigurationFault[] {
  return faults.filter((one, index) => faults.findIndex((other) => other.path === one.path && other.problem === one.problem) === index);
}
