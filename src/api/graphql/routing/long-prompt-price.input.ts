import { Field, InputType, Int } from 'type-graphql';
import type { LongPromptPrice } from '../../../kernel/long-prompts';
import { nano } from '../../../kernel/money';
import { given } from '../given';
import { Decimal } from '../scalars';
import { TokenPricesInput } from './token-prices.type';

const OPTIONAL = { nullable: true } as const;

@InputType('LongPromptPriceInput', {
  description:
    'What a request with a long prompt is to cost, per one million tokens. What is left out costs as it would in a price of its own.',
})
export class LongPromptPriceInput extends TokenPricesInput {
  @Field(() => Int, {
    description: 'A request that has more input tokens than this, cached ones included, pays these prices for all of its tokens.',
  })
  readonly above: number;

  @Field(() => Decimal, { ...OPTIONAL, description: 'Input tokens of audio; left out: as input.' })
  readonly audioInput?: bigint | null;

  @Field(() => Decimal, { ...OPTIONAL, description: 'Input tokens of pictures; left out: as input.' })
  readonly imageInput?: bigint | null;

  @Field(() => Decimal, { ...OPTIONAL, description: 'Output tokens of reasoning; left out: as output.' })
  readonly reasoning?: bigint | null;

  @Field(() => Decimal, { ...OPTIONAL, description: 'Output tokens of audio; left out: as output.' })
  readonly audioOutput?: bigint | null;

  @Field(() => Decimal, { ...OPTIONAL, description: 'Output tokens of pictures; left out: as output.' })
  readonly imageOutput?: bigint | null;
}

export function longPromptPriceOf({ above, input, output, ...optional }: LongPromptPriceInput): LongPromptPrice {
  const amounts = Object.entries(given(optional)).map(([name, amount]) => [name, nano(amount)]);
  return { above, ...Object.fromEntries(amounts), input: nano(input), output: nano(output) };
}
