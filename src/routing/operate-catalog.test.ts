import { aCatalog, amount, aPrice, aRoute } from '../../test/support/catalog-builders';
import { LONG_PROMPT_ABOVE_MAX, LONG_PROMPTS_MAX } from '../kernel/long-prompts';
import { nano } from '../kernel/money';
import { MULTIPLIER_MAX, PRICE_MAX } from './catalog';
import type { DeclaredPrice } from './declared-catalog';
import { type CatalogEditor, type PriceWish, setPrice } from './operate-catalog';

const NOW = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const AMOUNTS = { input: amount('1'), cachedInput: amount('0.1'), cacheWrite: null, output: amount('4'), perRequest: null };
const WISH: PriceWish = { amounts: AMOUNTS, multiplier: 2_000_000_000n, classes: null, longPrompts: null, effectiveFrom: null };
const long = (above: number, more = {}) => ({ above, input: amount('2'), output: amount('8'), ...more });
const STANDING = aPrice({ classes: { reasoning: amount('9') }, longPrompts: [long(1_000)] });

/** What is written for a wish, and from when on, where that price stands; or the message that it is refused with. */
async function written(wish: Partial<PriceWish>, standing = STANDING, routeId = 'm:ORDINARY') {
  const made: [DeclaredPrice, number | null | undefined][] = [];
  const editor = {
    setRoutePrice: async (_route, over, from) => {
      made.push([over(standing), from]);
      return standing;
    },
  } as Partial<CatalogEditor> as CatalogEditor;
  const catalog = { current: () => aCatalog({ routes: [aRoute('m', 'ORDINARY', ['a'])] }) };
  const clock = { now: () => NOW, monotonic: () => 0, sleep: async () => undefined };
  try {
    await setPrice({ catalog, editor, clock }, routeId, { ...WISH, ...wish });
  } catch (error) {
    expect(made).toEqual([]);
    return (error as Error).message;
  }
  return made[0];
}

describe('a price that an operator sets', () => {
  it('keeps what stands of what is priced apart and of long prompts, unless something is said of them', async () => {
    const { classes, longPrompts } = STANDING;
    expect(await written({})).toEqual([{ ...AMOUNTS, multiplier: WISH.multiplier, classes, longPrompts }, null]);
    expect(await written({}, aPrice())).toEqual([{ ...AMOUNTS, multiplier: WISH.multiplier }, null]);
    const said = { classes: { perImage: amount('3') }, longPrompts: [long(5), long(6)] };
    expect(await written(said)).toEqual([{ ...AMOUNTS, multiplier: WISH.multiplier, ...said }, null]);
    expect(await written({ longPrompts: [] })).toEqual([{ ...AMOUNTS, multiplier: WISH.multiplier, classes }, null]);
  });

  it.each<[string, Partial<PriceWish>]>([
    ['input', { amounts: { ...AMOUNTS, input: nano(-1n) } }],
    ['output', { amounts: { ...AMOUNTS, output: nano(PRICE_MAX + 1n) } }],
    ['multiplier', { multiplier: -1n }],
    ['multiplier', { multiplier: MULTIPLIER_MAX + 1n }],
    ['perImage', { classes: { perImage: nano(-1n) } }],
    ['longPrompts', { longPrompts: Array.from({ length: LONG_PROMPTS_MAX + 1 }, (_, index) => long(index + 1)) }],
    ['longPrompts[0].above', { longPrompts: [long(0)] }],
    ['longPrompts[0].above', { longPrompts: [long(LONG_PROMPT_ABOVE_MAX + 1)] }],
    ['longPrompts[1].above', { longPrompts: [long(2), long(2)] }],
    ['longPrompts[0].reasoning', { longPrompts: [long(1, { reasoning: nano(-1n) })] }],
    ['effectiveFrom', { effectiveFrom: NOW - MINUTE_MS - 1 }],
    ['effectiveFrom', { effectiveFrom: NOW + 6 * 366 * 24 * 60 * MINUTE_MS }],
  ])('is refused by the name of what is wrong, and nothing is written: %s, case %#', async (field, wish) => {
    expect((await written(wish))?.toString().startsWith(`${field} `)).toBe(true);
  });

  it('may be as low and as high as its bounds', async () => {
    const bounds = { multiplier: MULTIPLIER_MAX, amounts: { ...AMOUNTS, input: nano(0n), output: nano(PRICE_MAX) } };
    const prompts = Array.from({ length: LONG_PROMPTS_MAX - 1 }, (_, index) => long(index + 1));
    expect(typeof (await written({ ...bounds, longPrompts: [...prompts, long(LONG_PROMPT_ABOVE_MAX)] }))).toBe('object');
  });

  it('begins when it is to begin, and now where that has just been', async () => {
    const [, later] = (await written({ effectiveFrom: NOW + 1 })) ?? [];
    const [, now] = (await written({ effectiveFrom: NOW - MINUTE_MS })) ?? [];
    expect([later, now]).toEqual([NOW + 1, null]);
  });

  it('is refused for a route that there is not, with those that there are', async () => {
    expect(await written({}, STANDING, 'm:OFFICIAL')).toMatch(/^There is no route "m:OFFICIAL".* m:ORDINARY\.$/);
  });
});
