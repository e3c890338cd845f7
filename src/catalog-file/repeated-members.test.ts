import { parse } from 'yaml';
import { EXAMPLE_CATALOG, SURROUNDINGS } from '../../test/support/example-catalog';
import { ConfigurationError } from '../kernel/configuration-error';
import { parseCatalog } from './parse-catalog';
import { repeatedMembers } from './repeated-members';

const CATALOG = JSON.stringify(parse(EXAMPLE_CATALOG));

function faultsOf(source: string): string[] {
  try {
    parseCatalog(source, 'json', SURROUNDINGS);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map(({ path, problem }) => `${path}: ${problem}`);
    throw error;
  }
  return [];
}

describe('a catalog in JSON that says a field twice', () => {
  it('is refused, as YAML is, with the path of each, however the name is written', () => {
    const twice = CATALOG.replace('"price":{', '"price":{"in\\u0070ut":"8",').replace('"name":"Acme"', '"name":"A","name":"Acme"');
    expect(faultsOf(twice)).toEqual([
      'routes[0].price.input: stands there more than once',
      'accounts[0].name: stands there more than once',
    ]);
  });

  it('loses none of two lists without a word', () => {
    expect(faultsOf(CATALOG.replace('"models":[', '"models":[],"models":['))).toEqual(['models: stands there more than once']);
  });

  it('is none where texts only look like it, or two objects have the same fields', () => {
    expect(repeatedMembers('{"a":"{\\"b\\":1,\\"b\\":2}","c":[{"d":1},{"d":2}],"e":{"a":[1,":",{"c":{}}]}}')).toEqual([]);
  });
});
