/** Prices by the length of the prompt, in the file and over the graph. */
import { parse } from 'yaml';
import { aCatalog, aChannel, aModel, amount, aPrice, aRoute } from '../../test/support/catalog-builders';
import { EXAMPLE_CATALOG, SURROUNDINGS } from '../../test/support/example-catalog';
import { ConfigurationError } from '../kernel/configuration-error';
import type { LongPromptPrice } from '../kernel/long-prompts';
import { parseCatalog } from './parse-catalog';
import { entryReader } from './read-entry';

const SHORT = { above: 32_000, input: '2', output: '8' };
const LONG = { above: 128_000, input: '3', output: '12', cachedInput: '0.3', reasoning: '20' };
const DECLARED: readonly LongPromptPrice[] = [
  { above: 32_000, input: amount('2'), output: amount('8') },
  { above: 128_000, input: amount('3'), output: amount('12'), cachedInput: amount('0.3'), reasoning: amount('20') },
];
const priced = (longPrompts: unknown) => ({ input: '1', output: '4', longPrompts });

/** The example with such prices at a route, at a step, as the cost of a step, and as a cost of a channel. */
function declaredWith(longPrompts: unknown) {
  const tree = parse(EXAMPLE_CATALOG) as { routes: Record<string, unknown>[]; channels: Record<string, unknown>[] };
  const cost = { ...priced(longPrompts), currency: 'USD' };
  Object.assign(tree.channels[1] ?? {}, { costs: { 'gpt-5-mini': cost } });
  Object.assign(tree.routes[0] ?? {}, {
    price: priced(longPrompts),
    channels: [{ channel: 'cheap-a', price: priced(longPrompts), cost }, { channel: 'cheap-b' }],
  });
  return parseCatalog(JSON.stringify(tree), 'json', SURROUNDINGS).routing.routes[0];
}

function faultsOf(longPrompts: unknown): string[] {
  try {
    declaredWith(longPrompts);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map(({ path, problem }) => `${path}: ${problem}`);
    throw error;
  }
  return [];
}

const PLACES = ['channels[1].costs.gpt-5-mini', 'routes[0].price', 'routes[0].channels[0].price', 'routes[0].channels[0].cost'];

describe('prices of long prompts', () => {
  it('are declared by a price and by a cost, wherever one stands; an empty list declares none', () => {
    const route = declaredWith([SHORT, LONG]);
    const [first, second] = route?.steps ?? [];
    for (const declared of [route?.price, first?.price, first?.cost, second?.cost]) expect(declared?.longPrompts).toEqual(DECLARED);
    expect(declaredWith([])?.price).not.toHaveProperty('longPrompts');
  });

  it.each<[string, unknown, readonly string[]]>([
    ['no threshold', [{ input: '1', output: '1' }], ['[0].above: is missing']],
    ['a threshold of nothing', [{ ...SHORT, above: 0 }], ['[0].above: must be at least 1']],
    ['a threshold that is no whole number', [{ ...SHORT, above: 1.5 }], ['[0].above: must be a whole number']],
    ['one that is above every prompt', [{ ...SHORT, above: 100_000_001 }], ['[0].above: must be at most 100000000']],
    ['the same threshold twice', [SHORT, SHORT], ['[1].above: must be more than 32000, which stands before it']],
    ['a descending order', [LONG, SHORT], ['[1].above: must be more than 128000, which stands before it']],
    [
      'no output, and an order that is none',
      [LONG, { above: 1, input: '1' }],
      ['[1].above: must be more than 128000, which stands before it', '[1].output: is missing'],
    ],
    [
      'a field that is not counted in tokens',
      [{ ...SHORT, perRequest: '1', perImage: '1' }],
      ['[0].perImage: unknown field', '[0].perRequest: unknown field'],
    ],
    ['an amount that is too large', [{ ...SHORT, cacheWrite: '100001' }], ['[0].cacheWrite: must be at most 100000']],
    ['nine of them', Array.from({ length: 9 }, (_, at) => ({ ...SHORT, above: at + 1 })), [': must have at most 8 entries']],
    ['no list', SHORT, [': must be a list']],
  ])('are refused with %s, each fault by its path', (_what, longPrompts, faults) => {
    expect(faultsOf(longPrompts).sort()).toEqual(PLACES.flatMap((place) => faults.map((fault) => `${place}.longPrompts${fault}`)).sort());
  });

  it('stand as they are while something else of their route is changed over the graph, and are held to the same rules there', () => {
    const entries = entryReader(() => null);
    const cost = { ...aPrice({ longPrompts: DECLARED }), id: 'a/m#1', channelId: 'a', currency: 'USD' } as const;
    const standing = { ...aRoute('m', 'ORDINARY', [{ channelId: 'a', price: aPrice({ longPrompts: DECLARED }), cost }]) };
    const route = { ...standing, price: aPrice({ longPrompts: DECLARED }) };
    const catalog = aCatalog({ models: [aModel('m')], channels: [aChannel('a')], routes: [route] });
    const changed = entries.route({ sticky: 'key' }, catalog, route);
    const [step] = changed.steps;
    for (const each of [changed.price, step?.price, step?.cost]) expect(each?.longPrompts).toEqual(DECLARED);
    const refused = () => entries.route({ price: priced([LONG, SHORT]) }, catalog, route);
    expect(refused).toThrow('price.longPrompts[1].above: must be more than 128000, which stands before it');
  });
});
