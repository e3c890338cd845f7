/**
 * What a price has beside its plain amounts, as it is stored: one text. A build that does not know a name in it cannot read the price, and so
 * never charges by a part of it.
 */
import { PRICE_CLASSES, type PriceClasses } from './classes';
import { LONG_PROMPT_AMOUNTS, type LongPromptPrice, type LongPrompts, problemOfOrder } from './long-prompts';
import { type Nano, nano } from './money';
import { isRecord } from './record';

export interface PricedApart {
  readonly classes?: PriceClasses | undefined;
  readonly longPrompts?: LongPrompts | undefined;
}

/** Everything in its fixed order, amounts as whole nano; null when there is nothing. */
export function pricedApartText({ classes = {}, longPrompts = [] }: PricedApart): string | null {
  const long = longPrompts.map((price) => ({ above: price.above, ...inOrder(LONG_PROMPT_AMOUNTS, price, String) }));
  const text = { ...inOrder(PRICE_CLASSES, classes, String), ...(long.length > 0 && { longPrompts: long }) };
  return Object.keys(text).length === 0 ? null : JSON.stringify(text);
}

/** No member where nothing is. @throws Error when the text is none that `pricedApartText` made */
export function pricedApartIn(text: string | null): PricedApart {
  if (text === null) return {};
  const { longPrompts, ...classes } = recordIn(JSON.parse(text));
  return {
    ...(Object.keys(classes).length > 0 && { classes: amountsIn(classes, PRICE_CLASSES) }),
    ...(longPrompts !== undefined && { longPrompts: longPromptsIn(longPrompts) }),
  };
}

/** The amounts that are there, in the order of the names, each as `render` has it. */
export function inOrder<Name extends string, Amount, Shown>(
  names: readonly Name[],
  amounts: Readonly<Partial<Record<Name, Amount | undefined>>>,
  render: (amount: Amount) => Shown,
): Partial<Record<Name, Shown>> {
  const entries = names.flatMap((name) => {
    const amount = amounts[name];
    return amount === undefined ? [] : [[name, render(amount)] as const];
  });
  return Object.fromEntries(entries) as Partial<Record<Name, Shown>>;
}

function longPromptsIn(stored: unknown): LongPrompts {
  if (!Array.isArray(stored)) throw new Error('The stored prices of long prompts are no list.');
  const prices = stored.map(longPromptIn);
  const disordered = prices.some(({ above }, index) => problemOfOrder(above, prices[index - 1]?.above) !== null);
  if (disordered) throw new Error('The stored prices of long prompts are out of order.');
  return prices;
}

function longPromptIn(stored: unknown): LongPromptPrice {
  const { above, ...rest } = recordIn(stored);
  const { input, output, ...amounts } = amountsIn(rest, LONG_PROMPT_AMOUNTS);
  if (typeof above !== 'number' || !Number.isSafeInteger(above) || above < 1) throw new Error('A stored length of prompts is no count.');
  if (input === undefined || output === undefined) throw new Error('A stored price of long prompts has no input or no output.');
  return { above, ...amounts, input, output };
}

function amountsIn<Name extends string>(stored: Readonly<Record<string, unknown>>, names: readonly Name[]) {
  const entries = Object.entries(stored).map(([name, value]) => {
    const known = names.find((each) => each === name);
    if (known === undefined) throw new Error(`There is no class "${name}".`);
    return [known, nano(BigInt(value as string))] as const;
  });
  return Object.fromEntries(entries) as Partial<Record<Name, Nano>>;
}

function recordIn(stored: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(stored)) throw new Error('What a stored price has apart is no set of names.');
  return stored;
}
