import { Field, InputType } from 'type-graphql';
import type { PriceClasses } from '../../../kernel/classes';
import { type Nano, nano, ONE } from '../../../kernel/money';
import type { PriceWish } from '../../../routing/operate-catalog';
import { given } from '../given';
import { DateTime, Decimal } from '../scalars';
import { LongPromptPriceInput, longPromptPriceOf } from './long-prompt-price.input';
import { TokenPricesInput } from './token-prices.type';

const APART = { nullable: true } as const;

@InputType('PriceClassesInput', { description: 'What a price has apart. A class that is left out costs what the rest of its side does.' })
export class PriceClassesInput {
  @Field(() => Decimal, { ...APART, description: 'Input tokens of audio, per one million.' })
  readonly audioInput?: bigint | null;

  @Field(() => Decimal, { ...APART, description: 'Input tokens of pictures, per one million.' })
  readonly imageInput?: bigint | null;

  @Field(() => Decimal, { ...APART, description: 'Output tokens of reasoning, per one million.' })
  readonly reasoning?: bigint | null;

  @Field(() => Decimal, { ...APART, description: 'Output tokens of audio, per one million.' })
  readonly audioOutput?: bigint | null;

  @Field(() => Decimal, { ...APART, description: 'Output tokens of pictures, per one million.' })
  readonly imageOutput?: bigint | null;

  @Field(() => Decimal, { ...APART, description: 'For each picture that was made.' })
  readonly perImage?: bigint | null;

  @Field(() => Decimal, { ...APART, description: 'For each second of audio that was heard.' })
  readonly perSecond?: bigint | null;

  @Field(() => Decimal, { ...APART, description: 'Characters of text that is spoken, per one million.' })
  readonly characters?: bigint | null;
}

@InputType('PriceInput', { description: 'A price that a route is to have: per one million tokens, in the currency of its bucket.' })
export class PriceInput extends TokenPricesInput {
  @Field(() => Decimal, { nullable: true, description: 'For each request, beside its tokens.' })
  readonly perRequest?: bigint | null;

  @Field(() => Decimal, { nullable: true, defaultValue: ONE, description: 'Multiplies the whole charge; 0 to 100.' })
  readonly multiplier?: bigint | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'Requests that are received from this instant on pay this price; left out: from now on. An instant that has passed is refused.',
  })
  readonly effectiveFrom?: number | null;

  @Field(() => PriceClassesInput, { nullable: true, description: 'What is priced apart; left out: as it is by then.' })
  readonly classes?: PriceClassesInput | null;

  @Field(() => [LongPromptPriceInput], {
    nullable: true,
    description:
      'What requests with long prompts are to cost, from the lowest threshold to the highest; left out: as it is by then. An empty list: what all others do.',
  })
  readonly longPrompts?: LongPromptPriceInput[] | null;
}

export function priceWishOf(input: PriceInput): PriceWish {
  const classes = Object.entries(given(input.classes)).map(([name, amount]) => [name, nano(amount)]);
  return {
    amounts: {
      input: nano(input.input),
      cachedInput: amountIn(input.cachedInput),
      cacheWrite: amountIn(input.cacheWrite),
      output: nano(input.output),
      perRequest: amountIn(input.perRequest),
    },
    multiplier: input.multiplier ?? ONE,
    classes: input.classes ? (Object.fromEntries(classes) as PriceClasses) : null,
    longPrompts: input.longPrompts?.map(longPromptPriceOf) ?? null,
    effectiveFrom: input.effectiveFrom ?? null,
  };
}

function amountIn(amount: bigint | null | undefined): Nano | null {
  return amount === null || amount === undefined ? null : nano(amount);
}
